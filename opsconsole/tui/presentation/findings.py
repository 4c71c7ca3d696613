"""The findings: what is wrong, how bad, since when, and which runbook treats it. Open runs stand above them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from opsconsole.model.check import Finding
from opsconsole.tui.presentation.ages import age
from opsconsole.tui.presentation.arrangement import WIDE_FROM
from opsconsole.tui.presentation.spans import EMPTY, LEVEL_STYLES, Line, Span, cut, line, sign, words, wrap
from opsconsole.tui.presentation.spans import width as cells_of
from opsconsole.tui.presentation.table import ROOMY, Column, Row, Rows, Value, headed, place_of
from opsconsole.tui.presentation.view import RUN_KEY, OpenRun, View

_COLUMNS: Final = (
    Column(keep=9),  # sign
    Column(keep=5, title="level"),
    Column(keep=8, least=16, name=True, title="check"),
    Column(keep=7, least=20, title="reason"),
    Column(keep=6, align="right", title="age"),
    Column(keep=4, least=16, title="runbook"),
)
_REASON: Final = 3
"""Place of the column that holds the reason."""

_MORE: Final = 4
"""Lines that a long reason may take below its own."""

_TREATED_BY: Final = 5
"""Place of the column that names the runbook."""

_NAMED_AT_MOST: Final = 40
"""Cells of a runbook's name beyond which it may be cut."""

_SIDE_BY_SIDE: Final = WIDE_FROM - 4
"""Cells inside the pane from which the panes stand side by side, and there is height to spare."""

_READABLE: Final = 24
"""Cells of reason that are worth more than the name of a runbook: with less, only a sign says that there is one."""

_NARROW: Final = 76
"""Cells below which a finding takes two lines and more."""


def rows(view: View, width: int) -> Rows:
    """Open runs, then findings, the worst first. Titles of runbooks are shown as far as they are known.

    Where there is no room for them beside the reasons, the one that treats a finding is named below it while the cursor
    is there.
    """
    snapshot, known = view.snapshot, view.titles
    runs = [Row(f"{RUN_KEY}{run.id}", (_run(run, width),)) for run in view.runs]
    found = snapshot.findings
    if width < _NARROW:
        return Rows([*runs, *(_row(one, _folded(one, snapshot.at, width, known), view) for one in found)])
    cells = [_cells(one, snapshot.at, known) for one in found]
    columns = _balanced(cells, width)
    named = columns is not None
    if columns is None:
        columns = _COLUMNS
        cells = [
            [*row[:_TREATED_BY], line(("→", "key")) if one.runbooks else EMPTY]
            for one, row in zip(found, cells, strict=True)
        ]
    titled = width >= ROOMY
    start, room = place_of(_REASON, columns, cells, width, titled=titled)
    folded = [wrap(words(one.reason, most=600), room) for one in found]
    cells = [[*row[:_REASON], lines[0], *row[_REASON + 1 :]] for row, lines in zip(cells, folded, strict=True)]
    head, drawn = headed(columns, cells, width, titled=titled)
    out = []
    for one, first, lines in zip(found, drawn, folded, strict=True):
        under = _below(lines, room)
        more = () if named or not one.runbooks else (cut((Span(" " * start), *_treats(one, known)), width),)
        out.append(_row(one, (first, *((Span(" " * start), *each) for each in under)), view, more))
    return Rows.under(head, [*runs, *out])


def _row(found: Finding, lines: tuple[Line, ...], view: View, more: tuple[Line, ...] = ()) -> Row:
    values: dict[str, Value] = {
        "level": found.level,
        "check": found.check,
        "age": view.snapshot.at - found.since,
        "runbook": view.titles.get(found.runbooks[0], found.runbooks[0]) if found.runbooks else None,
    }
    sought = " ".join((found.check, found.reason, *(view.titles.get(name, name) for name in found.runbooks)))
    return Row(found.check, lines, found.level, values, more, sought)


def _balanced(cells: list[list[Line]], width: int) -> tuple[Column, ...] | None:
    """The columns with their room shared by what is in them; None where the runbooks' names leave too little.

    A reason goes on below when it is long, a name cannot: beyond half of the room that both have, the name comes first.
    """
    wide = [max((cells_of(row[place]) for row in cells), default=0) for place in range(len(_COLUMNS))]
    reason, named = wide[_REASON], wide[_TREATED_BY]
    room = width - sum(wide) + reason + named - len(_COLUMNS) + 1
    # Stacked panes are low: there each further line of a reason would push a finding out of sight.
    needed = min(reason, _READABLE) if width >= _SIDE_BY_SIDE else reason
    if room - min(named, _NAMED_AT_MOST) < needed:
        return None
    least = max(min(named, room - min(reason, room // 2)), 1)
    return (*_COLUMNS[:_TREATED_BY], replace(_COLUMNS[_TREATED_BY], least=least))


def _below(folded: list[Line], room: int) -> list[Line]:
    """What goes on below the first line; where that is too much for a row, it says that there is more."""
    if len(folded) <= 1 + _MORE:
        return folded[1:]
    return [*folded[1:_MORE], cut((*folded[_MORE], Span(" " * room)), room)]


def _cells(found: Finding, now: float, titles: Mapping[str, str]) -> list[Line]:
    style = LEVEL_STYLES[found.level]
    return [
        sign(found.level),
        line((found.level.name, style)),
        words(found.check),
        words(found.reason, most=600),
        line((age(now - found.since), "dim")),
        _treats(found, titles),
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
