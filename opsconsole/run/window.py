"""The size of a run's window: whose word counts, and how a program is made to draw all of it. Standard library only."""

from __future__ import annotations

import time
from typing import Final

from opsconsole.run.terminal import Terminal

CALM: Final = 0.15
"""Seconds without output after which a program is taken to have drawn what it was going to draw."""
REDRAWN_IN: Final = 2.0
"""Seconds for which the window is a line shorter at most, where a program has nothing to draw or never ends."""


class Window:
    """The size of the terminal of a run, as seen from the holder's loop."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._whole: tuple[int, int] | None = None
        self._at_latest = 0.0
        self.due_at: float | None = None

    def resize(self, cols: int, rows: int) -> None:
        """Another size, from now on."""
        self._whole = self.due_at = None
        self._terminal.resize(cols, rows)

    def draw_again(self) -> None:
        """Have the program draw all that it shows: most do when the size changes.

        The window is a line shorter until it has drawn. On a busy box that takes its time, and one that looks only
        when the whole size is back finds nothing changed, and draws nothing.
        """
        self._whole = self._whole or self._terminal.size
        self.due_at = self._at_latest = time.monotonic() + REDRAWN_IN
        self._terminal.resize(self._whole[0], self._whole[1] - 1)

    def printed(self, now: float) -> None:
        """The program has printed something: it is drawing."""
        if self._whole is not None:
            self.due_at = min(self._at_latest, now + CALM)

    def due(self, now: float) -> None:
        """The whole size again, when its time has come."""
        if self._whole is not None and self.due_at is not None and now >= self.due_at:
            self.resize(*self._whole)
