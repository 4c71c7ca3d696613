"""The page of keys of the screen below it, made from that screen's bindings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from opsconsole.tui.canvas import Canvas
from opsconsole.tui.pane import Pane
from opsconsole.tui.presentation.footer import written
from opsconsole.tui.presentation.help import lines
from opsconsole.tui.presentation.table import Row
from opsconsole.tui.screens.base import OpsScreen

if TYPE_CHECKING:
    from textual.binding import ActiveBinding


class HelpScreen(OpsScreen):
    """Keys and what they do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "close", "back", key_display="esc", id="keep-1.back"),
    ]

    def __init__(self, of: OpsScreen) -> None:
        super().__init__()
        self._rows = [Row(str(number), (each,)) for number, each in enumerate(lines(_groups(of)))]
        self._pane = Pane("help", "Keys")

    def compose(self) -> ComposeResult:
        """One pane and the footer."""
        yield self._pane
        yield Canvas(id="footer")

    def on_mount(self) -> None:
        """Keys go to the pane, so that it can be scrolled."""
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


def _groups(of: OpsScreen) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, dict[str, list[str]]] = {}
    for key, active in of.active_bindings.items():
        if active.enabled and active.binding.description:
            title = "In a pane" if isinstance(active.node, Pane) else "Everywhere here"
            keys = groups.setdefault(title, {}).setdefault(active.binding.description, [])
            keys.append(_key(key, active))
    for title, entries in groups.items():
        yield title, [(" ".join(dict.fromkeys(keys)), does) for does, keys in entries.items()]


def _key(key: str, active: ActiveBinding) -> str:
    return active.binding.key_display or written(key)
