"""The course of a figure over time, drawn large: columns on a scale from nothing, and lines where it begins to matter.

Pure. Each column is the greatest figure of its stretch of time; a stretch in which nothing was read stays empty.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from opsconsole.model.course import Point
from opsconsole.tui.presentation.bars import merged
from opsconsole.tui.presentation.spans import EMPTY, Line, Span, cut, fit, join, line, width

_EIGHTHS: Final = " ▁▂▃▄▅▆▇█"
_ROOMY: Final = 56
"""Cells from which lines bear their names."""

_FAR: Final = 5
"""A line this many times above everything else is not drawn to scale: it would press all else to the ground."""


@dataclass(frozen=True, slots=True)
class Level:
    """A line across the chart: where, what it is called, and the style of its line and name."""

    at: float
    name: str
    style: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What a chart is drawn in: `seconds` before `now`, and for how many seconds a point speaks where none follows.

    `turns` are times (epoch seconds) to be marked below, as those of restarts. Where the last look failed, the newest
    figure is only `stale`: it was so once.
    """

    now: float
    seconds: float
    hold: float
    turns: Sequence[float] = ()
    stale: bool = False


def chart(
    points: Sequence[Point], levels: Sequence[Level], frame: Frame, size: tuple[int, int], says: Callable[[float], str]
) -> list[Line]:
    """Lines of at most `size` = (cells, lines); the last is the axis of time. `says` words a figure."""
    room, height = size[0], max(size[1] - 1, 1)
    top, near = scale(points, levels)
    names = _names(levels, points, near, says, long=room >= _ROOMY, stale=frame.stale)
    beside = max((width(text) for _, text in names), default=0) + 1
    columns = max(room - beside, 4)
    figures = by_column(points, frame, columns)
    body = [_row(figures, near, row, height, top) for row in range(height - 1, -1, -1)]
    said = _placed(names, top, height)
    out = []
    for number, cells in enumerate(body):
        out.append(cut((*cells, Span(" "), *said.get(height - 1 - number, EMPTY)), room))
    return [*out, _axis(frame, columns, room)]


def scale(points: Sequence[Point], levels: Sequence[Level]) -> tuple[float, list[Level]]:
    """The figure at the top, and the lines that are drawn to scale: one that is far above all else is not."""
    most = max((point.high for point in points), default=0.0)
    near: list[Level] = []
    reach = most
    for each in sorted(levels, key=lambda one: one.at):
        if reach and each.at > _FAR * reach and (near or points):
            continue
        near.append(each)
        reach = max(reach, each.at)
    return (reach * 1.08 or 1.0), near


def by_column(points: Sequence[Point], frame: Frame, columns: int) -> list[float | None]:
    """The greatest figure of each of so many equal parts of the stretch; a point speaks on while none follows it."""
    begins, part = _cut(frame, columns)
    out: list[float | None] = [None] * columns
    for place, point in enumerate(points):
        first = int((point.at - begins) / part)
        if not 0 <= first <= columns:
            continue
        first = min(first, columns - 1)
        out[first] = point.high if out[first] is None else max(out[first] or 0.0, point.high)
        until = points[place + 1].at if place + 1 < len(points) else frame.now
        if until - point.at <= max(frame.hold, 2 * part):
            for column in range(first + 1, min(int((until - begins) / part), columns - 1) + 1):
                if out[column] is None:
                    out[column] = point.last
    return out


def _cut(frame: Frame, columns: int) -> tuple[float, float]:
    """Where the first part begins, and how long each is.

    They are cut at whole multiples of their length, so that the drawing only moves when a part is full.
    """
    part = frame.seconds / columns
    return (math.floor(frame.now / part) + 1) * part - frame.seconds, part


def _row(figures: Sequence[float | None], levels: Iterable[Level], row: int, height: int, top: float) -> Line:
    mark = next((each for each in levels if _row_of(each.at, top, height) == row), None)
    cells = []
    for figure in figures:
        filled = round(figure / top * height * 8) - row * 8 if figure is not None else 0
        if figure and row == 0:
            filled = max(filled, 1)
        style = _style(figure, levels)
        if mark is not None and filled >= 8:
            cells.append(Span("─", f"{style} on-bar"))
        elif mark is not None and filled <= 0:
            cells.append(Span("─", mark.style))
        else:
            cells.append(Span(_EIGHTHS[max(0, min(filled, 8))], style if filled > 0 else ""))
    return tuple(merged(cells))


def _style(figure: float | None, levels: Iterable[Level]) -> str:
    """Only what is over a line that matters has another colour than the course itself."""
    over = [each for each in levels if figure is not None and figure > each.at and each.style in ("degraded", "down")]
    return max(over, key=lambda each: each.at).style if over else "bar"


def _row_of(at: float, top: float, height: int) -> int:
    return height - 1 if at == math.inf else min(int(at / top * height), height - 1)


def _names(
    levels: Sequence[Level],
    points: Sequence[Point],
    near: Sequence[Level],
    says: Callable[[float], str],
    *,
    long: bool,
    stale: bool,
) -> list[tuple[float, Line]]:
    """What stands beside the chart: first the newest figure, then each line by its name and figure."""
    newest = points[-1].last if points else 0.0
    when = " last seen" if stale else " now"
    told = f"{says(newest)}{when if long else '?' if stale else ''}" if points else ""
    out = [(newest, line((told, "dim" if stale else "value")))]
    for each in levels:
        far = "" if each in near else " ↑"
        text = f"{each.name} {says(each.at)}{far}" if long else f"{says(each.at)}{far}"
        out.append((each.at if each in near else math.inf, line((text, each.style if each in near else "dim"))))
    return out


def _placed(names: Sequence[tuple[float, Line]], top: float, height: int) -> dict[int, Line]:
    """Which name stands beside which row, from the bottom: its own, or the nearest that is free."""
    said: dict[int, Line] = {}
    for at, text in (*names[1:], *names[:1]):  # lines first: the newest figure is seen in the drawing itself
        if text:
            own = _row_of(at, top, height)
            row = min((one for one in range(height) if one not in said), key=lambda one: abs(one - own), default=own)
            said[row] = join([said.get(row, EMPTY), text], Span(" · ", "dim"))
    return said


def _axis(frame: Frame, columns: int, room: int) -> Line:
    """`-15 min … now`, with a mark below each turn."""
    left, right = f"−{_length(frame.seconds)}", "now"
    cells = list(left.ljust(columns - len(right))[: columns - len(right)] + right)
    begins, part = _cut(frame, columns)
    marks = {int((at - begins) / part) for at in frame.turns if begins <= at <= frame.now}
    spans = [
        Span("▲", "unknown") if place in marks and cell == " " else Span(cell, "dim")
        for place, cell in enumerate(cells)
    ]
    told = line((" ▲ began anew", "dim")) if marks and room - columns >= 12 else EMPTY
    return fit((*merged(spans), *told), room)


def _length(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h".replace(".0", "")
