"""Whether people would hear of it: the secrets of the ways to tell them, when the watch last looked. Sends nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from opsconsole.doctor.folders import is_there, may, writable
from opsconsole.doctor.found import Found, State
from opsconsole.model.alerts import AlertSettings
from opsconsole.model.units import duration

if TYPE_CHECKING:
    from opsconsole.watch.alerts.claim import LastRound

_NAME: Final = "alerts"


@dataclass(frozen=True, slots=True)
class Rounds:
    """When the watch last looked, by the file `claim`; None where that file does not tell."""

    last: LastRound | None
    claim: Path


def alerts(
    settings: AlertSettings | None, rounds: Rounds, now: float, user: str, environ: Mapping[str, str] = os.environ
) -> list[Found]:
    """One line for the watch, and one for each way that could not work from here."""
    if settings is None:
        return [Found(_NAME, State.UNUSED, "the stack file has no [alerts], so nobody is told of anything")]
    broken = [*_secrets(settings, environ), *_textfile(settings, user), *_apprise(settings)]
    ways = [name for name in ("telegram", "webhook", "textfile", "apprise") if getattr(settings, name)]
    told = f"by {', '.join(ways)}" if ways else "[alerts] names no way to tell anybody"
    fine = [Found(_NAME, State.GOOD, told)] if ways and not broken else []
    none = [] if ways else [Found(_NAME, State.LESS, told)]
    return [*broken, *fine, *none, *_watch(rounds, now)]


def _watch(rounds: Rounds, now: float) -> Iterator[Found]:
    start = "opsconsole watch --install-timer --write"
    last, claim = rounds.last, rounds.claim
    if last is None and (is_there(claim) is None or (is_there(claim) and not may(claim, os.R_OK))):
        yield Found(_NAME, State.DENIED, f"when the watch last looked is not known: {claim} may not be read")
        return
    if last is None:
        yield Found(_NAME, State.MISSING, "the watch has never looked here", start)
        return
    ago = f"the watch last looked {duration(max(now - last.at, 0))} ago"
    if last.is_stale(now):
        yield Found(_NAME, State.MISSING, f"{ago}, and should every {duration(last.every)}", start)
    else:
        yield Found(_NAME, State.GOOD, ago)
    for name, why in last.failing.items():
        yield Found(_NAME, State.MISSING, f"{name} failed then: {why}", "opsconsole watch --test")


def _secrets(settings: AlertSettings, environ: Mapping[str, str]) -> Iterator[Found]:
    """References that lead nowhere, in the words of who looks them up. Values are not kept, and not shown."""
    from opsconsole.probes.brokers.secret import SecretError, is_reference, resolve

    for reference in dict.fromkeys(filter(is_reference, _references(settings))):
        try:
            resolve(reference, environ)
        except SecretError as fault:
            yield _unresolved(reference, fault.problem.reason)


def _unresolved(reference: str, reason: str) -> Found:
    """The watch may have another environment than whoever looks here; a file is the same for all who may read it."""
    if reference.startswith("env:"):
        return Found(_NAME, State.LESS, f"{reason}; the watch needs it where it runs")
    gone = is_there(Path(reference.removeprefix("file:")).expanduser()) is False
    return Found(_NAME, State.MISSING if gone else State.DENIED, reason)


def _references(settings: AlertSettings) -> Iterator[str]:
    if settings.telegram:
        yield from (settings.telegram.token, settings.telegram.chat, settings.telegram.api)
    if settings.webhook:
        yield settings.webhook.url
        yield from (value for _, value in settings.webhook.headers)
    yield from settings.apprise
    if settings.ping:
        yield settings.ping


def _textfile(settings: AlertSettings, user: str) -> Iterator[Found]:
    if settings.textfile is not None:
        found = writable(_NAME, Path(settings.textfile).parent, user, "the text file cannot be written")
        if found is not None:
            yield found


def _apprise(settings: AlertSettings) -> Iterator[Found]:
    if settings.apprise and find_spec("apprise") is None:
        from opsconsole.watch.senders.apprise import MISSING

        what, _, mend = MISSING.partition("; install it with: ")
        yield Found(_NAME, State.MISSING, what, mend)
