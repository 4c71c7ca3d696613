"""What changed lately, in words that the console and the commands share. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from opsconsole.model.lately import PLURALS, Change, Lately, silent


def apart(change: Change, now: float, since: float | None = None) -> str:
    """How far a change is from `since`, the beginning of what is wrong; without it, how long ago it was."""
    if since is None:
        return f"{_roughly(now - change.last)} ago" if change.last <= now else f"in {_roughly(change.last - now)}"
    if change.at <= since <= change.last:
        return "meanwhile"
    return f"{_roughly(since - change.last)} before" if change.last < since else f"{_roughly(change.at - since)} after"


def _roughly(seconds: float) -> str:
    """One unit is enough to see what came before what."""
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * length:
            return f"{int(seconds // length)} {unit}"
    return f"{int(seconds)} s"


def around(lately: Lately) -> Iterator[str]:
    """What there is to say besides the changes: the last ones before, kinds that nothing tells of, what is unseen."""
    for change in lately.earlier:
        yield f"no {PLURALS[change.kind]} since then; the last {apart(change, lately.at)}: {change.words}"
    if none := silent(lately):
        yield f"none known: {', '.join(PLURALS[kind] for kind in none)}"
    for one in lately.unseen:
        yield f"? not all known of {PLURALS[one.kind]}: {one.reason}"


def left_out(lately: Lately, shown: int) -> str:
    """What a short list of so many changes does not say; empty where it says all."""
    rest = len(lately.changes) - shown
    unseen = ", ".join(dict.fromkeys(PLURALS[one.kind] for one in lately.unseen))
    said = ([f"{rest} more"] if rest > 0 else []) + ([f"not all known: {unseen}"] if unseen else [])
    return " · ".join(said)
