"""The stretch of time that a course is shown over, and its points: a quarter of an hour, an hour, or all. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from opsconsole.model.course import HOUR, Course, Point
from opsconsole.model.sample import Sample, Target
from opsconsole.model.snapshot import Snapshot
from opsconsole.tui.presentation.ages import age

Spell = Literal["quarter", "hour", "all"]

SPELLS: Final[tuple[Spell, ...]] = ("quarter", "hour", "all")
"""In the order in which a key goes through them."""

QUARTER: Final = 900.0
_STEPS: Final = (60.0, 120.0, 300.0, 600.0, QUARTER, 1800.0, HOUR)
"""Seconds that are shown while it has not been looked at for longer: in steps, so that the drawing does not slide."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Points of one figure, oldest first, over `seconds` before `now`; `hold` is for how long a point speaks.

    `began` is when the first figure was read since the watch began, None before the second look.
    """

    spell: Spell
    now: float
    seconds: float
    points: Sequence[Point]
    hold: float
    began: float | None

    @property
    def words(self) -> str:
        """What the stretch is called."""
        if self.spell == "all" and self.began is not None:
            return f"since this console began to look, {age(self.now - self.began)} ago"
        if self.seconds in (60.0, HOUR):
            return "the last hour" if self.seconds == HOUR else "the last minute"
        return f"the last {self.seconds / 60:.0f} min"

    @property
    def is_old(self) -> bool:
        """Whether it has been looked at for more than a quarter of an hour."""
        return self.began is not None and self.now - self.began > QUARTER

    @property
    def looked(self) -> float:
        """Seconds for which it has been looked at within the stretch."""
        first = self.points[0].at if self.points else self.now
        return min(self.now - (first if self.began is None else self.began), self.seconds)


def seen(
    snapshot: Snapshot,
    target: Target,
    figure: str,
    value: Callable[[Any], float | None],
    spell: Spell,
    pace: float = 2.0,
) -> Seen:
    """The points of a figure of `target`, called so in the snapshot's courses; `value` takes it from a reading.

    A quarter of an hour is told by the samples themselves, what is longer by the thinned course.
    """
    course: Course | None = snapshot.courses.get(target, {}).get(figure)
    now, began = snapshot.at, course.began if course is not None else None
    whole = stepped(now - began) if began is not None else QUARTER
    seconds = min({"quarter": QUARTER, "hour": HOUR, "all": whole}[spell], whole)
    if seconds <= QUARTER or course is None:
        points = _points(snapshot.past.get(target, ()), now - seconds, value)
        return Seen(spell, now, seconds, points, 2.5 * pace, began)
    thinned = course.hour if seconds <= HOUR else course.whole
    return Seen(spell, now, seconds, [point for point in thinned if point.at >= now - seconds], 2 * thinned.part, began)


def stepped(seconds: float) -> float:
    """The least of the steps that is as long; beyond an hour whole hours."""
    return next((step for step in _STEPS if seconds <= step), math.ceil(seconds / HOUR) * HOUR)


def _points(past: Sequence[Sample], since: float, value: Callable[[Any], float | None]) -> list[Point]:
    found = ((sample.at, value(sample.value)) for sample in past if sample.problem is None and sample.at >= since)
    return [Point(at, figure, figure, figure) for at, figure in found if figure is not None]
