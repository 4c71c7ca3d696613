"""One of several words, over another screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from opsconsole.tui.keyline import KeyLine
from opsconsole.tui.pane import Pane
from opsconsole.tui.presentation.footer import KeyHint
from opsconsole.tui.presentation.spans import Line, words, wrap
from opsconsole.tui.presentation.table import Row

_LINES: Final = 20
"""Lines of a list, its frame included, beyond which it scrolls."""


class Choose(ModalScreen[str | None]):
    """A list; the result is the word that was chosen, or None."""

    CSS = """
    Choose { align: center middle; background: $console-veil; }
    Choose Pane, Choose KeyLine { width: 72; max-width: 96%; margin: 0; }
    """
    SCOPED_CSS = False  # lists that are more than this one look the same
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "no", "back")]

    def __init__(self, title: str, options: Sequence[str]) -> None:
        super().__init__()
        self.options = options
        self.list = Pane("options", title)

    def compose(self) -> ComposeResult:
        """The list, and the keys."""
        yield self.list
        yield KeyLine(
            [
                KeyHint("⏎", "take it", 0, "enter"),
                KeyHint("/", "filter", 2, "slash"),
                KeyHint("esc", "back", 0, "escape"),
            ]
        )

    def on_mount(self) -> None:
        """Keys go to the list."""
        self.list.styles.height = min(len(self.options) + 2, _LINES)
        self.list.focus()
        self.call_after_refresh(self._draw)

    def said(self, option: str) -> Line:
        """How an option is written."""
        return words(option)

    def _draw(self) -> None:
        room = self.list.inner_width
        rows = [Row(option, tuple(wrap(self.said(option), room, "  "))) for option in self.options]
        self.list.styles.height = min(sum(len(row.lines) for row in rows) + 2, _LINES)
        self.list.show_rows(rows)

    def on_pane_opened(self, event: Pane.Opened) -> None:
        """This one."""
        self.take(event.key)

    def take(self, option: str) -> None:
        """It is this one."""
        self.dismiss(option)

    def action_no(self) -> None:
        """None of them."""
        self.dismiss(None)
