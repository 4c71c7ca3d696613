"""Where the sections of a close look stand: all at once, the first above another one, or one at a time. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from opsconsole.tui.presentation.arrangement import Mode, Place, share
from opsconsole.tui.presentation.spans import Line, Span, fit, line, width

WIDE_FROM: Final = (100, 28)
STACKED_FROM: Final = (60, 18)
"""Columns and lines: from the first all sections are seen, from the second two, below them one."""

_FIRST_WIDE: Final = 13
_FIRST_STACKED: Final = 10
"""Lines that the drawing gets at most, its frame included."""


def mode(columns: int, lines: int) -> Mode:
    """How sections are arranged on a screen of that size."""
    if columns >= WIDE_FROM[0] and lines >= WIDE_FROM[1]:
        return "wide"
    return "stacked" if columns >= STACKED_FROM[0] and lines >= STACKED_FROM[1] else "single"


def arrange(how: Mode, columns: int, lines: int, wants: Mapping[str, int], first: str, shown: str) -> dict[str, Place]:
    """A place for each section that is seen, by name. `wants` is the height of each, in the order of their numbers.

    When all are seen, the second and every other one after it stand at the left, the others at the right.
    """
    others = [name for name in wants if name != first]
    if how == "single" or (how == "stacked" and shown == first) or not others:
        return {shown: Place(0, 0, columns, lines)}
    if how == "stacked":
        above = min(_FIRST_STACKED, lines // 2)
        return {first: Place(0, 0, columns, above), shown: Place(0, above, columns, lines - above)}
    above = min(_FIRST_WIDE, max(lines // 3, 6))
    places = {first: Place(0, 0, columns, above)}
    left = columns // 2
    for names, x, wide in ((others[::2], 0, left), (others[1::2], left, columns - left)):
        places |= _column(names, x, wide, above, lines - above, wants)
    return places


def _column(names: Sequence[str], x: int, wide: int, y: int, lines: int, wants: Mapping[str, int]) -> dict[str, Place]:
    heights = share([wants[name] for name in names], lines, least=3)
    if heights:
        heights[-1] += max(lines - sum(heights), 0)
    places = {}
    for name, height in zip(names, heights, strict=True):
        places[name] = Place(x, y, wide, height)
        y += height
    return places


def strip(titles: Sequence[tuple[str, bool]], shown: int, size: int) -> Line:
    """The numbers and names of all sections, for when not all are seen: (name, whether something is wrong there).

    `shown` is the place of the one in sight. Where room is short only that one bears its name.
    """
    for named in (titles, None):
        told: list[Span] = [Span(" ")]
        for place, (name, wrong) in enumerate(titles):
            here = place == shown
            mark = "!" if wrong else ""
            text = f"{place + 1} {name}{mark}" if here or named else f"{place + 1}{mark}"
            told += [Span(text, "pane-focus" if here else "degraded" if wrong else "pane"), Span("  ")]
        if width(told) <= size:
            return fit(tuple(told), size)
    return fit(line(*told), size)
