"""The engine itself: does it answer, and what is it?"""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from opsconsole.model.sample import Problem, Sample, Target
from opsconsole.probes.base import World


class EngineProbe:
    """Targets of kind `engine`; they carry nothing, as a world has one engine."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def read(self, targets: Sequence[Target], timeout: float) -> list[Sample]:
        """An `EngineReading`; REFUSED, GONE or TIMEOUT where there is none to be had."""
        at, began = self._world.clock(), perf_counter()
        seen = await self._world.engine.ping(timeout)
        took = perf_counter() - began
        if isinstance(seen, Problem):
            return [Sample(target, at, problem=seen, took=took) for target in targets]
        return [Sample(target, at, seen, took=took) for target in targets]

    async def close(self) -> None:
        """Nothing: the world owns the engine."""


def open_probe(world: World) -> EngineProbe:
    """See `opsconsole.probes.open_probe`."""
    return EngineProbe(world)
