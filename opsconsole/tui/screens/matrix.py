"""The failure matrix and the invariants: from a check that fails to its row, and from there to its runbook."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from opsconsole.model.matrix import Failure, Invariant, level_of
from opsconsole.tui.clipboard import Excerpt
from opsconsole.tui.pane import Pane
from opsconsole.tui.presentation import excerpts
from opsconsole.tui.presentation.matrix import key_of, rows
from opsconsole.tui.presentation.table import Row
from opsconsole.tui.screens.listing import ListScreen

if TYPE_CHECKING:
    from opsconsole.model.check import Standing
    from opsconsole.model.snapshot import Snapshot


class MatrixScreen(ListScreen):
    """Each row with who sees it and how that stands now; Enter opens the runbook that treats it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "copy", "copy", id="keep-7.copy")]

    def __init__(self, check: str | None = None) -> None:
        """With the cursor on the first row that `check` sees, if there is one."""
        super().__init__(Pane("matrix", "Failures and invariants", opens="runbook", titled=True))
        self.crumb = "matrix"
        self._check = check

    def on_mount(self) -> None:
        """The check that one comes from leads to its row."""
        seen = next((one for one in self._listed if self._check in one.checks), None)
        if seen is not None:
            self.pane.cursor = key_of(seen)

    @property
    def _listed(self) -> Sequence[Failure | Invariant]:
        stack = self.console.parts.stack if self.console.parts is not None else None
        return (*stack.matrix, *stack.invariants) if stack is not None else ()

    @property
    def _standings(self) -> dict[str, Standing]:
        snapshot = self.console.snapshot
        return dict(snapshot.standings) if snapshot is not None else {}

    def see(self, snapshot: Snapshot) -> None:
        """It stands otherwise now."""
        self.draw()

    def rows(self, width: int) -> Sequence[Row]:
        """What can fail and what must hold."""
        listed = self._listed
        covered = sum(bool(one.checks) for one in listed)
        self.pane.title = f"Failures and invariants · {covered} of {len(listed)} seen by a check"
        return rows(listed, self._standings, width)

    @property
    def _chosen(self) -> Failure | Invariant | None:
        return next((one for one in self._listed if key_of(one) == self.pane.cursor), None)

    def to_copy(self) -> Excerpt | None:
        """The row with all that is known of it."""
        drawn = rows(self._listed, self._standings, excerpts.WHOLE)
        row = next((row for row in drawn if row.key == self.pane.cursor), None)
        return Excerpt("the row", excerpts.of_row((*row.lines, *row.more))) if row is not None else None

    def on_pane_opened(self, event: Pane.Opened) -> None:
        """Open the runbook; where there are several, a choice of them."""
        chosen, parts = self._chosen, self.console.parts
        if chosen is None or parts is None:
            return
        if not chosen.runbooks:
            self.note("no runbook treats this")
            return
        level = level_of(chosen, self._standings)
        title = chosen.title if isinstance(chosen, Failure) else f"invariant {chosen.name}"
        reason = f"{title} {level.name}" if level else title  # neither OK nor unseen
        library = parts.library

        async def open_it() -> None:
            from opsconsole.tui import opening

            books = await asyncio.to_thread(library.treating, "", chosen.runbooks)
            if books:
                opening.open_one_of(self.console, books, f"Runbooks for {title}", reason, {})
            else:
                self.note(f"{' and '.join(chosen.runbooks)}: not among the runbooks (any more)")

        self.console.run_worker(open_it(), group="opening a runbook", exclusive=True, exit_on_error=False)
