"""What changed on the box lately: a short block beside a runbook, and the whole list. Pure."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from opsconsole.lately.words import apart, around, left_out
from opsconsole.model.lately import Change, Lately, nearest
from opsconsole.tui.presentation.spans import Line, cut, line, words, wrap

_NEAR: Final = 900.0
"""Seconds before the beginning of what is wrong within which a change is likely to have to do with it."""

_CELLS: Final = 60
"""Cells from which there is room for the kind of a change in front of its words."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What changed, beside something that is wrong since `since` (None: nothing is known to be) with `service`."""

    lately: Lately
    since: float | None = None
    service: str = ""


def block(beside: Beside, width: int, most: int) -> list[Line]:
    """The changes nearest to the beginning of what is wrong, in `most` lines and their heading; `w` shows all."""
    lately = beside.lately
    moment = lately.at if beside.since is None else beside.since
    shown = nearest(lately.changes, moment, most, beside.service)
    rest = left_out(lately, len(shown))
    head = line(
        ("changed here lately", "heading"), (f"  {rest}" if rest else "", "dim"), ("  w ", "key"), ("all", "dim")
    )
    nothing = [] if shown else [line(("nothing that we can see", "dim"))]
    return [cut(each, width) for each in (head, *nothing, *_rows(shown, beside, width))]


def whole(beside: Beside, width: int) -> list[Line]:
    """Every change, the newest first, then what there was before, and what is not known."""
    lately = beside.lately
    rows = _rows(lately.changes, beside, 1 << 16, roomy=width >= _CELLS)
    out = [each for row in rows for each in wrap(row, width, "    ")]
    rest = [each for said in around(lately) for each in wrap(words(said, "dim", 400), width, "    ")]
    return [*(out or [line(("nothing that we can see", "dim"))]), (), *rest]


def _rows(changes: Sequence[Change], beside: Beside, width: int, *, roomy: bool | None = None) -> list[Line]:
    roomy = width >= _CELLS if roomy is None else roomy
    far = [apart(change, beside.lately.at, beside.since) for change in changes]
    widest = max(map(len, far), default=0)
    return [
        line(
            (time.strftime("%H:%M ", time.gmtime(change.last)) if roomy else "", "dim"),
            (f"{said:>{widest}}  ", "strong" if _is_near(change, beside.since) else "dim"),
            (f"{change.kind:<8} " if roomy else "", "dim"),
            *words(change.words, "", 400),
        )
        for change, said in zip(changes, far, strict=True)
    ]


def _is_near(change: Change, since: float | None) -> bool:
    return since is not None and change.at <= since and since - change.last <= _NEAR
