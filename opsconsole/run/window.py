"""The size of a run's window: whose word counts, and how a program is made to draw all of it. Standard library only."""

from __future__ import annotations

import time
from typing import Final

from opsconsole.run.terminal import Terminal

REDRAWN_IN: Final = 0.08
"""Seconds for which the window is a line shorter, so that a program draws all of its screen once more."""


class Window:
    """The size of the terminal of a run, as seen from the holder's loop."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._whole: tuple[int, int] | None = None
        self.due_at: float | None = None

    def resize(self, cols: int, rows: int) -> None:
        """Another size, from now on."""
        self._whole = self.due_at = None
        self._terminal.resize(cols, rows)

    def draw_again(self) -> None:
        """Have the program draw all that it shows: most do when the size changes."""
        self._whole = self._whole or self._terminal.size
        self.due_at = time.monotonic() + REDRAWN_IN
        self._terminal.resize(self._whole[0], self._whole[1] - 1)

    def due(self, now: float) -> None:
        """The whole size again, when its time has come."""
        if self._whole is not None and self.due_at is not None and now >= self.due_at:
            self.resize(*self._whole)
