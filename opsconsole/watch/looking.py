"""One look at one group of targets, which always ends, in time, with a sample for every target."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from opsconsole.model.sample import Problem, ProblemKind, Sample, Target
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.probes import open_probe
from opsconsole.probes.base import Probe, World
from opsconsole.watch.groups import Group

_GRACE: Final = 1.0
"""Seconds that a probe gets beyond its time-out, on a box that may be slow: its own word is better than ours."""

_CLOSING: Final = 1.0


class Probes:
    """The probes of one collector or one look, each opened when its kind is first looked at."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._open: dict[str, Probe] = {}
        self._stuck: dict[Group, asyncio.Task[list[Sample]]] = {}

    async def look(self, group: Group) -> list[Sample]:
        """A sample for every target of the group, within about its time-out, whatever the probe does.

        A probe that raises is a fault of ours and leaves its targets UNREADABLE; one that hangs leaves them
        timed out, and is not asked again for the same targets as long as it hangs.
        """
        began = self._world.clock()
        stuck = self._stuck.get(group)
        if stuck is not None and not stuck.done():
            return _all(group, began, _too_late(group))
        self._stuck.pop(group, None)
        try:
            probe = self._open.get(group.kind) or self._opened(group.kind)
            reading = asyncio.ensure_future(_read(probe, group))
            try:
                await asyncio.wait((reading,), timeout=group.timeout + _GRACE)
            finally:
                if not reading.done():
                    self._stuck[group] = reading
                    reading.add_done_callback(_forget)
                    reading.cancel()
            if not reading.done():
                return _all(group, began, _too_late(group))
            if reading.cancelled():
                return _all(group, began, Problem(ProblemKind.UNREADABLE, f"the {group.kind} probe gave up by itself"))
            return _complete(group, began, reading.result())
        except Exception as fault:
            reason = one_line(f"our own fault in the {group.kind} probe: {type(fault).__name__}: {fault}")
            return _all(group, began, Problem(ProblemKind.UNREADABLE, reason))

    async def close(self) -> None:
        """Close every probe that was opened; what one of them does then keeps nobody waiting for long."""
        probes, self._open = list(self._open.values()), {}
        if probes:
            closing = [asyncio.ensure_future(probe.close()) for probe in probes]
            for task in closing:
                task.add_done_callback(_forget)
            await asyncio.wait(closing, timeout=_CLOSING)

    def _opened(self, kind: str) -> Probe:
        probe = self._open[kind] = open_probe(kind, self._world)
        return probe


async def _read(probe: Probe, group: Group) -> list[Sample]:
    return await probe.read(group.targets, group.timeout)


def _complete(group: Group, at: float, samples: Sequence[Sample]) -> list[Sample]:
    """The samples, and one that says so for each target that the probe left out."""
    if len(samples) == len(group.targets):
        return list(samples)
    seen: dict[Target, Sample] = {sample.target: sample for sample in samples}
    silent = Problem(ProblemKind.UNREADABLE, f"our own fault: the {group.kind} probe left it out")
    return [seen.get(target) or Sample(target, at, problem=silent) for target in group.targets]


def _too_late(group: Group) -> Problem:
    return Problem(ProblemKind.TIMEOUT, f"no answer within {duration(group.timeout)}")


def _all(group: Group, at: float, problem: Problem) -> list[Sample]:
    return [Sample(target, at, problem=problem) for target in group.targets]


def _forget(task: asyncio.Task[Any]) -> None:
    """Nobody waits for it any more; look at how it ended, so that asyncio does not complain on the screen."""
    if not task.cancelled():
        task.exception()
