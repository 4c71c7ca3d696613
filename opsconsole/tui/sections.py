"""The parts of a close look at one thing: panes in an arrangement of their own, one of which may be a drawing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from textual.geometry import Size
from textual.message import Message

from opsconsole.tui.board import Board
from opsconsole.tui.pane import Pane
from opsconsole.tui.presentation import sections
from opsconsole.tui.presentation.arrangement import Mode, Place
from opsconsole.tui.presentation.frames import cost
from opsconsole.tui.presentation.spans import Line
from opsconsole.tui.presentation.table import Row


class Section(Pane):
    """Rows of which only some can be opened: those whose keys begin with one of `openable`.

    `short` is what it is called where not all sections are seen.
    """

    def __init__(self, name: str, title: str, number: int, openable: Collection[str] = (), *, short: str = "") -> None:
        super().__init__(name, title, number=number)
        self.short = short or title
        self._openable = tuple(openable)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter is offered on what it opens."""
        if action == "open" and not (self.cursor or "").startswith(self._openable or ("\0",)):
            return False
        return super().check_action(action, parameters)


class Drawing(Section):
    """Lines that are made for the size there is. There are no rows to go through, so no cursor is seen."""

    class Resized(Message):
        """There is another size to draw for."""

    @property
    def room(self) -> tuple[int, int]:
        """Cells and lines inside the frame."""
        return self.inner_width, max(self.size.height - cost(self.frame), 0)

    def draw_lines(self, lines: Sequence[Line]) -> None:
        """Show these."""
        self.show_rows([Row("drawing", tuple(lines))] if lines else ())

    def show(self, lines: Sequence[Line], under: Mapping[int, str] | None = None) -> None:
        """Without what would lie under a cursor."""
        super().show(lines)

    def on_resize(self) -> None:
        """It is made for its height, too."""
        super().on_resize()
        self.post_message(self.Resized())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """It is all in sight: there is nothing to move to, to filter or to open."""
        return False


class Sections(Board):
    """Holds sections, the first of which is seen longest."""

    def __init__(self, panes: Sequence[Pane]) -> None:
        super().__init__(panes, panes[0].pane_name)

    def places(self, size: Size) -> dict[str, Place]:
        """Where each stands in an area of that size."""
        wants = {pane.pane_name: pane.wants for pane in self.panes}
        how: Mode = "single" if self.alone else self.mode
        return sections.arrange(how, size.width, size.height, wants, self.first, self.only)

    def settle(self, mode: Mode, only: str, *, maximised: bool = False) -> None:
        """Take another arrangement; where two are seen, they are the first and the one that is meant."""
        super().settle(mode, only, maximised=maximised)
        seen = {pane.pane_name for pane in self.panes}
        if self.alone or (mode == "stacked" and only == self.first):
            seen = {only}
        elif mode == "stacked":
            seen = {self.first, only}
        for pane in self.panes:
            if pane.display != (pane.pane_name in seen):
                pane.display = pane.pane_name in seen
