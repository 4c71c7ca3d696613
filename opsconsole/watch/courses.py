"""Which figures of a reading have a course that outlives the quarter of an hour that samples are kept. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from opsconsole.model.course import Course
from opsconsole.model.readings import BrokerReading, HealthReading, MemoryReading
from opsconsole.model.sample import Sample

KINDS: Final = frozenset({"memory", "queue", "health"})
"""Kinds of target with such figures."""

MOST: Final = 64
"""Figures of one target; a broker may have queues by the thousand."""


def figures(value: object) -> Iterator[tuple[str, float]]:
    """The figures of a reading by name: bytes used, seconds of latency, or by each queue's name what waits in it."""
    match value:
        case MemoryReading():
            yield "used", float(value.used)
        case HealthReading():
            yield "latency", value.latency
        case BrokerReading():
            for queue in value.queues[:MOST]:
                yield queue.name, float(queue.waiting)


def followed_by(courses: Mapping[str, Course], sample: Sample) -> Mapping[str, Course]:
    """The courses of one target, by figure, after `sample`. What could not be read leaves a gap."""
    if sample.problem is not None:
        return courses
    after = dict(courses)
    for name, figure in figures(sample.value):
        if name in after or len(after) < MOST:
            after[name] = (courses.get(name) or Course(sample.at)).followed_by(sample.at, figure)
    return after
