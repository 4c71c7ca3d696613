"""Lines to be read over another screen, made for the width there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from opsconsole.tui import leafing
from opsconsole.tui.canvas import Canvas
from opsconsole.tui.page import Page
from opsconsole.tui.presentation.spans import Line
from opsconsole.tui.screens.base import OpsScreen


class LeafScreen(OpsScreen):
    """One page and a way back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "back", key_display="esc", id="keep-1.back"),
        *leafing.SEARCH,
    ]

    def __init__(self, title: str, lines: Callable[[int], Sequence[Line]]) -> None:
        """`lines` makes them for a width."""
        super().__init__()
        self._lines = lines
        self.crumb = title.lower()
        self._page = Page("page", title)

    def compose(self) -> ComposeResult:
        """Trail, page, footer."""
        yield Canvas(id="header")
        yield self._page
        yield Canvas(id="footer")

    def on_mount(self) -> None:
        """Keys go to the page."""
        self._page.add_class("fills")
        self._page.focus()

    def on_resize(self) -> None:
        """Draw for the size there is."""
        self.call_after_refresh(self._draw)

    def on_page_resized(self, event: Page.Resized) -> None:
        """Lines are made for a width."""
        event.stop()
        self._draw()

    def _draw(self) -> None:
        self._page.show_page(self._lines(self._page.inner_width))
        self.draw_header()
        self.draw_footer()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What makes no sense now is not offered."""
        return bool(self._page.sought) if action == "again" else True

    def action_search(self) -> None:
        """Look for words."""
        leafing.search(self, self._page)

    def action_again(self, by: int) -> None:
        """The next match, or the one before."""
        leafing.again(self, self._page, by)

    def action_close(self) -> None:
        """Back to where one came from."""
        self.dismiss()
