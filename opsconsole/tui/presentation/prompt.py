"""The keys that answer a question, as lines under it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from opsconsole.tui.presentation.footer import PRESS, written
from opsconsole.tui.presentation.question import Choice
from opsconsole.tui.presentation.spans import Line, Span

_ROOMY: Final = 60
"""Cells from which what a key does is said in full."""


def keys(offered: Sequence[Choice], size: int) -> list[Line]:
    """The keys and what they do, on as many lines as they take; a key is never parted from its words."""
    lines: list[list[Span]] = [[]]
    used = 0
    gap = 3 if size >= _ROOMY else 2
    for choice in offered:
        key = choice.shown or written(choice.keys[0])
        does = f" {choice.does if size >= _ROOMY or not choice.short else choice.short}"
        to = "" if choice.shown else f"{PRESS}{choice.keys[0]}"
        room = len(key) + len(does) + gap
        if lines[-1] and used + room > size:
            lines.append([])
            used = 0
        lines[-1] += [Span(" " * gap if lines[-1] else " "), Span(key, "key", to), Span(does, "", to)]
        used += room
    return [tuple(spans) for spans in lines if spans]
