"""systemd units, as systemd describes them."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from opsconsole.model.sample import Problem, Sample, Target
from opsconsole.model.service import UnitRef
from opsconsole.probes.base import World


class UnitProbe:
    """Targets of kind `unit`, each with a `UnitRef`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def read(self, targets: Sequence[Target], timeout: float) -> list[Sample]:
        """A `UnitReading` each; where there is no such unit its load state is `not-found`."""
        at, began = self._world.clock(), perf_counter()
        refs = [target.of for target in targets]
        assert all(isinstance(ref, UnitRef) for ref in refs)
        units = await self._world.units.show([ref.name for ref in refs if isinstance(ref, UnitRef)], timeout)
        took = perf_counter() - began
        if isinstance(units, Problem):
            return [Sample(target, at, problem=units, took=took) for target in targets]
        return [
            Sample(target, at, units[ref.name], took=took)
            for target, ref in zip(targets, refs, strict=True)
            if isinstance(ref, UnitRef)
        ]

    async def close(self) -> None:
        """Nothing is held: the world's view of systemd is its own."""


def open_probe(world: World) -> UnitProbe:
    """See `opsconsole.probes.open_probe`."""
    return UnitProbe(world)
