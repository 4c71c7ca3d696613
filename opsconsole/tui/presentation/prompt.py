"""The keys that answer a question, as lines under it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from opsconsole.tui.presentation.footer import written
from opsconsole.tui.presentation.question import Choice
from opsconsole.tui.presentation.spans import Line, Span


def keys(offered: Sequence[Choice], size: int) -> list[Line]:
    """The keys and what they do, on as many lines as they take; a key is never parted from its words."""
    lines: list[list[Span]] = [[]]
    used = 0
    for choice in offered:
        key, does = choice.shown or written(choice.keys[0]), f" {choice.does}"
        room = len(key) + len(does) + 3
        if lines[-1] and used + room > size:
            lines.append([])
            used = 0
        lines[-1] += [Span("   " if lines[-1] else " "), Span(key, "key"), Span(does)]
        used += room
    return [tuple(spans) for spans in lines if spans]
