"""Samples for judges: what a probe saw, when, and what it saw before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from opsconsole.checks import judge
from opsconsole.model.check import Check
from opsconsole.model.readings import ContainerReading, MemoryReading, Process, ProcessReading
from opsconsole.model.sample import Problem, ProblemKind, Sample, Target
from opsconsole.model.verdict import Verdict

NOW = 1_767_794_531.0
M = 1 << 20
G = 1 << 30
THING = Target("thing", "thing")


def at(ago: float, value: Any) -> Sample:
    """What was seen so many seconds ago."""
    return Sample(THING, NOW - ago, value)


def unread(ago: float) -> Sample:
    """Nothing was seen so many seconds ago."""
    return Sample(THING, NOW - ago, problem=Problem(ProblemKind.TIMEOUT, "no answer"))


def judged(kind: str, expect: Any, value: Any, past: Iterable[tuple[float, Any]] = ()) -> Verdict:
    """What a check of `kind` makes of `value`, read just now, after `past`: (seconds ago, value), oldest first."""
    return judge(Check("it", kind, THING, expect), at(0, value), [at(ago, old) for ago, old in past])


def memory(used: float, limit: int | None = None) -> MemoryReading:
    return MemoryReading(int(used), limit)


def runs(*argv: str, program: str | None = None, others: Iterable[tuple[str, ...]] = ()) -> ProcessReading:
    """A service whose main process has this command line; `others` are those of its children."""
    main = Process(4120, 1, argv, program or argv[0].rpartition("/")[2], NOW - 3600)
    children = (Process(5000 + n, 4120, line, line[0].rpartition("/")[2], NOW - 60) for n, line in enumerate(others))
    return ProcessReading(main, (main, *children))


def container(state: str = "running", up: float = 3600.0, **more: Any) -> ContainerReading:
    given = {"id": "c0ffee", "name": "shop-worker", "image": "shop:1", "started_at": NOW - up, **more}
    return ContainerReading(state=state, **given)
