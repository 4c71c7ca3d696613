"""What this console had run, as rows and as text. Pure."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Final

from opsconsole.model.ran import RanCommand
from opsconsole.model.text import one_line, plain
from opsconsole.model.units import duration
from opsconsole.model.verdict import Level
from opsconsole.tui.presentation.spans import EMPTY, Line, line, words, wrap
from opsconsole.tui.presentation.table import ROOMY, Cell, Column, Row, Rows, headed

_COLUMNS: Final = (
    Column(keep=9),  # sign
    Column(keep=8, title="at"),
    Column(keep=7, title="risk"),
    Column(keep=6, title="how"),
    Column(keep=4, align="right", title="took"),
    Column(keep=9, least=16, grow=True, title="command"),
    Column(keep=3, least=12, title="run"),
)
_LEVELS: Final = {"failed": Level.DOWN, "outcome unknown": Level.UNKNOWN, "refused": Level.DEGRADED}
_STYLES: Final = {"failed": "down", "outcome unknown": "unknown", "refused": "degraded", "running": "now"}


def rows(log: Sequence[RanCommand], width: int) -> list[Row]:
    """A row for each command, the newest first, keyed by its place and its run."""
    numbered = list(enumerate(log))[::-1]
    head, drawn = headed(_COLUMNS, [_cells(one) for _, one in numbered], width, titled=width >= ROOMY)
    made = [
        Row(f"{number}\n{one.run}", (each,), _level(one), _values(one), tuple(_more(one, width)), one_line(one.text))
        for (number, one), each in zip(numbered, drawn, strict=True)
    ]
    return Rows.under(head, made)


def run_of(key: str) -> str:
    """The run that a row's command belongs to."""
    return key.partition("\n")[2]


def _level(one: RanCommand) -> Level:
    return _LEVELS.get(one.how, Level.OK)


def _cells(one: RanCommand) -> list[Cell]:
    sign = _level(one).sign if one.how in _LEVELS else " "
    style = _STYLES.get(one.how, "dim")
    return [
        line((sign, style)),
        line((_moment(one.at), "dim")),
        line((one.risk, f"risk-{one.risk}")) if one.risk else EMPTY,
        line((_how(one), style)),
        line((duration(one.seconds), "dim")) if one.seconds is not None else EMPTY,
        words(one.text, "value", 400),
        words(one.title, "dim"),
    ]


def _values(one: RanCommand) -> dict[str, float | str | None]:
    return {
        "at": one.at, "risk": one.risk, "how": one.how, "took": one.seconds,
        "command": one_line(one.text), "run": one.title,
    }  # fmt: skip


def _how(one: RanCommand) -> str:
    if one.exit is None or one.how == "done":
        return one.how if not one.exit else f"done, exit {one.exit}"
    return f"exit {one.exit}" if one.exit > 0 else f"signal {-one.exit}" if one.exit else one.how


def _moment(at: float) -> str:
    return time.strftime("%H:%M:%S", time.gmtime(at))


def _more(one: RanCommand, width: int) -> Iterator[Line]:
    """All of the command, where it ran, and what became of it."""
    for each in plain(one.text).splitlines():
        yield from wrap(line(("    $ ", "prompt"), (each, "command")), width, "    ")
    about = " · ".join(filter(None, (one_line(one.step, 80), one_line(one.where, 200), one_line(one.note, 300))))
    yield from wrap(line((f"    {about}", "dim")), width, "    ")


def as_text(log: Sequence[RanCommand]) -> str:
    """All of it, the oldest first, to be copied or saved."""
    return "\n".join(each for one in log for each in _lines(one))


def _lines(one: RanCommand) -> Iterator[str]:
    stamp = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(one.at))
    took = f" after {duration(one.seconds)}" if one.seconds is not None else ""
    note = f": {one_line(one.note, 300)}" if one.note else ""
    yield f"{stamp}  {one.risk or '-'}  {_how(one)}{took}{note}  {one_line(one.where, 200)}  run {one.run}"
    yield from (f"    $ {each}" for each in plain(one.text).splitlines())
