"""The header of the screens under the overview: where one is, how bad it is, and what the console may do. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from opsconsole.tui.presentation.header import verdict
from opsconsole.tui.presentation.spans import Line, Span, between, cut, join, line, width, words

if TYPE_CHECKING:
    from opsconsole.model.snapshot import Snapshot

CRUMB: Final = "crumb:"
"""Beginning of where a crumb leads; the number of its screen follows, 0 for the overview."""

_ARROW: Final = Span(" › ", "dim")
_DOT: Final = Span(" · ", "dim")
_ROOMY: Final = 60
"""Columns from which the findings are counted and there is a clock."""

_LONGEST: Final = 60
"""Characters of one crumb."""


def crumbs(names: Sequence[str], room: int) -> Line:
    """The way from the overview to here in at most `room` cells; what is in the middle goes first, here stays."""
    parts = [words(name, "title" if place == len(names) - 1 else "", _LONGEST) for place, name in enumerate(names)]
    parts = [tuple(span._replace(to=f"{CRUMB}{place}") for span in part) for place, part in enumerate(parts)]
    dots = line(("…", "dim"))
    for first, last in [(len(parts), 0), *((1, back) for back in range(len(parts) - 2, 0, -1)), (0, 1)]:
        shown = parts if first >= len(parts) else [*parts[:first], dots, *parts[-last:]]
        made = join(shown, _ARROW)
        if width(made) <= room:
            return made
    return cut(parts[-1], room) if parts else ()


def header(names: Sequence[str], snapshot: Snapshot | None, size: int, now: float, *, read_only: bool) -> Line:
    """One line, `size` cells wide: the trail, and at the right READ-ONLY, the verdict and the clock."""
    worst = verdict(snapshot)
    clock = datetime.fromtimestamp(now, UTC).strftime("%H:%M:%S")
    right = join(
        [
            line(("READ-ONLY", "key")) if read_only else (),
            worst if size >= _ROOMY else worst[:1],
            line((clock, "value"), (" UTC", "dim")) if size >= _ROOMY else (),
        ],
        _DOT,
    )
    left = crumbs(names, max(size - width(right) - 4, 0))
    return (Span(" "), *between(left, right, size - 2), Span(" "))
