"""Small questions over another screen: yes or no, or a line of text."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from opsconsole.tui.keyline import KeyLine
from opsconsole.tui.presentation.footer import KeyHint


class Ask(ModalScreen[str | None]):
    """A question in words. The result is None for no, else what was typed (empty where nothing was to be typed).

    With `typed` False the key `y` is yes and Enter alone is not.
    """

    CSS = """
    Ask { align: center middle; background: $console-veil; }
    Ask > Vertical {
        width: 72; max-width: 96%; height: auto; padding: 0 1;
        border: round $console-accent; background: $console-surface; color: $console-foreground;
    }
    Ask Static { height: auto; }
    Ask Input { border: none; height: 1; padding: 0; background: $console-background; margin: 1 0 0 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "yes"),
        Binding("n,escape", "no", "no"),
    ]

    def __init__(
        self,
        words: str,
        *,
        yes: str = "yes",
        no: str = "no",
        typed: bool = False,
        start: str = "",
        secret: bool = False,
    ) -> None:
        super().__init__()
        self._words = words
        self._typed = typed
        keys = (("⏎", yes, "enter"), ("esc", no, "escape")) if typed else (("y", yes, "y"), ("n", no, "n"))
        self._keys = KeyLine([KeyHint(key, does, 0, press) for key, does, press in keys])
        self._input = Input(start, password=secret, select_on_focus=False) if typed else None

    def compose(self) -> ComposeResult:
        """Words, a line to type in where one is wanted, and the keys."""
        with Vertical():
            yield Static(Content(self._words))
            if self._input is not None:
                yield self._input
            yield self._keys

    def on_mount(self) -> None:
        """What is typed goes into the line."""
        if self._input is not None:
            self._input.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Letters are text where text is typed."""
        return not (self._typed and action == "yes")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter gives what was typed."""
        self.dismiss(event.value)

    def action_yes(self) -> None:
        """Yes."""
        self.dismiss("")

    def action_no(self) -> None:
        """No."""
        self.dismiss(None)
