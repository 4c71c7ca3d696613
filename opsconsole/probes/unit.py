"""systemd units, as systemd describes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter

from opsconsole.model.readings import UnitReading
from opsconsole.model.sample import Problem, Sample, Target
from opsconsole.model.service import UnitRef
from opsconsole.probes.base import World
from opsconsole.probes.exec_start import as_started
from opsconsole.probes.hush import hush


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
            Sample(target, at, self._with_process(units[ref.name]), took=took)
            for target, ref in zip(targets, refs, strict=True)
            if isinstance(ref, UnitRef)
        ]

    def _with_process(self, unit: UnitReading) -> UnitReading:
        """The reading, with what its main process was started as beside what it should be, and no secrets in either."""
        process = self._world.processes.one(unit.main_pid) if unit.main_pid and unit.exec_start else None
        argv = process.argv if process is not None else ()
        agree = as_started(unit.exec_start, argv)
        return replace(unit, exec_start=" ".join(hush(unit.exec_start.split())), argv=hush(argv), as_started=agree)

    async def close(self) -> None:
        """Nothing is held: the world's view of systemd is its own."""


def open_probe(world: World) -> UnitProbe:
    """See `opsconsole.probes.open_probe`."""
    return UnitProbe(world)
