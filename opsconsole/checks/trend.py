"""Where a figure is going. Pure: the slope that outliers and noise do not bend, or word that there is none.

The slope is the median of the slopes between all pairs (Theil, Sen); whether it means anything is asked of the signs
of the same pairs (Kendall's tau). Samples are first put together into parts, so that an hour costs what a minute does.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import Any, Final, TypeAlias

from opsconsole.model.sample import Sample

WINDOW: Final = 180.0
"""Seconds over which a trend is taken: long enough to be calm, short enough to see a leak that has just begun."""

PARTS: Final = 18
"""Parts of the window; of each the middle value counts. Noise alone has a tau with a spread of 0.17 over so many."""

FEWEST: Final = 4
"""Parts with samples that it takes to speak of a trend at all."""

AGREEMENT: Final = 0.5
"""The least tau that counts as a direction: three times the spread of noise."""

MATTERS: Final = 0.005
"""The least change over the window, as a share of the value, that counts."""

FALL: Final = 0.6
"""A value that falls below this share of the one before was reset (a restart): what was before says nothing."""

Point: TypeAlias = tuple[float, float]


def per_second(past: Sequence[Sample], value: Callable[[Any], float], window: float = WINDOW) -> float | None:
    """How fast `value` of the samples changes, in its unit per second.

    `past` is oldest first and ends with the newest sample. 0.0 where it does not really change, and None where
    there is too little past to say so.
    """
    points = since_reset(in_parts(past, value, window))
    if len(points) < FEWEST:
        return None
    return trend(points)


def in_parts(past: Sequence[Sample], value: Callable[[Any], float], window: float) -> list[Point]:
    """The middle value of each part of the window that has one, at the middle of the times of its samples."""
    if not past:
        return []
    end = past[-1].at
    start = bisect_left(past, end - window, key=lambda sample: sample.at)
    points = ((sample.at, value(sample.value)) for sample in past[start:] if sample.problem is None)
    return middles(points, end, window)


def middles(points: Iterable[Point], end: float, window: float, most: int = PARTS) -> list[Point]:
    """The middle point of each of `most` equal parts of the window before `end` that has any."""
    parts: dict[int, list[Point]] = {}
    for point in points:
        parts.setdefault(int((end - point[0]) / window * most), []).append(point)
    apart = (([at for at, _ in part], [figure for _, figure in part]) for part in parts.values())
    return sorted((median(times), median(figures)) for times, figures in apart)


def since_reset(points: Sequence[Point]) -> Sequence[Point]:
    """The points from the last great fall on."""
    falls = (n for n in range(len(points) - 1, 0, -1) if points[n][1] < FALL * points[n - 1][1])
    return points[next(falls, 0) :]


def trend(points: Sequence[Point]) -> float:
    """The median slope of points whose times differ; 0.0 where they do not agree on a direction."""
    slopes = [(after[1] - before[1]) / (after[0] - before[0]) for before, after in combinations(points, 2)]
    ups, downs = sum(slope > 0 for slope in slopes), sum(slope < 0 for slope in slopes)
    if abs(ups - downs) < AGREEMENT * len(slopes):
        return 0.0
    middle = median(slopes)
    span, most = points[-1][0] - points[0][0], max(abs(figure) for _, figure in points)
    return middle if abs(middle) * span >= MATTERS * most else 0.0


def median(figures: Sequence[float]) -> float:
    """The middle one, or the mean of the two in the middle. `statistics` has it too, and costs 5 ms to import."""
    ordered = sorted(figures)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def seconds_until(limit: float, now: float, speed: float | None) -> float | None:
    """When a figure that is `now` reaches `limit` at `speed` per second; None where it does not go there."""
    if speed is None or speed <= 0 or now >= limit:
        return None
    return (limit - now) / speed
