"""How much memory a service may use, and how long it has left where it grows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from opsconsole.checks.quantities import Rate, Size
from opsconsole.checks.thresholds import Crossed, at_most, crossed, need_order
from opsconsole.checks.trend import per_second, seconds_until
from opsconsole.model.sample import Sample
from opsconsole.model.units import roughly, size
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.readings import MemoryReading

FAR: Final = 48 * 3600.0
"""Seconds beyond which a time to the limit is a guess that helps nobody."""


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`baseline` is what it uses on a good day; over `degraded` and `down` it is so; `limit` is where it is killed.

    At `limit` it is DOWN, in time: where nothing enforces the limit it is a threshold like any other. `growth`
    over which it is DEGRADED needs a few minutes of history.
    """

    baseline: Size | None = None
    degraded: Size | None = None
    down: Size | None = None
    limit: Size | None = None
    growth: Rate | None = None

    def __post_init__(self) -> None:
        if self.degraded is None and self.down is None and self.limit is None and self.growth is None:
            raise ValueError("nothing is expected: give one of degraded, down, limit or growth")
        need_order(size, ("degraded", self.degraded), ("down", self.down), ("limit", self.limit))
        need_order(size, ("baseline", self.baseline), ("degraded", self.degraded))
        need_order(size, ("baseline", self.baseline), ("down", self.down))
        need_order(size, ("baseline", self.baseline), ("limit", self.limit))


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """Over a threshold, at the limit, or growing too fast."""
    reading: MemoryReading = sample.value
    used = reading.used
    over = _over(expect, used)
    if not over.bad and expect.growth is None:
        return Verdict(Level.OK, size(used), size(used), at_most(over.threshold, size))
    speed = per_second([*past, sample], _used)
    if not over.bad:
        return _grown(expect, used, speed)
    at_limit = over.threshold == expect.limit and used >= (expect.limit or 0)
    reason = f"{size(used)}, at its limit" if at_limit else f"{_apart(used, over.threshold)} over {_words(over)}"
    reason += _outlook(reading, expect, speed)
    return Verdict(over.level, reason, size(used), at_most(over.threshold, size))


def _over(expect: Expect, used: int) -> Crossed[int]:
    if expect.limit is not None and used >= expect.limit:
        return Crossed(Level.DOWN, expect.limit)
    found: Crossed[int] = crossed(used, expect.degraded, expect.down)
    return found if found.threshold is not None else Crossed(Level.OK, expect.limit)


def _grown(expect: Expect, used: int, speed: float | None) -> Verdict:
    assert expect.growth is not None
    expected = f"grows at most {_speed(expect.growth)}"
    if speed is None:
        return Verdict(Level.OK, f"{size(used)}; growth needs a few minutes of history", size(used), expected)
    if speed > expect.growth:
        reason = f"{size(used)}, grows {_speed(speed)}, over {_speed(expect.growth)}"
        return Verdict(Level.DEGRADED, reason, _speed(speed), expected)
    return Verdict(Level.OK, size(used), size(used), expected)


def _outlook(reading: MemoryReading, expect: Expect, speed: float | None) -> str:
    """What growth adds to a reason: when the limit is reached, or how fast it goes where there is none."""
    if not speed or speed < 0:
        return ""
    limit = reading.limit or expect.limit
    if limit is None:
        return f"; grows {_speed(speed)}"
    left = seconds_until(limit, reading.used, speed)
    return f"; limit in ~{roughly(left)}" if left is not None and left <= FAR else ""


def _apart(used: int, threshold: int | None) -> str:
    """`used` in words that differ from the threshold's, so that nobody reads "800 M over 800 M"."""
    if threshold is not None and size(used) == size(threshold):
        return f"just {size(used)}" if used == threshold else f"{size(used)}, a little"
    return size(used)


def _words(over: Crossed[int]) -> str:
    return size(over.threshold) if over.threshold is not None else ""


def _speed(bytes_per_second: float) -> str:
    return f"{size(bytes_per_second * 60)}/min"


def _used(reading: MemoryReading) -> float:
    return float(reading.used)
