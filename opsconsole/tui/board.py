"""The area of the panes: places them by `presentation.arrangement` for the size there is."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from opsconsole.tui.pane import Pane
from opsconsole.tui.presentation.arrangement import Mode, Place, arrange


class _BoardLayout(Layout):
    name = "board"

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        assert isinstance(parent, Board)
        places = parent.places(size)
        return [
            WidgetPlacement(Region(place.x, place.y, place.width, place.height), NULL_OFFSET, NULL_SPACING, child)
            for child in children
            if (place := places.get(child.id or "")) is not None
        ]


class Board(Widget):
    """Holds panes. Which are seen, and where, follows from its size and from what each pane has to show."""

    ALLOW_SELECT = False

    def __init__(self, panes: Sequence[Pane], first: str) -> None:
        super().__init__(*panes)
        self.panes = list(panes)
        self.mode: Mode = "wide"
        self.maximised = False
        self.first = first
        self.only = first
        self._layout = _BoardLayout()
        self._wants: dict[str, int] = {}

    @property
    def layout(self) -> Layout:
        """Ours, whatever styles say."""
        return self._layout

    @property
    def alone(self) -> bool:
        """Whether one pane is seen at a time."""
        return self.mode == "single" or self.maximised

    def places(self, size: Size) -> dict[str, Place]:
        """Where each pane stands in an area of that size."""
        wants = {pane.pane_name: pane.wants for pane in self.panes}
        return arrange("single" if self.alone else self.mode, size.width, size.height, wants, self.first, self.only)

    def settle(self, mode: Mode, only: str, *, maximised: bool = False) -> None:
        """Take another arrangement, or make room anew where panes want another height.

        With `maximised` the pane `only` has it all, with the titles of its columns above its rows.
        """
        for pane in self.panes:
            pane.frame = "box" if mode == "wide" else "rule"
            pane.titled = maximised and mode != "single"
        wants = {pane.pane_name: pane.wants for pane in self.panes}
        if (mode, only, maximised, wants) == (self.mode, self.only, self.maximised, self._wants):
            return
        self.mode, self.only, self.maximised, self._wants = mode, only, maximised, wants
        for pane in self.panes:
            pane.display = not self.alone or pane.pane_name == only
        # A pane that asks for a new layout makes its parent forget the old one; asking the parent would not.
        self.panes[0].refresh(layout=True)
