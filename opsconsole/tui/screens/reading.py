"""A runbook to be read: from a link, or beside a run that stays as it is."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from opsconsole.model.runbook import Runbook
from opsconsole.tui import leafing
from opsconsole.tui.canvas import Canvas
from opsconsole.tui.page import Page
from opsconsole.tui.presentation.document import document
from opsconsole.tui.screens.base import OpsScreen


class ReadScreen(OpsScreen):
    """One runbook, from a section on. Nothing is begun, and no run is touched, by reading."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "back", key_display="esc", id="keep-1.back"),
        Binding("l", "links", "links", id="keep-2.links"),
        Binding("enter", "begin", "begin this one", id="keep-2.begin"),
        *leafing.SEARCH,
    ]

    def __init__(self, book: Runbook, section: int | None = None) -> None:
        """`section` is the line of the source at which reading begins."""
        super().__init__()
        self.book = book
        self.crumb = book.title
        self._section = section
        self._page = Page("page", "Runbook")

    def compose(self) -> ComposeResult:
        """What is read, the page, the footer."""
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
        parts = self.console.parts
        self._page.heading = f"Runbook, {'to read; the run stays as it is' if self._beside_a_run else 'to read'}"
        made = document(self.book, self._page.inner_width, parts.stack.contacts if parts else {})
        self._page.show_page(made.lines)
        if self._section is not None:
            self._page.reveal(made.starts.get(self._section, 0), top=True)
            self._section = None
        self.draw_header()
        self.draw_footer()

    @property
    def _beside_a_run(self) -> bool:
        """Whether one is open in this console, or about to be begun on the screen below."""
        from opsconsole.tui.screens.run import RunScreen

        if self.console.desk is not None and not self.console.desk.over:
            return True
        runs = (screen for screen in self.app.screen_stack if isinstance(screen, RunScreen))
        return any(screen.desk.runbook.digest == self.book.digest for screen in runs)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What makes no sense now is not offered."""
        if action == "links":
            return bool(self._page.links)
        if action == "again":
            return bool(self._page.sought)
        if action == "begin":
            return not self._beside_a_run
        return True

    def action_links(self) -> None:
        """Choose a link."""
        leafing.list_links(self, self._page, self.book)

    def on_page_followed(self, event: Page.Followed) -> None:
        """A link was clicked."""
        leafing.follow(self.console, self.book, event.to)

    def action_search(self) -> None:
        """Look for words."""
        leafing.search(self, self._page)

    def action_again(self, by: int) -> None:
        """The next match, or the one before."""
        leafing.again(self, self._page, by)

    def action_begin(self) -> None:
        """To the page where it is begun, which takes the place of this one."""
        from opsconsole.tui import opening

        self.dismiss()
        self.app.call_later(opening.open_runbook, self.console, self.book, "", {})

    def action_close(self) -> None:
        """Back to where one came from."""
        self.dismiss()
