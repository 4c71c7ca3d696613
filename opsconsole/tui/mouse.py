"""Who has the mouse: the console, or the terminal, which then selects text with it as it always does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsconsole.tui.lending import LendingDriver

if TYPE_CHECKING:
    from textual.app import App


class Mouse:
    """Takes the mouse and lets go of it. Over SSH and in tmux it is the same: the terminal is told in its own words."""

    def __init__(self) -> None:
        self.held = True

    @property
    def does(self) -> str:
        """What the key for it does now."""
        return "mouse off" if self.held else "mouse on"

    def turn(self, app: App[int]) -> str:
        """Let go of it, or take it back; what is said about it."""
        self.held = not self.held
        driver = app._driver
        if isinstance(driver, LendingDriver):
            driver.hold_mouse(self.held)
        return "clicks are the console's again" if self.held else "the terminal has the mouse: select text"
