"""The findings: what is wrong, how bad, since when, and which runbook treats it. Open runs stand above them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from opsconsole.model.check import Finding
from opsconsole.tui.presentation.ages import age
from opsconsole.tui.presentation.spans import EMPTY, LEVEL_STYLES, Line, Span, cut, line, sign, words, wrap
from opsconsole.tui.presentation.table import Cell, Column, Row, lay_out, place_of
from opsconsole.tui.presentation.view import RUN_KEY, OpenRun, View

_COLUMNS: Final = (
    Column(keep=9),  # sign
    Column(keep=5),  # level
    Column(keep=8, least=16),  # check
    Column(keep=7, least=20),  # reason
    Column(keep=6, align="right"),  # age
    Column(keep=4, least=16),  # runbook
)
_REASON: Final = 3
"""Place of the column that holds the reason."""

_MORE: Final = 4
"""Lines that a long reason may take below its own."""

_NAMED: Final = 96
"""Cells from which a finding names its runbook; below it only says that there is one."""

_NARROW: Final = 76
"""Cells below which a finding takes two lines and more."""


def rows(view: View, width: int) -> list[Row]:
    """Open runs, then findings, the worst first. Titles of runbooks are shown as far as they are known."""
    snapshot, known, runs = view.snapshot, view.titles, view.runs
    out = [Row(f"{RUN_KEY}{run.id}", (_run(run, width),)) for run in runs]
    found = snapshot.findings
    if width < _NARROW:
        return out + [Row(one.check, _folded(one, snapshot.at, width, known)) for one in found]
    brief = width < _NAMED
    cells = [_cells(one, snapshot.at, known, brief=brief) for one in found]
    start, room = place_of(_REASON, _COLUMNS, cells, width)
    folded = [wrap(words(one.reason, most=600), room) for one in found]
    cells = [[*row[:_REASON], lines[0], *row[_REASON + 1 :]] for row, lines in zip(cells, folded, strict=True)]
    drawn = lay_out(_COLUMNS, cells, width)
    out += [
        Row(one.check, (first, *((Span(" " * start), *each) for each in _below(lines, room))))
        for one, first, lines in zip(found, drawn, folded, strict=True)
    ]
    return out


def _below(folded: list[Line], room: int) -> list[Line]:
    """What goes on below the first line; where that is too much for a row, it says that there is more."""
    if len(folded) <= 1 + _MORE:
        return folded[1:]
    return [*folded[1:_MORE], cut((*folded[_MORE], Span(" " * room)), room)]


def _cells(found: Finding, now: float, titles: Mapping[str, str], *, brief: bool) -> list[Cell]:
    style = LEVEL_STYLES[found.level]
    return [
        sign(found.level),
        line((found.level.name, style)),
        words(found.check),
        words(found.reason, most=600),
        line((age(now - found.since), "dim")),
        line(("→", "key")) if brief and found.runbooks else _treats(found, titles),
    ]


def _treats(found: Finding, titles: Mapping[str, str]) -> Line:
    if not found.runbooks:
        return EMPTY
    first = titles.get(found.runbooks[0], found.runbooks[0])
    more = f" and {len(found.runbooks) - 1} more" if len(found.runbooks) > 1 else ""
    return line(("→ ", "key"), *words(first, "value"), (more, "dim"))


def _folded(found: Finding, now: float, width: int, titles: Mapping[str, str]) -> tuple[Line, ...]:
    style = LEVEL_STYLES[found.level]
    head = line(
        *sign(found.level),
        " ",
        (found.level.name, style),
        " ",
        *words(found.check),
        (f" {age(now - found.since)}", "dim"),
    )
    reason = [(Span("  "), *each) for each in wrap(words(found.reason, most=400), width - 2)]
    treats = _treats(found, titles)
    return (cut(head, width), *reason, *([cut((Span("  "), *treats), width)] if treats else []))


def _run(run: OpenRun, width: int) -> Line:
    said = line(("▸ OPEN RUN  ", "key"), *words(run.title, "value"), "  ", *words(run.where, "dim"))
    return cut((*said, *line(("  o takes it up", "key"))), width)
