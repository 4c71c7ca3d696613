"""How what changed lately reads as text. Pure."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from opsconsole.cli.status_text import Paper, folded
from opsconsole.model.lately import PLURALS, Change, Lately, nearest, silent
from opsconsole.model.text import one_line
from opsconsole.model.units import duration

if TYPE_CHECKING:
    from collections.abc import Iterator

_KIND: Final = max(map(len, PLURALS))


def render(lately: Lately, stack: str, host: str, paper: Paper) -> str:
    """All of it: a head line, a line for each change with the newest first, then what there was before, and what is
    not known."""
    where = host if stack == host else f"{one_line(stack, 60)} on {host}"
    head = f"{where}: what changed since {stamp(lately.begin)} UTC ({duration(lately.at - lately.begin)})"
    lines = [head, *(_folded(one, lately.at, paper) for one in lately.changes)]
    if not lately.changes:
        lines.append("  nothing that we can see")
    lines += [line for said in around(lately) for line in folded(said, paper, 2)]
    return "\n".join(lines) + "\n"


def around(lately: Lately) -> Iterator[str]:
    """What there is to say besides the changes: the last ones before, kinds that nothing tells of, what is unseen."""
    for change in lately.earlier:
        yield f"  no {PLURALS[change.kind]} since then; the last {_ago(lately.at - change.last)}: {change.words}"
    if none := silent(lately):
        yield f"  none known: {', '.join(PLURALS[kind] for kind in none)}"
    for one in lately.unseen:
        yield f"? {PLURALS[one.kind]} not all known: {one.reason}"


def block(lately: Lately, moment: float, most: int, service: str = "") -> list[str]:
    """The changes nearest to `moment`, in so many lines at most, for the beginning of a run."""
    shown = nearest(lately.changes, moment, most, service)
    lines = ["changed here lately:" if shown else "changed here lately: nothing that we can see"]
    lines += [_line(one, lately.at) for one in shown]
    rest = len(lately.changes) - len(shown)
    more = [f"{rest} more"] if rest else []
    more += (
        [f"unknown: {', '.join(dict.fromkeys(PLURALS[one.kind] for one in lately.unseen))}"] if lately.unseen else []
    )
    return [*lines, *([f"  {'; '.join(more)}: opsconsole lately"] if more else [])]


def _line(change: Change, now: float) -> str:
    return f"  {stamp(change.last)}  {_ago(now - change.last):>11}  {change.kind:{_KIND}}  {change.words}"


def _folded(change: Change, now: float, paper: Paper) -> str:
    return "\n".join(folded(_line(change, now), paper, 38))


def stamp(at: float) -> str:
    """A moment as the lines write it, in UTC."""
    return time.strftime("%m-%d %H:%M:%S", time.gmtime(at))


def _ago(seconds: float) -> str:
    """Roughly: one unit is enough to see what came before what."""
    if seconds < 0:
        return "to come"
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * length:
            return f"{int(seconds // length)} {unit} ago"
    return f"{int(seconds)} s ago"


def as_json(lately: Lately, stack: str, host: str) -> str:
    """For programs: times in epoch seconds."""
    told: dict[str, Any] = {
        "stack": stack,
        "host": host,
        "at": lately.at,
        "begin": lately.begin,
        "changes": [_data(one) for one in lately.changes],
        "earlier": [_data(one) for one in lately.earlier],
        "unseen": [{"kind": one.kind, "reason": one.reason} for one in lately.unseen],
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _data(change: Change) -> dict[str, Any]:
    services: Sequence[str] = change.services
    return {
        "at": change.at,
        "last": change.last,
        "kind": change.kind,
        "subjects": list(change.subjects),
        "what": change.what,
        "services": list(services),
        "times": change.times,
    }
