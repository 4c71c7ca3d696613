"""The themes, to choose from while one looks at them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from opsconsole.model.trouble import TroubleError
from opsconsole.tui import theming
from opsconsole.tui.pane import Pane
from opsconsole.tui.presentation.spans import Line, line, words
from opsconsole.tui.screens.choose import Choose
from opsconsole.tui.theme import Theme, load, names

if TYPE_CHECKING:
    from opsconsole.tui.console import Console


class ThemeScreen(Choose):
    """A list over the screen: the theme under the cursor is on at once; Enter keeps it, Esc takes back the old one."""

    CSS = Choose.CSS + "ThemeScreen { background: transparent; }"

    def __init__(self) -> None:
        self._names: Mapping[str, str] = names(os.environ)
        super().__init__("Themes", list(self._names))
        self._before: Theme | None = None

    def on_mount(self) -> None:
        """The cursor stands on the theme that is on."""
        self._before = self.console.theme_here
        self.list.cursor = self._before.name

    @property
    def console(self) -> Console:
        """The app, by its own type."""
        return cast("Console", self.app)

    def said(self, option: str) -> Line:
        """A theme and what it is for."""
        return (*line((f"{option:<10} ", "strong")), *words(self._names[option], "dim"))

    def on_pane_moved(self, event: Pane.Moved) -> None:
        """Show it. One that has faults is not shown; they are told when it is taken."""
        try:
            theming.use(self.console, load(event.pane.cursor or "", os.environ))
        except TroubleError:
            return

    def take(self, option: str) -> None:
        """Keep this one."""
        super().take(option)
        self.app.call_later(theming.use_named, self.console, option)

    def action_no(self) -> None:
        """As it was."""
        if self._before is not None:
            theming.use(self.console, self._before)
        self.dismiss(None)
