"""What the console can do on every screen of its own: keys, and what they open."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual.binding import Binding, BindingType

from opsconsole.tui import terminal
from opsconsole.tui.inorder import InOrder
from opsconsole.tui.panes import FINDINGS

if TYPE_CHECKING:
    from opsconsole.tui.console import Console

_LEADS_TO: Final = {"matrix": "matrix", "history": "runs", "command_log": "commands"}
"""What the trail calls the screens that a key leads to from everywhere else."""


class Everywhere(InOrder, inherit_bindings=False):
    """The part of the app that is about finding one's way and showing others what one sees."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("colon,ctrl+p", "palette", "go to", key_display=":", id="keep-4.palette"),
        Binding("question_mark", "keys", "help", id="keep-1.keys"),
        Binding("m", "mouse", "mouse", id="keep-9.mouse"),
        Binding("p", "share", "picture, words for a chat", show=False),
        Binding("T", "theme", "theme: the colours", show=False),
        Binding("M", "matrix", "failures and invariants", show=False),
        Binding("H", "history", "runs so far", show=False),
        Binding("L", "command_log", "commands run here", show=False),
    ]

    @property
    def _console(self) -> Console:
        return cast("Console", self)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What makes no sense now is not offered."""
        parts, front = self._console.parts, self._console.front
        if front is not None and front.crumb == _LEADS_TO.get(action):
            return False
        if action == "matrix":
            return parts is not None and bool(parts.stack.matrix or parts.stack.invariants)
        if action == "history":
            return parts is not None
        return super().check_action(action, parameters)

    def action_suspend_process(self) -> None:
        """Ctrl-Z, where somebody could bring us back."""
        if terminal.can_be_put_aside():
            super().action_suspend_process()
        else:
            self._console.say("no shell above could bring it back; q leaves")

    def action_keys(self) -> None:
        """Show the page of keys of the screen in front."""
        from opsconsole.tui.screens.help import HelpScreen

        if self._console.front is not None:
            self.push_screen(HelpScreen(self._console.front))

    def action_palette(self) -> None:
        """Find anything by a few letters, and go there."""
        from opsconsole.tui.screens.palette import PaletteScreen

        self.push_screen(PaletteScreen())

    def action_mouse(self) -> None:
        """Let go of the mouse, or take it back."""
        self._console.say(self._console.mouse.turn(self._console))

    def action_theme(self) -> None:
        """Choose other colours."""
        from opsconsole.tui import theming

        theming.choose(self._console)

    def action_share(self) -> None:
        """Choose what to give to others of what is seen here."""
        from opsconsole.tui import sharing

        sharing.offer(self._console)

    def action_matrix(self) -> None:
        """What can fail and what must hold, and how that stands."""
        from opsconsole.tui.screens.matrix import MatrixScreen

        overview = self._console.overview
        pane = overview.focused_pane if self._console.front is overview else None
        self.push_screen(MatrixScreen(pane.cursor if pane is not None and pane.pane_name == FINDINGS else None))

    def action_history(self) -> None:
        """What has been run on this stack."""
        from opsconsole.tui.screens.past_runs import PastRunsScreen

        self.push_screen(PastRunsScreen())

    def action_command_log(self) -> None:
        """What this console had run."""
        from opsconsole.tui.screens.command_log import CommandLog

        if not isinstance(self.screen, CommandLog):
            self.push_screen(CommandLog())
