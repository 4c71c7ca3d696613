"""The log of what this console had run: newest first, each with the record of its run behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from opsconsole.model.ran import RanCommand
from opsconsole.tui import sharing
from opsconsole.tui.clipboard import Excerpt
from opsconsole.tui.command_log import THIS_CONSOLE, open_record
from opsconsole.tui.pane import Pane
from opsconsole.tui.presentation.command_log import as_text, rows, run_of
from opsconsole.tui.presentation.table import Row
from opsconsole.tui.screens.listing import ListScreen


class CommandLog(ListScreen):
    """What was run, when, with what risk and result, and below it what was started to look, the costliest first.

    It is read again while it is open.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "copy all", id="keep-3.copy"),
        Binding("w", "keep", "write to a file", id="keep-4.keep"),
    ]

    def __init__(self) -> None:
        nothing = "nothing has been run from this console yet"
        super().__init__(Pane("commands", "Commands of this session", empty=nothing, opens="record", titled=True))
        self.crumb = "commands"
        self._log: list[RanCommand] = []

    def on_mount(self) -> None:
        """Read it, and again every other second: something may be running."""
        super().on_mount()
        self._read()
        self.set_interval(2.0, self._read)

    def _read(self) -> None:
        parts, runs = self.console.parts, tuple(self.console.runs_here)
        if parts is None or self.app.screen is not self:
            return

        async def read() -> None:
            ran = await asyncio.to_thread(parts.ran, runs, THIS_CONSOLE)
            self._log = [*parts.looked(), *ran]
            self.draw()

        self.run_worker(read(), group="reading what was run", exclusive=True, exit_on_error=False)

    def rows(self, width: int) -> Sequence[Row]:
        """A row for each command."""
        return rows(self._log, width)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Of nothing there is nothing to take."""
        return bool(self._log) if action in ("copy", "keep") else super().check_action(action, parameters)

    def to_copy(self) -> Excerpt | None:
        """All of it; of too much its end."""
        return Excerpt("the log", as_text(self._log), end=True) if self._log else None

    def action_keep(self) -> None:
        """Write it to a new file."""
        sharing.keep(self.console, as_text(self._log) + "\n", ".txt", "commands")

    def on_pane_opened(self, event: Pane.Opened) -> None:
        """The record of the run that it belongs to."""
        run = run_of(event.key)
        if not run:
            self.note("it belongs to no run: it only looked")
            return
        title = next((one.title for one in self._log if one.run == run), run)
        open_record(self.console, run, title)
