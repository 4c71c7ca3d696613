"""How fast memory grows. A slope over the past costs more than a drawing, so it is kept for some seconds."""

from __future__ import annotations

from typing import Final

from opsconsole.model.sample import Target
from opsconsole.model.snapshot import Snapshot
from opsconsole.tui.presentation.history import per_second

_KEPT: Final = 5.0  # seconds
_FEW: Final = 5  # samples; a slope through fewer is a guess
_OVER: Final = 120.0  # seconds over which growth is taken


class Growth:
    """Remembers the growth of each target in bytes per second, and works it out anew when it is old."""

    def __init__(self) -> None:
        self._known: dict[Target, tuple[float, float | None]] = {}

    def of(self, target: Target, snapshot: Snapshot) -> float | None:
        """Bytes per second over the last two minutes; None with too little past."""
        at, speed = self._known.get(target, (float("-inf"), None))
        if not 0 <= snapshot.at - at < _KEPT or speed is None:
            past = snapshot.past.get(target, ())
            speed = per_second(past, lambda reading: float(reading.used), _OVER) if len(past) > _FEW else None
            self._known[target] = (snapshot.at, speed)
        return speed
