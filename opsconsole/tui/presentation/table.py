"""Columns that line up, shrink, and drop out when there is no room. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from opsconsole.model.verdict import Level
from opsconsole.tui.presentation.spans import Line, Span, cut_name, fit, line, width

Cell: TypeAlias = Line | Callable[[int], Line]
"""A line, or a drawing that is made once the width of its column is known."""

Value: TypeAlias = float | str | None
"""What a row is sorted by in one column; None where it has nothing there, which comes last either way."""

MARK = "*"
"""Stands before the name in rows that are marked, whatever colours there are."""

SORT: Final = "sort:"
"""Beginning of where the title of a column leads to; the name of the column follows."""

ROOMY: Final = 90
"""Cells from which a table has the titles of its columns, and columns that are good to have."""

_SHORT_NAME = 10
"""Cells to which a name shrinks before what stands right behind it in rank goes."""


@dataclass(frozen=True, slots=True)
class Column:
    """How one column behaves.

    `keep` is its rank when room runs out: the lowest goes first. It may shrink to `least` cells (0: not at all)
    before any column goes. Drawings take from `least` to `most`. `grow` takes what is left over. Of a `name` that
    does not fit, the middle goes. `title` is what stands above it where titles are shown.
    """

    keep: int
    align: str = "left"
    least: int = 0
    most: int = 0
    grow: bool = False
    name: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing in a pane: its key stays the same while it lives; the first line carries the cursor.

    `level` is how bad it is, so that a row which a filter hides is counted as what it is. `values` are what it can be
    sorted by, by the names of columns in their order. `more` are lines that it has only while the cursor is on it.
    `words` is what it can be found by in place of its key, beside what is drawn of it.
    """

    key: str
    lines: tuple[Line, ...]
    level: Level = Level.OK
    values: Mapping[str, Value] = field(default_factory=dict, compare=False)
    more: tuple[Line, ...] = ()
    words: str = ""


class Rows(list[Row]):
    """Rows in their order, with the line of titles that belongs above them; empty where there is none."""

    head: Line = ()

    @classmethod
    def under(cls, head: Line, rows: Sequence[Row]) -> Rows:
        """Rows with that line of titles."""
        made = cls(rows)
        made.head = head
        return made


def lay_out(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], size: int, gap: int = 1) -> list[Line]:
    """One line a row, each `size` cells wide at most, with the columns' widths shared by all rows."""
    wide = _widths(columns, rows, size, gap)
    shown = [place for place, room in enumerate(wide) if room]
    return [_line(row, columns, wide, shown, gap) for row in rows]


def marked(row: Line) -> Line:
    """A row with the sign of a mark in the cell between its level and its name."""
    before = 0
    for place, (text, style, to) in enumerate(row):
        if before + len(text) > 1:
            at = 1 - before
            around = line((text[:at], style)), line(Span(text[at + 1 :], style, to))
            return (*row[:place], *around[0], Span(MARK, "key"), *around[1], *row[place + 1 :])
        before += len(text)
    return (*row, Span(MARK, "key"))


def headed(
    columns: Sequence[Column], rows: Sequence[Sequence[Cell]], size: int, gap: int = 1, *, titled: bool = True
) -> tuple[Line, list[Line]]:
    """The same with a line of titles for above them, each of which leads to sorting by it; none unless `titled`."""
    if not titled:
        return (), lay_out(columns, rows, size, gap)
    head, *drawn = lay_out(columns, [_titles(columns, rows), *rows], size, gap)
    return head, drawn


def place_of(
    column: int, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], size: int, *, titled: bool = False
) -> tuple[int, int]:
    """Where a column begins in the lines of `headed`, and how wide it is; (0, 0) where it dropped out.

    A title may be wider than all that stands below it.
    """
    wide = _widths(columns, [_titles(columns, rows), *rows] if titled else rows, size, 1)
    if not wide[column]:
        return 0, 0
    before = [room for room in wide[:column] if room]
    return sum(before) + len(before), wide[column]


def _titles(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> list[Cell]:
    return [
        (Span(column.title, "dim", f"{SORT}{column.title}"),)
        if column.title and any(row[place] for row in rows)
        else ()
        for place, column in enumerate(columns)
    ]


def _line(row: Sequence[Cell], columns: Sequence[Column], wide: Sequence[int], shown: list[int], gap: int) -> Line:
    out: list[Span] = []
    for place in shown:
        if out:
            # A one-cell mark stands close to what it marks.
            out.append(Span(" " * (1 if wide[place - 1] == 1 and place == 1 else gap)))
        cell = row[place]
        drawn = cell(wide[place]) if callable(cell) else cell
        if columns[place].name:
            drawn = cut_name(drawn, wide[place])
        out += fit(drawn, wide[place], columns[place].align)
    return tuple(out)


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], size: int, gap: int) -> list[int]:
    natural = [_natural(column, [row[place] for row in rows]) for place, column in enumerate(columns)]
    least = [min(room, column.least) or room for room, column in zip(natural, columns, strict=True)]
    while _total(least, gap) > size and sum(map(bool, least)) > 1:
        goes = min((place for place, room in enumerate(least) if room), key=lambda place: columns[place].keep)
        if shorter := _shorter_name(columns, least, goes, _total(least, gap) - size):
            least = shorter
            continue
        least[goes] = natural[goes] = 0
    spare = size - _total(least, gap)
    wide = least
    for place in sorted(range(len(columns)), key=lambda place: -columns[place].keep):
        more = min(max(spare, 0), natural[place] - wide[place])
        wide[place] += more
        spare -= more
    for place, column in enumerate(columns):
        if column.grow and wide[place] and spare > 0:
            wide[place] += spare
            spare = 0
    return wide


def _shorter_name(columns: Sequence[Column], wide: list[int], goes: int, over: int) -> list[int] | None:
    """The widths with a shorter name, where the column that `goes` next ranks right behind it; None if it cannot be."""
    for place, column in enumerate(columns):
        if column.name and wide[place] > _SHORT_NAME and column.keep - columns[goes].keep <= 1:
            return [*wide[:place], max(wide[place] - over, _SHORT_NAME), *wide[place + 1 :]]
    return None


def _natural(column: Column, cells: Sequence[Cell]) -> int:
    if any(callable(cell) for cell in cells):
        return column.most
    return max((width(cell) for cell in cells if not callable(cell)), default=0)


def _total(wide: Sequence[int], gap: int) -> int:
    shown = [room for room in wide if room]
    close = gap - 1 if wide and wide[0] == 1 and len(shown) > 1 else 0
    return sum(shown) + gap * max(len(shown) - 1, 0) - close
