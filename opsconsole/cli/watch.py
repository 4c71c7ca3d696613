"""`opsconsole watch`: looks again and again, or once from a timer, and tells people what is new."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from opsconsole.cli.exits import Exit, exit_of
from opsconsole.cli.output import write
from opsconsole.cli.parts import host, parts_here
from opsconsole.cli.watch_text import news, summary
from opsconsole.model.alerts import AlertSettings
from opsconsole.model.trouble import Trouble, TroubleError
from opsconsole.watch.alerts.box import boot
from opsconsole.watch.alerts.claim import Claim, LastRound
from opsconsole.watch.alerts.keep import Keep
from opsconsole.watch.alerts.rounds import counted
from opsconsole.watch.alerts.silences import silences
from opsconsole.watch.alerts.watcher import Habits, Watcher
from opsconsole.watch.collector import look_once
from opsconsole.watch.threads import wait_for_no_thread

if TYPE_CHECKING:
    from opsconsole.watch.alerts.state import Silence
    from opsconsole.wiring import Parts

_BEAT: Final = 5.0  # seconds between two marks of a watch that stays


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--once", action="store_true", help="one round, for cron or a timer; exit codes as status")
    what.add_argument("--test", action="store_true", help="send a test by every way, and say what came of it")
    what.add_argument("--silence", metavar="CHECK", help="tell nothing of a check, or of a service (needs --for)")
    what.add_argument("--unsilence", metavar="CHECK", help="end a silence")
    what.add_argument("--silences", action="store_true", help="what is silenced now, until when and why")
    what.add_argument("--install-timer", action="store_true", help="print a unit and a timer for systemd")
    what.add_argument("--install-cron", action="store_true", help="print a line for cron")
    parser.add_argument("--for", dest="lasts", metavar="TIME", help="how long a silence lasts, like 2h")
    parser.add_argument("--because", metavar="WHY", default="", help="the reason for a silence")
    parser.add_argument(
        "--since-boot", metavar="TIME", help="tell nothing before the box has been up for so long (default: grace)"
    )
    parser.add_argument("--write", action="store_true", help="write what --install-… prints to where it belongs")
    parser.add_argument("-q", "--quiet", action="store_true", help="print nothing but what is wrong with the watch")


def main(args: argparse.Namespace) -> int:
    """With `--once` the code of the worst that counts; 3 also where all is well but nobody could be told."""
    if args.install_timer or args.install_cron:
        from opsconsole.cli.watch_install import install

        return install(args)
    if args.silence or args.unsilence or args.silences:
        from opsconsole.cli.watch_silences import change

        return change(args)
    try:
        return asyncio.run(_test(args) if args.test else _once(args) if args.once else _stay(args))
    except asyncio.CancelledError:  # told to leave, and left
        return Exit.OK


async def _once(args: argparse.Namespace) -> int:
    """One round, with all that it causes; where another watch is at work, only the look."""
    parts = await parts_here(args)
    try:
        claim = _claim(parts)
        if claim is None:
            _complain("another watch of this stack is at work: it tells people, this one only looks")
            return exit_of((await look_once(parts.stack, parts.world)).standings.values())
        try:
            return await _round(parts, claim, args)
        finally:
            claim.release()
    finally:
        await parts.close()


async def _round(parts: Parts, claim: Claim, args: argparse.Namespace) -> int:
    watcher = _watcher(parts, Habits(grace=_grace(parts, args)))
    try:
        snapshot, ooms = await asyncio.gather(look_once(parts.stack, parts.world), _ooms(parts, watcher.state.ran_at))
        found = watcher.saw(snapshot, boot(parts.world.proc, snapshot.at), _silences(parts), ooms)
        if not args.quiet:
            write(news(parts.stack.name, host(), snapshot.at, found.items))
        await asyncio.gather(watcher.deliver(), watcher.publish(snapshot))
        await watcher.ping()
        _looked(parts, claim, watcher)
    finally:
        await watcher.close()
    levels = list(counted(watcher.state, snapshot.standings))
    if not args.quiet:
        write(summary(parts.stack.name, host(), levels, watcher.state, len(found.items)))
    code = exit_of(levels)
    return Exit.UNKNOWN if code is Exit.OK and watcher.failing else code


async def _stay(args: argparse.Namespace) -> int:
    """Until Ctrl-C or SIGTERM."""
    from opsconsole.watch.alerts.stay import HABITS, Stay

    parts = await parts_here(args)
    try:
        claim = _claim(parts)
        if claim is None:
            where = str(parts.watch_claim)
            raise TroubleError(Trouble("another watch of this stack is at work", where, "one is enough: end it first"))
        watcher = _watcher(parts, Habits(HABITS.patience, HABITS.gap, _grace(parts, args)))
        name, every = parts.stack.name, (parts.stack.alerts or AlertSettings()).every
        stay = Stay(
            watcher,
            every,
            boot=lambda: boot(parts.world.proc, parts.world.clock()),
            silences=partial(_silences, parts),
            said=lambda items: None if args.quiet else write(news(name, host(), parts.world.clock(), items)),
            looked=_Seldom(partial(_looked, parts, claim, watcher)),
        )
        _leave_on(signal.SIGTERM, signal.SIGHUP)
        if not args.quiet:
            _say(f"watches {name} on {host()}; Ctrl-C ends it")
        try:
            await stay.run(parts.collector(stay.news))
        finally:
            await watcher.close()
            claim.release()
    finally:
        await parts.close()
    return Exit.OK


async def _test(args: argparse.Namespace) -> int:
    """0 where every way took it, else 3."""
    from opsconsole.model.alerts import Failed
    from opsconsole.watch.alerts.watcher import tried

    wait_for_no_thread()
    parts = await parts_here(args)
    ways = parts.ways()
    try:
        outcomes = await tried(ways, parts.stack.name, host(), parts.world.clock())
    finally:
        await ways.close()
        await parts.close()
    if not outcomes:
        raise TroubleError(Trouble("no way to tell anybody", "[alerts]", "name one there: telegram, webhook, apprise"))
    for name, outcome in outcomes.items():
        write(f"✗ {name}: {outcome.why}\n" if isinstance(outcome, Failed) else f"✓ {name}: sent\n")
    return Exit.UNKNOWN if any(isinstance(outcome, Failed) for outcome in outcomes.values()) else Exit.OK


class _Seldom:
    """Calls `then` not more often than every few seconds."""

    def __init__(self, then: partial[None]) -> None:
        self._then = then
        self._last = -_BEAT

    def __call__(self) -> None:
        if time.monotonic() - self._last >= _BEAT:
            self._last = time.monotonic()
            self._then()


def _watcher(parts: Parts, habits: Habits) -> Watcher:
    keep = Keep(parts.watch_state)
    return Watcher(parts.stack, host(), parts.ways(), keep, parts.world.clock, habits=habits, complain=_complain)


def _claim(parts: Parts) -> Claim | None:
    path = parts.watch_claim
    try:
        return Claim.take(path)
    except OSError as fault:
        remedy = "name a folder of its own: state = … in the stack file"
        raise TroubleError(Trouble(f"cannot be locked: {fault.strerror or fault}", str(path), remedy)) from None


def _looked(parts: Parts, claim: Claim, watcher: Watcher) -> None:
    every = (parts.stack.alerts or AlertSettings()).every
    claim.looked(LastRound(parts.world.clock(), every, os.getpid(), watcher.failing))


def _grace(parts: Parts, args: argparse.Namespace) -> float:
    from opsconsole.model.units import parse_duration

    if args.since_boot is None:
        return (parts.stack.alerts or AlertSettings()).grace
    try:
        return parse_duration(args.since_boot)
    except ValueError as fault:
        raise TroubleError(Trouble(str(fault), "--since-boot", "")) from None


def _silences(parts: Parts) -> Sequence[Silence]:
    try:
        return silences(parts.watch_silences, parts.world.clock())
    except TroubleError as error:
        _complain(str(error.troubles[0]))
        return ()


async def _ooms(parts: Parts, since: float) -> dict[str, float]:
    """What the engine remembers of the time since the last round, a little before it to be sure."""
    if not since or not any(target.kind == "container" for target in parts.stack.watched):
        return {}
    found = await parts.world.engine.past_ooms(since - 5)
    return found if isinstance(found, dict) else {}


def _leave_on(*signals: signal.Signals) -> None:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    for one in signals:
        loop.add_signal_handler(one, task.cancel)


def _complain(line: str) -> None:
    print(f"opsconsole: {line}", file=sys.stderr)


def _say(line: str) -> None:
    print(f"opsconsole: {line}", file=sys.stderr)
