"""Where a figure is going, as a straight answer: when it is over its threshold, or that nobody can know yet. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from opsconsole.checks.forecast import Arrival, Fit, arrival, fit
from opsconsole.checks.trend import WINDOW, middles
from opsconsole.model.course import Point
from opsconsole.model.units import duration, roughly, size
from opsconsole.tui.presentation.ages import age

FAR: Final = 48 * 3600.0
AHEAD: Final = 60
"""Seconds beyond which a time to come is a guess that helps nobody. So is what lies further ahead than so many times
what was looked at: a minute of looking says something about an hour."""

MINUTE: Final = 60.0
"""Seconds over which the line of a queue is taken: it turns sooner than memory does, as when a worker comes back."""

PARTS: Final = 36
"""Parts into which the stretch that is shown is put together for its line; 630 pairs, a millisecond."""


LIMIT: Final = "its limit"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where memory begins to matter, in bytes; None where nothing says so."""

    degraded: float | None = None
    down: float | None = None
    limit: float | None = None

    def named(self) -> list[tuple[str, float]]:
        """Each with what it is called, the lowest first."""
        told = (("its threshold", self.degraded), ("its threshold for DOWN", self.down), (LIMIT, self.limit))
        return sorted(((name, at) for name, at in told if at), key=lambda one: one[1])


def line_of(points: Sequence[Point], now: float, seconds: float, parts: int = PARTS) -> Fit | None:
    """The line through the newest figures of the points in the last `seconds`."""
    recent = [(point.at, point.last) for point in points if point.at > now - seconds]
    return fit(middles(recent, now, seconds, parts))


def memory(points: Sequence[Point], now: float, seconds: float, looked: float, bounds: Bounds) -> list[str]:
    """One sentence about the last minutes, and one about the whole stretch where that says something else."""
    recent = line_of(points, now, min(WINDOW, seconds), 18)
    if not points:
        return ["nothing was read in this stretch of time"]
    if recent is None and now - points[-1].at < WINDOW and looked < WINDOW:
        return [f"not known yet: looking for {age(looked)}"]
    told = [_memory(recent, points[-1].last, bounds)] if recent is not None else []
    whole = line_of(points, now, seconds)
    if whole is not None and seconds > WINDOW * 1.5 and whole.looked > WINDOW * 1.2:
        longer = _memory(whole, points[-1].last, bounds)
        if not told:
            return [f"over these {duration(whole.looked)}: {longer}"]
        if recent is None or _direction(whole) != _direction(recent) or _far_apart(whole, recent):
            told.append(f"over these {roughly(whole.looked)}: {longer}")
    return told or [f"not known: fewer than {roughly(60)} of it were read"]


def _memory(line: Fit, used: float, bounds: Bounds) -> str:
    """What one line says: is it over something, which way does it go, and what does it reach when."""
    over = [(name, at) for name, at in bounds.named() if used > at or math.isclose(used, at)]
    ahead = [(name, at) for name, at in bounds.named() if not (used > at or math.isclose(used, at))]
    is_over = f"over {over[-1][0]} ({size(over[-1][1])}) by {size(used - over[-1][1])}" if over else ""
    if not line.slope:
        return f"{is_over}, and steady" if over else "steady"
    speed = f"{size(abs(line.slope) * 60)}/min"
    if line.slope < 0:
        back = arrival(line, over[-1][1]) if over else None
        under = f", under it again in ~{about(back)}" if back and back.likely <= FAR else ""
        return f"{is_over}; falls {speed}{under}" if over else f"falls {speed}"
    told = [f"{is_over}; grows {speed}" if over else f"grows {speed}"]
    most = min(FAR, AHEAD * line.looked)
    reached = [
        (name, at, when) for name, at in ahead if (when := arrival(line, at)) is not None and when.likely <= most
    ]
    if not ahead:
        told.append("nothing is set above it" if over else "nothing says how much is too much")
    elif not reached:
        told.append(f"far from {ahead[0][0]} ({size(ahead[0][1])})")
    else:
        name, at, when = reached[0]
        told.append(f"at this rate {_reach(name)} ({size(at)}) in ~{about(when)}")
        if len(reached) > 1:
            name, at, when = reached[-1]
            told.append(f"{_reach(name)} ({size(at)}) in ~{roughly(when.likely)}")
    return "; ".join(told)


def _reach(name: str) -> str:
    return f"hits {name}" if name == LIMIT else f"over {name}"


def about(when: Arrival) -> str:
    """`12 min (9 to 16)`; only the likely time where the interval says no more than that."""
    likely, first = roughly(when.likely), roughly(when.earliest)
    last = "maybe never" if when.latest is None or when.latest > FAR else roughly(when.latest)
    if first == last:
        return likely
    unit = likely.rpartition(" ")[2]
    if first.endswith(unit) and last.endswith(unit):
        return f"{likely} ({first.rpartition(' ')[0]} to {last.rpartition(' ')[0]})"
    return f"{likely} ({first} to {last})"


def drain(points: Sequence[Point], now: float, looked: float, waiting: int, rates: tuple[float, float] | None) -> str:
    """When a queue will be empty. `rates` are messages per second that come in and go out, where these are known."""
    if not waiting:
        return "empty"
    line = line_of(points, now, MINUTE, 12)
    if line is None:
        return f"not known yet: looking for {age(looked)}" if looked < MINUTE else "not known: too little was read"
    when = arrival(line, 0.0)
    if when is not None:
        left = f"empty in ~{about(when)}" if when.likely <= FAR else "drains, but takes more than 2 days"
        return f"{left}, at −{per(abs(line.slope))}"
    return f"not draining: {_stuck(line, rates)}"


def _stuck(line: Fit, rates: tuple[float, float] | None) -> str:
    grows = f"+{per(line.slope)} more come than go" if line.slope > 0 else ""
    if rates is not None and not rates[1]:
        return f"nothing is taken{f', and +{per(line.slope)} come' if grows else ''}"
    return grows or ("as much comes as goes" if rates is not None and rates[0] else "it stands still")


def per(rate: float) -> str:
    """A rate in messages: `12/s`, `0.4/s`, `3/min`, `2/h`."""
    if rate >= 9.95:
        return f"{rate:.0f}/s"
    if rate >= 0.095:
        return f"{rate:.1f}/s"
    return f"{rate * 60:.0f}/min" if rate * 60 >= 0.95 else f"{max(rate * 3600, 1):.0f}/h"


def _direction(line: Fit) -> int:
    return (line.slope > 0) - (line.slope < 0)


def _far_apart(one: Fit, other: Fit) -> bool:
    return bool(one.slope) and not 0.5 <= other.slope / one.slope <= 2
