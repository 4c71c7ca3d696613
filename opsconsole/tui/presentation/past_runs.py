"""What has been run, as rows: when, by whom, what and why, how it ended, what the checks said after it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from opsconsole.model.past_run import PastRun
from opsconsole.model.units import duration
from opsconsole.model.verdict import Level
from opsconsole.tui.presentation.spans import LEVEL_STYLES, Line, Span, cut, line, words, wrap
from opsconsole.tui.presentation.table import Column, Row, Rows, headed

_COLUMNS: Final = (
    Column(keep=9),  # sign
    Column(keep=8, title="began (UTC)"),
    Column(keep=9, least=16, name=True, title="runbook"),
    Column(keep=7, title="ended"),
    Column(keep=6, title="after it"),
    Column(keep=5, least=6, title="by"),
    Column(keep=3, align="right", title="took"),
    Column(keep=4, least=10, grow=True, title="why"),
)
_NARROW: Final = 60
"""Cells below which a run takes two lines."""


def rows(runs: Sequence[PastRun], width: int) -> Rows:
    """A row for each, in their order; that of the cursor tells the rest."""
    cells = [_cells(run) for run in runs]
    if width < _NARROW:
        return Rows.under(
            (), [_row(run, _folded(run, each, width), width) for run, each in zip(runs, cells, strict=True)]
        )
    head, drawn = headed(_COLUMNS, cells, width)
    return Rows.under(head, [_row(run, (each,), width) for run, each in zip(runs, drawn, strict=True)])


def _row(run: PastRun, lines: tuple[Line, ...], width: int) -> Row:
    return Row(
        run.id,
        lines,
        level=Level.DOWN if run.fault else Level.OK,
        values={
            "began (UTC)": run.started,
            "runbook": run.title,
            "ended": run.ended or "open",
            "after it": None if run.after is None else int(run.after),
            "by": run.user,
            "took": _seconds(run),
            "why": run.reason or None,
        },
        more=tuple(_more(run, width)),
        words=f"{run.id} {run.title} {run.runbook} {run.user} {run.reason} {run.ended or 'open'}",
    )


def _cells(run: PastRun) -> list[Line]:
    took = _seconds(run)
    return [
        line(("✗", "down")) if run.fault else line(("▸", "key")) if run.ended is None else line(" "),
        line((_moment(run.started), "value")),
        words(run.title, "strong", 100),
        _ended(run),
        _after(run),
        words(run.user),
        line((duration(took), "dim")) if took is not None else (),
        words(run.reason, "dim", 200),
    ]


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")


def _seconds(run: PastRun) -> float | None:
    return max(run.ended_at - run.started, 0.0) if run.ended_at is not None else None


def _ended(run: PastRun) -> Line:
    if run.fault:
        return line(("ALTERED", "down"))
    if run.ended is None:
        return line(("step running" if run.running else "open", "now"))
    return words(run.ended, "good" if run.ended == "done" else "degraded", 30)


def _after(run: PastRun) -> Line:
    """What the checks said when it was over; while it is open there is no after."""
    if run.ended is None:
        return ()
    if run.after is None:
        return line(("not verified", "unknown"))
    return line((run.after.name, LEVEL_STYLES[run.after] or "good"))


def _folded(run: PastRun, cells: Sequence[Line], width: int) -> tuple[Line, ...]:
    mark, began, title, ended, after, by, _, _ = cells
    second = line("  ", *ended, " ", *after, "  ", *by)
    return (cut(line(*mark, " ", *began, " ", *title), width), cut(second, width))


def _more(run: PastRun, width: int) -> list[Line]:
    told = [
        (f"record: {run.fault}", "down") if run.fault else ("record: as it was written, its seal holds", "good"),
        (f"why: {run.reason}" if run.reason else "", "dim"),
        (f"last step: {run.step}" if run.ended is None and run.step else "", "dim"),
        (f"run {run.id}" + (f" of {run.runbook}.md" if run.runbook else ""), "dim"),
    ]
    return [
        (Span("    "), *each)
        for text, style in told
        if text
        for each in wrap(words(text, style, 400), max(width - 4, 10), "  ")
    ]
