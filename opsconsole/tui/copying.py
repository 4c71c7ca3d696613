"""What of a screen is copied with a key."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from opsconsole.tui.clipboard import Excerpt, copy
from opsconsole.tui.panes import FINDINGS, PANES
from opsconsole.tui.presentation import excerpts
from opsconsole.tui.presentation.view import RUN_KEY, View

if TYPE_CHECKING:
    from opsconsole.tui.desk import Desk
    from opsconsole.tui.screens.overview import Overview
    from opsconsole.tui.screens.run_pages import RunPages


def of_overview(screen: Overview) -> Excerpt | None:
    """The row under the cursor of the pane that has the keys; a finding in full, another one drawn wide."""
    pane, snapshot = screen.focused_pane, screen.snapshot
    if snapshot is None or pane is None or pane.cursor is None:
        return None
    found = next((one for one in snapshot.findings if pane.pane_name == FINDINGS and one.check == pane.cursor), None)
    if found is not None:
        return Excerpt("the finding", excerpts.of_finding(found, snapshot.at))
    run = next((one for one in screen.runs if pane.cursor == f"{RUN_KEY}{one.id}"), None)
    if run is not None:
        return Excerpt("the run", f"open run {run.id}: {run.title}; {run.where}")
    kind = next(kind for kind in PANES if kind.name == pane.pane_name)
    view = View.of(snapshot, titles=screen.titles, runs=screen.runs)
    row = next((row for row in kind.rows(view, excerpts.DRAWN_AT) if row.key == pane.cursor), None)
    return Excerpt("the row", excerpts.of_row(row.lines)) if row is not None else None


_REPORT: Final = "the report so far"


def choose_of_run(screen: RunPages) -> None:
    """A list of what there is to copy of a run: the command at hand, what was printed, the report."""
    from opsconsole.tui.screens.choose import Choose

    console, desk = screen.console, screen.desk
    found = {each.what: each for each in _of_desk(desk)}
    options = [*found, *([_REPORT] if desk.state is not None else [])]
    if not options:
        screen.note("there is nothing to copy here")
        return

    async def report() -> None:
        if console.parts is not None and desk.state is not None:
            text, _ = await asyncio.to_thread(console.parts.report_of, desk.state.id)
            copy(console, Excerpt(_REPORT, text))

    def chosen(what: str | None) -> None:
        if what == _REPORT:
            console.run_worker(report(), group="reading a record", exclusive=True, exit_on_error=False)
        elif what is not None:
            console.call_after_refresh(copy, console, found[what])

    console.push_screen(Choose("Copy", options), chosen)


def _of_desk(desk: Desk) -> list[Excerpt]:
    """What stands on the screen of a run: its output is masked before it gets there. Of much output the end counts."""
    part = desk.running_part
    command = getattr(desk.question, "text", "") or (part.command.text if part is not None else "")
    printed = excerpts.of_lines(desk.printed.lines())
    return [
        *([Excerpt("the command", command)] if command else []),
        *([Excerpt("what was printed", printed, end=True)] if printed.strip() else []),
    ]
