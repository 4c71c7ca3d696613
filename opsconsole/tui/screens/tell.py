"""Something that has to be read before anything else is done: why what was asked for cannot be had."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from opsconsole.model.text import one_line, plain
from opsconsole.model.trouble import TroubleError
from opsconsole.tui.keyline import KeyLine
from opsconsole.tui.presentation.footer import KeyHint

_MOST = 600
"""Characters of one trouble; a path may be long, and what to do stands behind it."""


class Tell(ModalScreen[None]):
    """Words in a box over the screen, in full, until a key closes it."""

    CSS = """
    Tell { align: center middle; background: $console-veil; }
    Tell > Vertical {
        width: 72; max-width: 96%; height: auto; padding: 0 1;
        border: round $console-accent; background: $console-surface; color: $console-foreground;
    }
    Tell Static { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,escape,q", "close", "back")]

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = plain(words)

    @classmethod
    def of(cls, error: TroubleError) -> Tell:
        """Every trouble on a line of its own."""
        return cls("\n".join(one_line(str(trouble), _MOST) for trouble in error.troubles))

    def compose(self) -> ComposeResult:
        """The words, and the key."""
        with Vertical():
            yield Static(Content(self._words))
            yield KeyLine([KeyHint("⏎", "back", 0, "enter")])

    def action_close(self) -> None:
        """Back to where one came from."""
        self.dismiss()
