"""The course of one figure over hours, thinned so that it stays small however long a console is open. Pure."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Final, NamedTuple

PART: Final = 15.0
"""Seconds of the finest part: two points a cell where an hour is drawn over 120 cells."""

HOUR: Final = 3600.0

MOST: Final = 480
"""Parts of the whole course; when they are full, two and two become one, so it never has fewer than half of that."""

_FIELDS: Final = 4


class Point(NamedTuple):
    """One part: when it ended (the time of its newest figure, epoch seconds), its least, greatest and newest figure."""

    at: float
    low: float
    high: float
    last: float


class Thinned:
    """Points, oldest first, each of a part of so many seconds. It never changes; `followed_by` makes the next one.

    What was read last is in a part that is still open. Older than `keep` seconds is forgotten; without `keep` nothing
    is, but parts grow: after `MOST` of them their length is doubled.
    """

    __slots__ = ("_closed", "_keep", "_open", "part")

    def __init__(
        self,
        part: float = PART,
        keep: float | None = None,
        closed: array[float] | None = None,
        last: Point | None = None,
    ) -> None:
        self.part = part
        self._keep = keep
        self._closed = closed if closed is not None else array("d")
        self._open = last

    def followed_by(self, at: float, figure: float) -> Thinned:
        """This and then `figure`, read at `at` (epoch seconds)."""
        last = self._open
        if last is None:
            return Thinned(self.part, self._keep, self._closed, Point(at, figure, figure, figure))
        if at < last.at:  # the clock was set back: what was read after that cannot be put in order any more
            return self._until(at).followed_by(at, figure)
        if at // self.part == last.at // self.part:
            now = Point(at, min(last.low, figure), max(last.high, figure), figure)
            return Thinned(self.part, self._keep, self._closed, now)
        return self._closed_with(last, at, Point(at, figure, figure, figure))

    def __len__(self) -> int:
        return len(self._closed) // _FIELDS + (self._open is not None)

    def __iter__(self) -> Iterator[Point]:
        closed = self._closed
        for start in range(0, len(closed), _FIELDS):
            yield Point(*closed[start : start + _FIELDS])
        if self._open is not None:
            yield self._open

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Thinned) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def _closed_with(self, last: Point, at: float, begun: Point) -> Thinned:
        closed = self._closed[:]
        closed.extend(last)
        if self._keep is not None:
            gone = 0
            while gone < len(closed) and closed[gone] < at - self._keep:
                gone += _FIELDS
            return Thinned(self.part, self._keep, closed[gone:], begun)
        if len(closed) < MOST * _FIELDS:
            return Thinned(self.part, None, closed, begun)
        return Thinned(self.part * 2, None, _halved(closed, self.part * 2), begun)

    def _until(self, at: float) -> Thinned:
        """What was read before `at`."""
        kept = [point for point in self if point.at < at]
        closed = array("d", [value for point in kept[:-1] for value in point])
        return Thinned(self.part, self._keep, closed, kept[-1] if kept else None)


class Course:
    """The course of one figure: of the last hour in fine parts, and since it was first read in parts that grow."""

    __slots__ = ("began", "hour", "whole")

    def __init__(self, began: float, hour: Thinned | None = None, whole: Thinned | None = None) -> None:
        self.began = began
        self.hour = hour if hour is not None else Thinned(keep=HOUR)
        self.whole = whole if whole is not None else Thinned()

    def followed_by(self, at: float, figure: float) -> Course:
        """This and then `figure`, read at `at` (epoch seconds)."""
        began = min(self.began, at)
        return Course(began, self.hour.followed_by(at, figure), self.whole.followed_by(at, figure))


def _halved(closed: array[float], part: float) -> array[float]:
    """The points put together by parts of `part` seconds."""
    out: list[Point] = []
    for start in range(0, len(closed), _FIELDS):
        point = Point(*closed[start : start + _FIELDS])
        if out and out[-1].at // part == point.at // part:
            before = out.pop()
            point = Point(point.at, min(before.low, point.low), max(before.high, point.high), point.last)
        out.append(point)
    return array("d", [value for point in out for value in point])
