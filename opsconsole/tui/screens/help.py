"""The page of keys of the screen below it, made from that screen's bindings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from opsconsole.tui.pane import Pane
from opsconsole.tui.presentation.help import rows
from opsconsole.tui.presentation.table import Row
from opsconsole.tui.screens.base import OpsScreen
from opsconsole.tui.screens.listing import ListScreen


class HelpScreen(ListScreen):
    """Keys and what they do, as they were when the page was opened. `/` finds one, as in every table."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "close", "back", key_display="esc", id="keep-1.back"),
    ]

    def __init__(self, of: OpsScreen) -> None:
        super().__init__(Pane("help", "Keys", opens=""))
        self._groups = [(title, list(entries)) for title, entries in of.key_groups()]

    def rows(self, width: int) -> Sequence[Row]:
        """A line for each key, under the title of its group."""
        return rows(self._groups, width)
