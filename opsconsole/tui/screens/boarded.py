"""A screen of several panes: which has the keys, which is seen where there is room for one, and which has it all."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from opsconsole.tui.board import Board
from opsconsole.tui.pane import Pane
from opsconsole.tui.presentation import arrangement
from opsconsole.tui.screens.base import OpsScreen

SHRINK = Binding("escape", "shrink", "all panes", show=False)
"""Also for the bindings of a screen that has Escape for something else as well."""


class BoardScreen(OpsScreen):
    """Panes on a board, by their numbers from 1. A subclass draws them in `draw`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "pane(1)", "to a pane", key_display="1-9", id="keep-6.pane"),
        *[Binding(str(number), f"pane({number})", "", show=False) for number in range(2, 10)],
        Binding("tab", "next(1)", "next pane", id="keep-7.next"),
        Binding("shift+tab", "next(-1)", "pane before", show=False),
        Binding("right_square_bracket", "turn(1)", "next", key_display="[ ]", id="keep-2.turn"),
        Binding("left_square_bracket", "turn(-1)", "pane before", show=False),
        Binding("plus", "grow", "maximise", id="keep-6.grow"),
        SHRINK,
    ]

    def __init__(self, board: Board) -> None:
        super().__init__()
        self.board = board
        self.maximised = False

    @property
    def panes(self) -> list[Pane]:
        """The panes in the order of their numbers."""
        return self.board.panes

    def draw(self) -> None:
        """Draw all from what is newest."""

    @property
    def focused_pane(self) -> Pane | None:
        """The pane that has the keys."""
        return self.focused if isinstance(self.focused, Pane) else None

    def pane(self, name: str) -> Pane:
        """The pane of that name."""
        return next(pane for pane in self.panes if pane.pane_name == name)

    def on_resize(self, event: events.Resize) -> None:
        """Everything has to find its place anew."""
        self.call_after_refresh(self.draw)
        self.settle(event.size.width, event.size.height)

    def settle(self, width: int, height: int) -> None:
        """Arrange the panes for a screen of that size."""
        focused = self.focused
        only = focused.pane_name if isinstance(focused, Pane) else self.board.only
        self.board.settle(arrangement.mode(width, height), only, maximised=self.maximised)

    # --- keys --------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What makes no sense now is not offered."""
        alone = self.board.alone
        match action:
            case "turn":
                return alone
            case "next":
                return not alone
            case "pane":
                return isinstance(number := parameters[0], int) and number <= len(self.panes)
            case "grow":
                return self.board.mode != "single"
            case "shrink":
                return self.maximised and self.board.mode != "single"
        return True

    def _written(self, binding: Binding) -> str:
        return f"1-{len(self.panes)}" if binding.action == "pane(1)" else super()._written(binding)

    def _does(self, binding: Binding) -> str:
        return "all panes" if binding.action == "grow" and self.maximised else super()._does(binding)

    def _rank(self, binding: Binding) -> int:
        """The way back from a pane that has it all stays in sight."""
        return 1 if binding.action == "grow" and self.maximised else super()._rank(binding)

    def action_pane(self, number: int) -> None:
        """Go to a pane by its number."""
        self.go_to(self.panes[number - 1])

    def action_next(self, by: int) -> None:
        """Go to the next pane in the order of their numbers."""
        focused = self.focused
        place = self.panes.index(focused) if isinstance(focused, Pane) and focused in self.panes else 0
        self.go_to(self.panes[(place + by) % len(self.panes)])

    action_turn = action_next

    def go_to(self, pane: Pane) -> None:
        """Give the keys to a pane."""
        self.board.settle(self.board.mode, pane.pane_name, maximised=self.maximised)
        self.set_focus(pane)  # at once: the next key may be here already
        self.call_after_refresh(self.draw)

    def action_grow(self) -> None:
        """All the room for the pane that has the keys, or back to its place."""
        self.maximised = not self.maximised
        self.settle(self.size.width, self.size.height)
        self.call_after_refresh(self.draw)

    action_shrink = action_grow

    def on_pane_grown(self, event: Pane.Grown) -> None:
        """The same by the mouse."""
        if self.board.mode != "single" and event.pane in self.panes:
            self.action_grow()
