"""What of a screen is copied with a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsconsole.tui.clipboard import Excerpt
from opsconsole.tui.panes import FINDINGS, PANES
from opsconsole.tui.presentation import excerpts
from opsconsole.tui.presentation.view import View

if TYPE_CHECKING:
    from opsconsole.tui.screens.overview import Overview


def of_overview(screen: Overview) -> Excerpt | None:
    """The row under the cursor of the pane that has the keys; a finding in full, another one drawn wide."""
    pane, snapshot = screen.focused_pane, screen.snapshot
    if snapshot is None or pane is None or pane.cursor is None:
        return None
    found = next((one for one in snapshot.findings if pane.pane_name == FINDINGS and one.check == pane.cursor), None)
    if found is not None:
        return Excerpt("the finding", excerpts.of_finding(found, snapshot.at))
    kind = next(kind for kind in PANES if kind.name == pane.pane_name)
    view = View.of(snapshot, titles=screen.titles, runs=screen.runs)
    row = next((row for row in kind.rows(view, excerpts.DRAWN_AT) if row.key == pane.cursor), None)
    return Excerpt("the row", excerpts.of_row(row.lines)) if row is not None else None
