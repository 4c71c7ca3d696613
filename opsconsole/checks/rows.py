"""What a statement should answer: nothing, exactly these rows, or one value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from opsconsole.checks.thresholds import crossed, need_order, worst_of
from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.databases import RowsReading

_FEW: Final = 3
_TRUE: Final = ("t", "true", "1")
_FALSE: Final = ("f", "false", "0")

Cell = str | int | float | bool


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"is_": "is"}):
    """Of the one value in the answer: exactly `is`; or a number, over `degraded` or `down`, or under `least`."""

    is_: Cell | None = None
    degraded: float | None = None
    down: float | None = None
    least: float | None = None

    def __post_init__(self) -> None:
        """Something is expected, in an order that can be."""
        if all(getattr(self, name) is None for name in self.__struct_fields__):
            raise ValueError("nothing is expected: give is, degraded, down or least")
        need_order(_short, ("least", self.least), ("degraded", self.degraded), ("down", self.down))


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Exactly one of these.

    `none = true`: no row comes, as of a search for orphans. `rows`: exactly these, in this order, each a list.
    `value`: one row with one value, and what that is.
    """

    none: bool = False
    rows: tuple[tuple[Cell, ...], ...] | None = None
    value: Value | None = None

    def __post_init__(self) -> None:
        """Two of them could not both be so."""
        if sum((self.none, self.rows is not None, self.value is not None)) != 1:
            raise ValueError("give exactly one of none = true, rows and value")


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """What else came is in the reason, as it came."""
    reading: RowsReading = sample.value
    if expect.value is not None:
        return _value(expect.value, reading)
    if expect.rows is not None:
        return _rows(expect.rows, reading)
    if not reading.rows:
        return Verdict(Level.OK, "no rows", "no rows", "no rows")
    return Verdict(Level.DOWN, f"{_count(reading)}: {_shown(reading)}", _count(reading), "no rows")


def _rows(wanted: tuple[tuple[Cell, ...], ...], reading: RowsReading) -> Verdict:
    expected = "; ".join(" | ".join(str(cell) for cell in row) for row in wanted[:_FEW])
    same = len(wanted) == len(reading.rows) and all(
        len(want) == len(row) and all(_equal(cell, seen) for cell, seen in zip(want, row, strict=True))
        for want, row in zip(wanted, reading.rows, strict=True)
    )
    if same:
        return Verdict(Level.OK, _shown(reading) if reading.rows else "no rows", _count(reading), expected)
    came = f"{_count(reading)}: {_shown(reading)}" if reading.rows else "no rows"
    return Verdict(Level.DOWN, f"{came}, expected {one_line(expected, 80)}", came, expected)


def _value(wanted: Value, reading: RowsReading) -> Verdict:
    if len(reading.rows) != 1 or len(reading.rows[0]) != 1:
        shape = f"{_count(reading)} of {len(reading.rows[0])}" if reading.rows else "no rows"
        return Verdict(Level.DOWN, f"one value is expected, and {shape} came", shape, "one value")
    seen = reading.rows[0][0]
    shown = "NULL" if seen is None else one_line(seen, 60)
    return worst_of([Verdict(Level.OK, f"is {shown}", shown), *_wrong(wanted, seen, shown)])


def _wrong(wanted: Value, seen: str | None, shown: str) -> Iterator[Verdict]:
    if wanted.is_ is not None and not _equal(wanted.is_, seen):
        yield Verdict(Level.DOWN, f"is {shown}, expected {one_line(str(wanted.is_), 60)}", shown, str(wanted.is_))
    if wanted.degraded is None and wanted.down is None and wanted.least is None:
        return
    number = _number(seen)
    if number is None:
        yield Verdict(Level.DOWN, f"is {shown}, which is no number", shown, "a number")
        return
    over = crossed(number, wanted.degraded, wanted.down)
    if over.bad and over.threshold is not None:
        yield Verdict(
            over.level, f"is {shown}, over {_short(over.threshold)}", shown, f"at most {_short(over.threshold)}"
        )
    if wanted.least is not None and number < wanted.least:
        yield Verdict(
            Level.DOWN, f"is {shown}, less than {_short(wanted.least)}", shown, f"at least {_short(wanted.least)}"
        )


def _equal(wanted: Cell, seen: str | None) -> bool:
    """Databases write numbers and truth in their own ways."""
    if seen is None:
        return False
    if isinstance(wanted, bool):
        return seen.lower() in (_TRUE if wanted else _FALSE)
    if isinstance(wanted, int | float):
        return _number(seen) == wanted
    return seen == wanted


def _number(seen: str | None) -> float | None:
    try:
        return float(seen) if seen is not None else None
    except ValueError:
        return None


def _shown(reading: RowsReading) -> str:
    rows = [" | ".join("NULL" if cell is None else one_line(cell, 40) for cell in row) for row in reading.rows[:_FEW]]
    more = "; …" if len(reading.rows) > _FEW or reading.cut else ""
    return one_line("; ".join(rows), 160) + more


def _count(reading: RowsReading) -> str:
    count = len(reading.rows)
    return f"{'over ' if reading.cut else ''}{count} row{'s' if count != 1 else ''}"


def _short(number: float) -> str:
    return f"{number:g}"
