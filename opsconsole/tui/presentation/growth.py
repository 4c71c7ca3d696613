"""How fast memory grows. A slope over the past costs more than a drawing, so each is kept for some seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from opsconsole.model.sample import Target
    from opsconsole.model.snapshot import Snapshot


_KEPT: Final = 5.0  # seconds


class Growth:
    """Remembers the growth of each target in bytes per second, and works it out anew when it is old."""

    def __init__(self) -> None:
        self._known: dict[Target, tuple[float, float | None]] = {}

    def of(self, target: Target, snapshot: Snapshot) -> float | None:
        """Bytes per second over the last minutes, as the checks see it; None with too little past."""
        at, speed = self._known.get(target, (float("-inf"), None))
        if not 0 <= snapshot.at - at < _KEPT:
            from opsconsole.checks.trend import per_second

            speed = per_second(snapshot.past.get(target, ()), lambda reading: float(reading.used))
            self._known[target] = (snapshot.at, speed)
        return speed
