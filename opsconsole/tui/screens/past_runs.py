"""The history: what has been run on this stack, the newest first; from there to its report, or back into the run."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from opsconsole.tui import sharing
from opsconsole.tui.clipboard import Excerpt
from opsconsole.tui.pane import Pane
from opsconsole.tui.presentation import excerpts
from opsconsole.tui.presentation.past_runs import rows
from opsconsole.tui.presentation.prose import prose
from opsconsole.tui.presentation.table import Row
from opsconsole.tui.screens.leaf import LeafScreen
from opsconsole.tui.screens.listing import ListScreen

if TYPE_CHECKING:
    from opsconsole.model.past_run import PastRun


class PastRunsScreen(ListScreen):
    """All runs; the records are read while the screen is there already."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "take_up", "take it up", id="keep-1.run"),
        Binding("y", "copy", "copy", id="keep-7.copy"),
    ]

    def __init__(self) -> None:
        super().__init__(Pane("past-runs", "Runs so far", empty="reading the records…", opens="report", titled=True))
        self.crumb = "runs"
        self._runs: Sequence[PastRun] = ()

    def on_screen_resume(self) -> None:
        """Read them, also when one comes back from a run."""
        self.run_worker(self._read(), group="reading the records", exclusive=True, exit_on_error=False)

    async def _read(self) -> None:
        parts = self.console.parts
        if parts is not None:
            self._runs = await asyncio.to_thread(parts.past_runs)
            self.pane.empty = "nothing has been run on this stack yet"
            self.draw()

    def rows(self, width: int) -> Sequence[Row]:
        """The runs as they are known."""
        return rows(self._runs, width)

    @property
    def _chosen(self) -> PastRun | None:
        return next((run for run in self._runs if run.id == self.pane.cursor), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What makes no sense now is not offered."""
        if action == "take_up":
            return self._chosen is not None and self._chosen.ended is None and not self._chosen.fault
        return super().check_action(action, parameters)

    def to_copy(self) -> Excerpt | None:
        """The run with what is known of it."""
        row = next((row for row in rows(self._runs, excerpts.WHOLE) if row.key == self.pane.cursor), None)
        return Excerpt("the run", excerpts.of_row((*row.lines, *row.more))) if row is not None else None

    def action_take_up(self) -> None:
        """Take up the open run."""
        if self._chosen is not None:
            self.console.take_up(self._chosen.id)

    def on_pane_opened(self, event: Pane.Opened) -> None:
        """Read its report, as a page."""
        run, parts = self._chosen, self.console.parts
        if run is None or parts is None:
            return

        async def read() -> None:
            report, fault = await asyncio.to_thread(parts.report_of, run.id)
            self.app.push_screen(ReportScreen(run.title, report, fault))

        self.run_worker(read(), group="reading a record", exclusive=True, exit_on_error=False)


class ReportScreen(LeafScreen):
    """The report of a run, to be read, copied and kept."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "copy", id="keep-2.copy"),
        Binding("w", "keep", "write to a file", id="keep-2.keep"),
    ]

    def __init__(self, title: str, report: str, fault: str = "") -> None:
        """`fault` is what is wrong with its record: then only what is before the damage is in `report`."""
        warning = f"> [!CAUTION]\n> This record is not as it was written: {fault}\n\n" if fault else ""
        super().__init__("Report", lambda width: prose(warning + report, width))
        self.crumb = "report"
        self._title, self._report = title, warning + report

    def to_copy(self) -> Excerpt | None:
        """All of it, as Markdown."""
        return Excerpt("the report", self._report)

    def action_keep(self) -> None:
        """Write it to a file."""
        sharing.keep(self.console, self._report, ".md", self._title)
