"""How long a holder stays when nobody is there. Standard library only: the holder loads this.

It keeps 15 MB, and the stack's changes to itself, so it leaves after a few minutes: the journal has all that the next
one needs. What is lost with it is what only a process can hold: sudo's ticket, which is bound to the run's terminal
(sudo asks once more), values that look secret (they are asked for again), and the environment of the console that
began the run (the next console gives its own). What a step left running keeps its terminal, and the holder with it, for
as long as an hour.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

IDLE: Final = 300.0
"""Seconds after which a holder leaves with nothing running and no console there."""
AT_MOST: Final = 3600.0
"""Seconds after which it leaves even where something that a step left running would lose its terminal."""
LOOK_AGAIN: Final = 30.0


class Patience:
    """When it is time to leave. Moments are of the monotonic clock."""

    def __init__(self, now: float, idle: float, keeps: Callable[[], bool]) -> None:
        self._idle, self._keeps = idle, keeps
        self._since = now
        self.until = now + idle

    def seen(self, now: float) -> None:
        """Somebody is there, or something runs."""
        self._since, self.until = now, now + self._idle

    def is_over(self, now: float) -> bool:
        """Whether to leave; until then `until` is the moment to ask again."""
        if now < self.until:
            return False
        if now - self._since < AT_MOST and self._keeps():
            self.until = now + min(LOOK_AGAIN, self._idle)
            return False
        return True


def others_in_our_session() -> bool:
    """Whether something else lives on the terminal of this process: it would be hung up on."""
    ours, me = str(os.getsid(0)), str(os.getpid())
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or entry.name == me:
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[3] == ours and fields[0] not in "ZX":
            return True
    return False
