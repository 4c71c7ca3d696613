"""Containers, as their engine describes them."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from opsconsole.model.sample import Problem, Sample, Target
from opsconsole.model.service import ContainerRef
from opsconsole.probes.base import World


class ContainerProbe:
    """Targets of kind `container`, each with a `ContainerRef`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def read(self, targets: Sequence[Target], timeout: float) -> list[Sample]:
        """A `ContainerReading` each; GONE where there is no such container, NO_TOOL where the engine is not there."""
        from opsconsole.probes.engine import pick

        at, began = self._world.clock(), perf_counter()
        containers = await self._world.engine.containers(timeout)
        took = perf_counter() - began
        samples = []
        for target in targets:
            assert isinstance(target.of, ContainerRef)
            seen = containers if isinstance(containers, Problem) else pick(containers, target.of)
            if isinstance(seen, Problem):
                samples.append(Sample(target, at, problem=seen, took=took))
            else:
                samples.append(Sample(target, at, seen, took=took))
        return samples

    async def close(self) -> None:
        """Nothing: the world owns the engine."""


def open_probe(world: World) -> ContainerProbe:
    """See `opsconsole.probes.open_probe`."""
    return ContainerProbe(world)
