"""A list of runbooks to choose from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from opsconsole.model.runbook import Runbook
from opsconsole.tui.canvas import Canvas
from opsconsole.tui.pane import Pane
from opsconsole.tui.presentation.library import rows
from opsconsole.tui.screens.base import OpsScreen


class LibraryScreen(OpsScreen):
    """Runbooks, and what each treats. The one that is opened takes this screen's place."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "back", key_display="esc", id="keep-1.back"),
        Binding("question_mark", "help", "help", id="keep-3.help"),
    ]

    def __init__(self, books: Sequence[Runbook], title: str, chosen: Callable[[Runbook], None]) -> None:
        super().__init__()
        self._books = books
        self._chosen = chosen
        self._pane = Pane("library", title, empty="no runbook lies beside the stack file")

    def compose(self) -> ComposeResult:
        """One pane and the footer."""
        yield self._pane
        yield Canvas(id="footer")

    def on_mount(self) -> None:
        """Keys go to the list."""
        self._pane.add_class("fills")
        self._pane.focus()

    def on_resize(self) -> None:
        """Draw for the size there is."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        self._pane.show_rows(rows(self._books, self._pane.inner_width))
        self.draw_footer()

    def on_pane_opened(self, event: Pane.Opened) -> None:
        """Open the one under the cursor."""
        book = self._books[int(event.key)]
        self.dismiss()
        self.app.call_later(self._chosen, book)

    def action_close(self) -> None:
        """Back to where one came from."""
        self.dismiss()
