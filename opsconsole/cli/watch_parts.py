"""What both forms of the watch are put together from."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from opsconsole.cli.parts import host
from opsconsole.model.alerts import AlertSettings
from opsconsole.model.trouble import Trouble, TroubleError
from opsconsole.model.units import parse_duration
from opsconsole.watch.alerts.claim import Claim, LastRound
from opsconsole.watch.alerts.keep import Keep
from opsconsole.watch.alerts.silences import silences
from opsconsole.watch.alerts.watcher import Habits, Watcher

if TYPE_CHECKING:
    from opsconsole.watch.alerts.state import Silence
    from opsconsole.wiring import Parts

_AGAIN: Final = 600.0


class Complaints:
    """Says on stderr what is wrong with the watch itself; the same line not more often than every ten minutes."""

    def __init__(self) -> None:
        self._said: dict[str, float] = {}

    def __call__(self, line: str) -> None:
        """Say it, unless that was just done."""
        now = time.monotonic()
        self._said = {said: at for said, at in self._said.items() if now - at < _AGAIN}
        if line not in self._said:
            self._said[line] = now
            print(f"opsconsole: {line}", file=sys.stderr)


def settings_of(parts: Parts) -> AlertSettings:
    """Those of the stack file, or the usual ones."""
    return parts.stack.alerts or AlertSettings()


def watcher_of(parts: Parts, habits: Habits, complain: Callable[[str], None]) -> Watcher:
    """A watcher with every way that the stack file names. TroubleError where its state cannot be read."""
    keep = Keep(parts.watch_state)
    return Watcher(parts.stack, host(), parts.ways(), keep, parts.world.clock, habits=habits, complain=complain)


def claim_of(parts: Parts) -> Claim | None:
    """The claim on the stack, None where another watch has it. TroubleError where there can be none."""
    path = parts.watch_claim
    try:
        return Claim.take(path)
    except OSError as fault:
        remedy = "name a folder of its own: state = … in the stack file"
        raise TroubleError(Trouble(f"cannot be locked: {fault.strerror or fault}", str(path), remedy)) from None


def looked(parts: Parts, claim: Claim, watcher: Watcher) -> None:
    """Let everybody see that there was a round."""
    claim.looked(LastRound(parts.world.clock(), settings_of(parts).every, os.getpid(), watcher.failing))


def grace_of(parts: Parts, args: argparse.Namespace) -> float:
    """Seconds after a boot in which nothing is told. TroubleError where what was written is no time."""
    if args.since_boot is None:
        return settings_of(parts).grace
    try:
        return parse_duration(args.since_boot)
    except ValueError as fault:
        raise TroubleError(Trouble(str(fault), "--since-boot", "")) from None


def silences_of(parts: Parts, complain: Callable[[str], None]) -> Sequence[Silence]:
    """What nobody wants to hear of now; nothing where that cannot be read, which is said."""
    try:
        return silences(parts.watch_silences, parts.world.clock())
    except TroubleError as error:
        complain(str(error.troubles[0]))
        return ()
