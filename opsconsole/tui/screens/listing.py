"""A screen of one table: the trail above it, the keys below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from opsconsole.tui.canvas import Canvas
from opsconsole.tui.pane import Pane
from opsconsole.tui.presentation import arrangement
from opsconsole.tui.presentation.table import Row
from opsconsole.tui.screens.base import OpsScreen


class ListScreen(OpsScreen):
    """One pane over the whole screen. A subclass says what its rows are at a width, and what opening one does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "back", key_display="esc", id="keep-1.back"),
    ]

    def __init__(self, pane: Pane) -> None:
        super().__init__()
        self.pane = pane
        self.crumb = pane.title.lower()

    def compose(self) -> ComposeResult:
        """Trail, pane, footer."""
        yield Canvas(id="header")
        yield self.pane
        yield Canvas(id="footer")

    def on_mount(self) -> None:
        """Keys go to the list."""
        self.pane.add_class("fills")
        self.pane.focus()

    def on_resize(self) -> None:
        """Draw for the size there is."""
        self.call_after_refresh(self.draw)

    def on_screen_resume(self) -> None:
        """Much may have happened while another screen was in front."""
        self.call_after_refresh(self.draw)

    def rows(self, width: int) -> Sequence[Row]:
        """What there is, each row at most `width` cells wide."""
        raise NotImplementedError

    def draw(self) -> None:
        """Draw all of it."""
        if self.is_mounted and self.size:
            wide = arrangement.mode(self.size.width, self.size.height) == "wide"
            self.pane.frame = "box" if wide else "rule"
            self.pane.show_rows(self.rows(self.pane.inner_width))
            self.draw_header()
            self.draw_footer()

    def action_close(self) -> None:
        """Back to where one came from."""
        self.dismiss()
