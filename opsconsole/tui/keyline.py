"""The keys of a small question, at its foot: each can be clicked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from textual import events

from opsconsole.tui.canvas import Canvas
from opsconsole.tui.presentation.footer import KeyHint, footer

if TYPE_CHECKING:
    from opsconsole.tui.console import Console


class KeyLine(Canvas):
    """One line of keys and what they do."""

    DEFAULT_CSS = "KeyLine { height: 1; margin: 1 0 0 0; }"

    def __init__(self, hints: Sequence[KeyHint]) -> None:
        super().__init__(id="keys")
        self._hints = hints

    def on_mount(self) -> None:
        """They are what they are."""
        self._show()

    def on_resize(self) -> None:
        """As many as fit."""
        super().on_resize()
        self._show()

    def _show(self) -> None:
        if self.size:
            self.show([footer(self._hints, self.size.width)], {0: "question"})

    def on_click(self, event: events.Click) -> None:
        """The key that was clicked is pressed."""
        from opsconsole.tui.clicking import follow

        event.stop()
        follow(cast("Console", self.app), event)
