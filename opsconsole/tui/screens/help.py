"""The page of keys of the screen below it, made from that screen's bindings."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from opsconsole.tui.canvas import Canvas
from opsconsole.tui.pane import Pane
from opsconsole.tui.presentation.help import lines
from opsconsole.tui.presentation.table import Row
from opsconsole.tui.screens.base import OpsScreen


class HelpScreen(OpsScreen):
    """Keys and what they do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "close", "back", key_display="esc", id="keep-1.back"),
    ]

    def __init__(self, of: OpsScreen) -> None:
        super().__init__()
        self._rows = [Row(str(number), (each,)) for number, each in enumerate(lines(of.key_groups()))]
        self._pane = Pane("help", "Keys")

    def compose(self) -> ComposeResult:
        """One pane and the footer."""
        yield self._pane
        yield Canvas(id="footer")

    def on_mount(self) -> None:
        """Keys go to the pane, so that it can be scrolled."""
        self._pane.add_class("fills")
        self._pane.focus()
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        """Draw for the size there is."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        self._pane.show_rows(self._rows)
        self.draw_footer()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing to open here."""
        return action != "open"

    def action_close(self) -> None:
        """Back to where one came from."""
        self.dismiss()
