"""A table of a document as lines: in columns, folded where they nearly fit, else row by row. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

from opsconsole.tui.presentation.spans import Line, Span, fit, line, restyled, width, wrap

_GAP: Final = 2
_NARROWEST: Final = 9
"""Cells below which nothing can be read in a column any more."""


def table(rows: Sequence[Sequence[Line]], size: int) -> list[Line]:
    """`rows`, of which the first is the head, in `size` cells."""
    if not rows:
        return []
    many = max(map(len, rows))
    filled = [[*row, *[()] * (many - len(row))] for row in rows]
    wide = _widths([max(width(cell) for cell in column) for column in zip(*filled, strict=True)], size)
    if wide is None:
        return _one_by_one(filled, size)
    head = _row([restyled(cell, "strong") for cell in filled[0]], wide)
    rule = Span((" " * _GAP).join("─" * room for room in wide), "frame")
    return [*head, (rule,), *(each for row in filled[1:] for each in _row(row, wide))]


def _widths(natural: list[int], size: int) -> list[int] | None:
    """The width of each column; the widest gives way first. None where they cannot stand side by side."""
    room = size - _GAP * (len(natural) - 1)
    wide = [max(one, 1) for one in natural]
    while sum(wide) > room:
        widest = max(range(len(wide)), key=wide.__getitem__)
        if wide[widest] <= _NARROWEST:
            return None
        wide[widest] -= 1
    return wide


def _row(cells: Sequence[Line], wide: Sequence[int]) -> list[Line]:
    folded = [[fit(each, room) for each in _folded(cell, room)] for cell, room in zip(cells, wide, strict=True)]
    out = []
    for parts in zip_longest(*folded):
        spans: list[Span] = []
        for place, part in enumerate(parts):
            spans += [Span(" " * _GAP)] if place else []
            spans += part if part is not None else (Span(" " * wide[place]),)
        while spans and not spans[-1].text.strip():
            spans.pop()
        out.append(tuple(spans))
    return out


def _folded(cell: Line, room: int) -> list[Line]:
    return [cell] if width(cell) <= room else wrap(cell, room)


def _one_by_one(rows: Sequence[Sequence[Line]], size: int) -> list[Line]:
    """Each row as a list of what its head says and what it holds."""
    out: list[Line] = []
    for row in rows[1:]:
        out += [()] if out else []
        for head, cell in zip(rows[0], row, strict=True):
            if cell:
                lead = line(*restyled(head, "dim"), ("  " if head else "", ""))
                out += wrap((*lead, *cell), size, "  ")
    return out
