"""Sorting rows by a column. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opsconsole.tui.presentation.table import Row, Value


@dataclass(frozen=True, slots=True)
class Order:
    """By which column rows are sorted, and whether the greatest comes first."""

    column: str
    falling: bool

    def __str__(self) -> str:
        return f"{'↓' if self.falling else '↑'} {self.column}"

    @property
    def turned(self) -> Order:
        """The other way round."""
        return Order(self.column, not self.falling)


def columns(rows: Sequence[Row]) -> list[str]:
    """What the rows can be sorted by, in the order of their columns."""
    return list(dict.fromkeys(name for row in rows for name in row.values))


def by(column: str, rows: Sequence[Row]) -> Order:
    """The order by a column that people mean first: the greatest number, the first of the alphabet."""
    values = [row.values.get(column) for row in rows]
    return Order(column, any(isinstance(value, int | float) for value in values))


def next_order(now: Order | None, rows: Sequence[Row]) -> Order | None:
    """The order by the next column; after the last one None, which is the order that rows have of themselves."""
    names = columns(rows)
    place = names.index(now.column) + 1 if now is not None and now.column in names else 0
    return by(names[place], rows) if place < len(names) else None


def ordered(rows: Sequence[Row], order: Order | None) -> list[Row]:
    """The rows in that order. Those that are alike keep their own order; those without that value come last.

    A row without any values is no part of the table, such as an open run above the findings: it stays on top.
    """
    if order is None:
        return list(rows)
    apart = [row for row in rows if not row.values]
    rows = [row for row in rows if row.values]
    known = [row for row in rows if row.values.get(order.column) is not None]
    known.sort(key=lambda row: _rank(row.values[order.column]), reverse=order.falling)
    return apart + known + [row for row in rows if row.values.get(order.column) is None]


def _rank(value: Value) -> tuple[int, float, str]:
    return (0, float(value), "") if isinstance(value, int | float) else (1, 0.0, str(value).lower())
