"""What became of a thing since the console looks at it: the samples at which it was another one than before. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from opsconsole.model.readings import ContainerReading, ProcessReading, UnitReading
from opsconsole.model.sample import ProblemKind, Sample

KINDS: Final = frozenset({"container", "unit", "process"})
"""Kinds of target that live and die."""

MOST: Final = 60
"""Samples kept of one target: enough for an hour of a thing that crashes once a minute."""


def followed_by(lives: Sequence[Sample], sample: Sample) -> Sequence[Sample]:
    """The turning points of one target after `sample`; the same ones where nothing became of it.

    What could not be looked at tells nothing; what is gone is a turning point like any other.
    """
    if sample.problem is not None and sample.problem.kind is not ProblemKind.GONE:
        return lives
    same = bool(lives) and sample.value is not None and sample.value is lives[-1].value
    if same or (lives and _mark(lives[-1]) == _mark(sample)):
        return lives
    return (*lives, sample)[-MOST:]


def _mark(sample: Sample) -> Any:
    """What differs between two samples of which one is a turning point after the other."""
    from opsconsole.checks.restarts import life

    match sample.value:
        case ContainerReading() as value:
            return life(value), value.state, value.health
        case UnitReading() | ProcessReading() as value:
            return life(value)
        case value:
            return value
