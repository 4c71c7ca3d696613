"""How what changed lately reads as text. Pure."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any, Final

from opsconsole.cli.status_text import Paper, folded
from opsconsole.lately.words import apart, around, left_out
from opsconsole.model.lately import PLURALS, Change, Lately, nearest
from opsconsole.model.text import one_line
from opsconsole.model.units import duration

_KIND: Final = max(map(len, PLURALS))


def render(lately: Lately, stack: str, host: str, paper: Paper) -> str:
    """All of it: a head line, a line for each change with the newest first, then what there was before, and what is
    not known."""
    where = host if stack == host else f"{one_line(stack, 60)} on {host}"
    head = f"{where}: what changed since {stamp(lately.begin)} UTC ({duration(lately.at - lately.begin)})"
    lines = [head, *(_folded(one, lately.at, paper) for one in lately.changes)]
    if not lately.changes:
        lines.append("  nothing that we can see")
    lines += [line for said in around(lately) for line in _hung(said, paper, 2)]
    return "\n".join(lines) + "\n"


def block(lately: Lately, moment: float, most: int, service: str = "") -> list[str]:
    """The changes nearest to `moment`, in so many lines at most, for the beginning of a run."""
    shown = nearest(lately.changes, moment, most, service)
    lines = ["changed here lately:" if shown else "changed here lately: nothing that we can see"]
    lines += [f"  {_line(one, lately.at)}" for one in shown]
    more = left_out(lately, len(shown))
    return [*lines, *([f"  {more}: opsconsole lately"] if more else [])]


def _hung(text: str, paper: Paper, indent: int) -> list[str]:
    """`text` in as many lines as it takes; those after the first begin further in."""
    first, *rest = folded(text, paper, indent)
    return [f"  {first}", *(f"      {one}" for one in rest)]


def _line(change: Change, now: float) -> str:
    return f"{stamp(change.last)}  {apart(change, now):>9}  {change.kind:{_KIND}}  {change.words}"


def _folded(change: Change, now: float, paper: Paper) -> str:
    return "\n".join(_hung(_line(change, now), paper, 4))


def stamp(at: float) -> str:
    """A moment as the lines write it, in UTC."""
    return time.strftime("%m-%d %H:%M:%S", time.gmtime(at))


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
