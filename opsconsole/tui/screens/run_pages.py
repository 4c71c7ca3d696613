"""What a run's screen leads to besides its question: links, steps, the whole runbook, what it holds, search, copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from opsconsole.tui import copying, lately, leafing
from opsconsole.tui.page import Page
from opsconsole.tui.presentation import runs
from opsconsole.tui.presentation.lately import Beside
from opsconsole.tui.presentation.spans import Line
from opsconsole.tui.screens.base import OpsScreen
from opsconsole.tui.sheet import Sheet

if TYPE_CHECKING:
    from opsconsole.tui.desk import Desk


class RunPages(OpsScreen):
    """The keys of a run's screen that answer nothing. `begun`: the run exists, or is about to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "turn(1)", "text or output", id="keep-6.turn"),
        Binding("shift+tab", "turn(-1)", "back", show=False),
        Binding("l", "links", "links", id="keep-5.links"),
        Binding("t", "steps", "steps", id="keep-5.steps"),
        Binding("v", "book", "whole runbook", id="keep-6.book"),
        Binding("w", "lately", "what changed here lately", show=False),
        Binding("c", "holding", "what it holds", id="keep-8.holding"),
        *leafing.SEARCH,
        Binding("Y", "copy_from", "copy", id="keep-8.copy"),  # y answers questions
        Binding("escape", "close", "overview", id="keep-3.close"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.crumb = desk.runbook.title
        self.begun = desk.session is not None
        self.sheet = Sheet(desk)

    def draw(self) -> None:
        """Draw all of it from the desk."""

    def beside(self) -> Beside | None:
        """What changed before the run: as the run was told, else as it was read for this page."""
        desk = self.desk
        if desk.state is not None and desk.state.lately is not None:
            return Beside(desk.state.lately, desk.since, desk.state.inputs.get("service", ""))
        return desk.beside

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What makes no sense now is not offered."""
        sense = {
            "open": False,
            "links": bool(self.sheet.page.links) if action == "links" else False,
            "book": self.begun,
            "holding": self.desk.state is not None,
            "turn": len(self.desk.printed) > 0,
            "steps": self.sheet.mode != "wide",
            "again": bool(self.sheet.read.sought),
        }
        return sense.get(action, True)

    def action_links(self) -> None:
        """Choose a link of the page; what it leads to opens over the run."""
        leafing.list_links(self, self.sheet.page, self.desk.runbook)

    def on_page_followed(self, event: Page.Followed) -> None:
        """A link was clicked."""
        leafing.follow(self.console, self.desk.runbook, event.to)

    def action_steps(self) -> None:
        """All steps and how far each is, where there is no room for them beside the page."""
        from opsconsole.tui.screens.leaf import LeafScreen

        def lines(width: int) -> list[Line]:
            return [each for row in self.sheet.outline_rows(width) for each in row.lines]

        self.app.push_screen(LeafScreen("Steps", lines))

    def action_lately(self) -> None:
        """All that changed on the box before the run."""
        lately.show(self.console, self.desk.since, self.desk.inputs.get("service", ""), self.beside())

    def action_copy_from(self) -> None:
        """Choose what of the run to copy."""
        copying.choose_of_run(self)

    def action_holding(self) -> None:
        """The values and the environment of the run."""
        from opsconsole.tui.presentation.holding import holding
        from opsconsole.tui.screens.leaf import LeafScreen

        state, session = self.desk.state, self.desk.session
        folder = str(session.folder) if session is not None else ""
        if state is not None:
            self.app.push_screen(LeafScreen("What the run holds", lambda width: holding(state, folder, width)))

    def action_book(self) -> None:
        """The whole runbook, at the section where the run stands."""
        from opsconsole.tui.screens.reading import ReadScreen

        desk = self.desk
        place = runs.place(desk.state, desk.question) if desk.state is not None else None
        here = desk.state.steps[place].step.line if desk.state is not None and place is not None else 0
        above = [section.line for section in desk.runbook.sections if section.line <= here]
        self.app.push_screen(ReadScreen(desk.runbook, above[-1] if above else None))

    def action_search(self) -> None:
        """Look for words in what has the keys."""
        leafing.search(self, self.sheet.read, self.sheet.beyond)

    def action_again(self, by: int) -> None:
        """The next match, or the one before."""
        leafing.again(self, self.sheet.read, by, self.sheet.beyond)

    def action_turn(self, by: int) -> None:
        """Give the keys to the next part of the screen."""
        self.sheet.turn(by)
        self.call_after_refresh(self.draw)

    def action_close(self) -> None:
        """Back to the overview. The run stays open, and what runs goes on."""
        self.dismiss()
        if self.begun and self.desk.state is not None and self.desk.state.ended is None:
            self.console.overview.note("the run stays open; o goes back to it")
