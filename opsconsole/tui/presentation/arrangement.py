"""Where panes stand on a screen of a given size. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Mode = Literal["wide", "stacked", "single"]

WIDE_FROM: Final = 100
"""Columns from which two panes stand side by side."""

STACKED_FROM: Final = (60, 18)
"""Columns and lines below which only one pane is shown at a time."""


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle in cells, from the top left corner of the area for panes."""

    x: int
    y: int
    width: int
    height: int


def mode(columns: int, lines: int) -> Mode:
    """How panes are arranged on a screen of that size."""
    if columns < STACKED_FROM[0] or lines < STACKED_FROM[1]:
        return "single"
    return "wide" if columns >= WIDE_FROM else "stacked"


def arrange(how: Mode, columns: int, lines: int, wants: Mapping[str, int], first: str, shown: str) -> dict[str, Place]:
    """A place for each pane, by name. `wants` is the height of each with its frame, in the order of their numbers.

    `first` is the pane that comes first when they are stacked, and last and over the whole width when there is room
    for two side by side; `shown` is the one to be seen when there is room for one only.
    """
    if how == "single":
        return {shown: Place(0, 0, columns, lines)}
    if how == "stacked":
        order = [first, *(name for name in wants if name != first)]
        return _stack([(name,) for name in order], columns, lines, wants, last_fills=True)
    others = [name for name in wants if name != first]
    bands = [tuple(others[place : place + 2]) for place in range(0, len(others), 2)]
    return _stack([*bands, (first,)], columns, lines, wants, last_fills=True)


def _stack(
    bands: Sequence[tuple[str, ...]], columns: int, lines: int, wants: Mapping[str, int], *, last_fills: bool
) -> dict[str, Place]:
    heights = share([max(wants[name] for name in band) for band in bands], lines)
    if last_fills and heights:
        heights[-1] += max(lines - sum(heights), 0)
    places: dict[str, Place] = {}
    y = 0
    for band, height in zip(bands, heights, strict=True):
        x = 0
        for number, name in enumerate(band):
            wide = columns // len(band) if number < len(band) - 1 else columns - x
            places[name] = Place(x, y, wide, height)
            x += wide
        y += height
    return places


def share(wants: Sequence[int], lines: int, least: int = 2) -> list[int]:
    """`lines` among those who want some: nobody gets more than is wanted, and what one leaves goes to the others.

    While there is enough, each gets at least `least`.
    """
    got = [min(want, least) for want in wants]
    left = lines - sum(got)
    while left > 0:
        hungry = [place for place, want in enumerate(wants) if got[place] < want]
        if not hungry:
            break
        each = max(left // len(hungry), 1)
        for place in hungry:
            more = min(each, wants[place] - got[place], left)
            got[place] += more
            left -= more
    while sum(got) > lines and max(got) > 0:
        got[got.index(max(got))] -= 1
    return got


def text_height(room: int, wanted: int, printed: int, *, running: bool) -> int:
    """How many of `room` lines a step's text gets beside its output of `printed` lines: all it wants, mostly.

    The output keeps a third of the room, and a half while something is printing, as far as it fills them.
    """
    if not printed:
        return room
    output = max(min(max(room // 3, 3), printed + 2), room // 2 if running else 0)
    return min(wanted, room - output)
