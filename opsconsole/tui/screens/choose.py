"""One of several words, over another screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from opsconsole.tui.pane import Pane
from opsconsole.tui.presentation.spans import words
from opsconsole.tui.presentation.table import Row


class Choose(ModalScreen[str | None]):
    """A list; the result is the word that was chosen, or None."""

    CSS = """
    Choose { align: center middle; background: $console-background 60%; }
    Choose Pane { width: 60; max-width: 96%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "no", "back")]

    def __init__(self, title: str, options: Sequence[str]) -> None:
        super().__init__()
        self._options = options
        self._pane = Pane("options", f"{title}  (⏎ takes it, esc back)")

    def compose(self) -> ComposeResult:
        """The list."""
        yield self._pane

    def on_mount(self) -> None:
        """Keys go to the list."""
        self._pane.styles.height = min(len(self._options) + 2, 20)
        self._pane.focus()
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        self._pane.show_rows([Row(option, (words(option),)) for option in self._options])

    def on_pane_opened(self, event: Pane.Opened) -> None:
        """This one."""
        self.dismiss(event.key)

    def action_no(self) -> None:
        """None of them."""
        self.dismiss(None)
