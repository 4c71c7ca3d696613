"""A command to be changed before it runs."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from opsconsole.tui.keyline import KeyLine
from opsconsole.tui.presentation.footer import KeyHint


class EditScreen(ModalScreen[str | None]):
    """The command in a field of its own. The result is the new text, or None when it is to stay as it was.

    What is taken over does not run yet: it is judged, guarded and asked about like any other command.
    """

    CSS = """
    EditScreen { align: center middle; background: $console-veil; }
    EditScreen > Vertical {
        width: 100; max-width: 98%; height: auto; max-height: 90%; padding: 0 1;
        border: round $console-accent; background: $console-surface; color: $console-foreground;
    }
    EditScreen TextArea { height: auto; min-height: 3; max-height: 16; border: none; background: $console-background; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "take", "take it", priority=True),
        Binding("escape", "no", "back", priority=True),
    ]

    def __init__(self, text: str) -> None:
        super().__init__()
        self._area = TextArea(text, soft_wrap=True)

    def compose(self) -> ComposeResult:
        """Words, the command, and the keys."""
        with Vertical():
            yield Static(Content("Edit the command. The change is recorded; you will be asked again before it runs."))
            yield self._area
            yield KeyLine([KeyHint("^S", "take it", 0, "ctrl+s"), KeyHint("esc", "back", 0, "escape")])

    def on_mount(self) -> None:
        """What is typed goes into the command."""
        self._area.focus()
        self._area.move_cursor(self._area.document.end)

    def action_take(self) -> None:
        """Take the new text."""
        self.dismiss(self._area.text)

    def action_no(self) -> None:
        """Leave it as it was."""
        self.dismiss(None)
