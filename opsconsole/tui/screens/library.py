"""A list of runbooks to choose from."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from opsconsole.model.runbook import Runbook
from opsconsole.tui.pane import Pane
from opsconsole.tui.presentation.library import rows
from opsconsole.tui.presentation.table import Row
from opsconsole.tui.screens.listing import ListScreen


class LibraryScreen(ListScreen):
    """Runbooks, and what each treats. The one that is opened takes this screen's place."""

    def __init__(self, books: Sequence[Runbook], title: str, chosen: Callable[[Runbook], None]) -> None:
        super().__init__(Pane("library", title, empty="no runbook lies beside the stack file", titled=True))
        self._books = books
        self._chosen = chosen

    def rows(self, width: int) -> Sequence[Row]:
        """A row for each runbook."""
        return rows(self._books, width)

    def on_pane_opened(self, event: Pane.Opened) -> None:
        """Open the one under the cursor."""
        book = self._books[int(event.key)]
        self.dismiss()
        self.app.call_later(self._chosen, book)
