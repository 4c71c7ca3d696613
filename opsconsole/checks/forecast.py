"""When a figure will be where it matters, and how sure that is. Pure.

A straight line that outliers do not bend: its slope is the median of the slopes between all pairs of points (Theil
1950; Sen 1968, "Estimates of the regression coefficient based on Kendall's tau", JASA 63, p. 1379), its height the
median of what is left (Conover 1999, "Practical nonparametric statistics", 5.4). How sure the slope is follows from
Sen's interval: of the N ordered slopes those at (N - C) / 2 and (N + C) / 2, C = z * sqrt(n (n - 1) (2 n + 5) / 18) by
Kendall's variance. Whether there is a direction at all is asked as in `checks/trend.py`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from opsconsole.checks.trend import FEWEST, Point, median, since_reset, trend

Z: Final = 1.96
"""For an interval that holds the true slope in 95 of 100 cases, where the noise of the points is independent."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A line through points: what it says at `at` (epoch seconds), its slope and the ends of that slope's interval.

    `slope` is in the figure's unit per second, 0.0 where the points do not agree on a direction. `looked` is how many
    seconds lie between the first point and the last.
    """

    at: float
    level: float
    slope: float
    low: float
    high: float
    looked: float


@dataclass(frozen=True, slots=True)
class Arrival:
    """In how many seconds a figure is at some value: likely, at the earliest, at the latest (None: maybe never)."""

    likely: float
    earliest: float
    latest: float | None


def fit(points: Sequence[Point]) -> Fit | None:
    """The line through points (time, figure), oldest first; None where there are too few to speak of one.

    Points before the last reset (a restart) are left out.
    """
    points = since_reset(points)
    if len(points) < FEWEST:
        return None
    end = points[-1][0]
    slope = trend(points)
    level = median([figure - slope * (at - end) for at, figure in points])
    low, high = _interval(points) if slope else (0.0, 0.0)
    return Fit(end, level, slope, low, high, end - points[0][0])


def arrival(line: Fit, value: float) -> Arrival | None:
    """When the line is at `value`; None where it does not go there, or is there already."""
    way = value - line.level
    if not line.slope or way / line.slope <= 0:
        return None
    fast, slow = (line.high, line.low) if line.slope > 0 else (line.low, line.high)
    reached = way / slow if slow and way / slow > 0 else None
    return Arrival(way / line.slope, way / fast, reached)


def _interval(points: Sequence[Point]) -> tuple[float, float]:
    slopes = sorted((after[1] - before[1]) / (after[0] - before[0]) for before, after in combinations(points, 2))
    count, n = len(slopes), len(points)
    spread = Z * math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    first = max(math.floor((count - spread) / 2), 0)
    last = min(math.ceil((count + spread) / 2), count - 1)
    return slopes[first], slopes[last]
