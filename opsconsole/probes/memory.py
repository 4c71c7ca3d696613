"""How much memory a service uses: from control group files, from `/proc`, and by the engine's API as a last resort."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter
from typing import Final, TypeAlias

from opsconsole.model.readings import ContainerReading, MemoryReading, UnitReading
from opsconsole.model.sample import Problem, ProblemKind, Sample, Target
from opsconsole.model.service import ContainerRef, ProcessesRef, UnitRef
from opsconsole.model.text import one_line
from opsconsole.probes import cgroup
from opsconsole.probes.aside import Busy
from opsconsole.probes.base import World
from opsconsole.probes.members import folder_at, pids_in
from opsconsole.probes.resident import Resident

BY_API: Final = 10.0
"""Seconds between two questions to the engine for the same container: each costs it a hundred times a file's read."""

NO_CGROUP: Final = Problem(ProblemKind.NO_TOOL, "n/a: no memory cgroup")
HANGS: Final = Problem(ProblemKind.UNREADABLE, "reading /proc hangs; a process may be stuck in the kernel")

Seen: TypeAlias = MemoryReading | Problem


@dataclass(frozen=True, slots=True)
class _Aged:
    """What was seen, and how many seconds ago."""

    seen: Seen
    age: float = 0.0


@dataclass(slots=True)
class _Asked:
    """The last answer of the engine about one container."""

    seen: Seen
    at: float = field(default_factory=perf_counter)


class MemoryProbe:
    """Targets of kind `memory`, each with a reference to a service. Gives `MemoryReading`s."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._files: dict[str, tuple[int, cgroup.MemoryFiles]] = {}
        self._asked: dict[str, _Asked] = {}
        self._resident: dict[object, Resident] = {}
        self._busy = Busy()
        self._host_total: int | None = None

    async def read(self, targets: Sequence[Target], timeout: float) -> list[Sample]:
        """GONE where the service does not run, NO_TOOL where nothing counts its memory."""
        at, began = self._world.clock(), perf_counter()
        if self._host_total is None:
            self._host_total = cgroup.host_total(self._world.proc)
        refs = {target.of for target in targets}
        parts = await asyncio.gather(
            self._of_containers([ref for ref in refs if isinstance(ref, ContainerRef)], timeout),
            self._of_units([ref for ref in refs if isinstance(ref, UnitRef)], timeout),
            self._of_processes([ref for ref in refs if isinstance(ref, ProcessesRef)], timeout),
        )
        seen = {ref: aged for part in parts for ref, aged in part.items()}
        took = perf_counter() - began
        return [_sample(target, at, seen[target.of], took) for target in targets]

    async def close(self) -> None:
        """Forget everything; nothing stays open between two reads."""
        self._files.clear()
        self._asked.clear()
        self._resident.clear()

    # --- containers --------------------------------------------------------------------------------------------

    async def _of_containers(self, refs: Sequence[ContainerRef], timeout: float) -> dict[object, _Aged]:
        if not refs:
            return {}
        from opsconsole.probes.engine import pick

        containers = await self._world.engine.containers(timeout)
        if isinstance(containers, Problem):
            return {ref: _Aged(containers) for ref in refs}
        picked = {ref: pick(containers, ref) for ref in refs}
        alive = {reading.id for reading in picked.values() if isinstance(reading, ContainerReading)}
        self._files = {id: known for id, known in self._files.items() if id in alive}
        self._asked = {id: asked for id, asked in self._asked.items() if id in alive}
        seen = {ref: self._of_container(container) for ref, container in picked.items()}
        left = {ref: picked[ref] for ref, found in seen.items() if found is None}
        asked = await asyncio.gather(*(self._by_api(one, timeout) for one in left.values()))
        by_api = dict(zip(left, asked, strict=True))
        return {ref: _Aged(found) if found is not None else by_api[ref] for ref, found in seen.items()}

    def _of_container(self, container: ContainerReading | Problem) -> Seen | None:
        """From the files; None where these cannot be reached from here."""
        if isinstance(container, Problem):
            return container
        if not container.pid:
            return Problem(ProblemKind.GONE, f"container {container.name} is not running ({container.state})")
        return self._from_files(container, container.pid) if self._world.engine.local else None

    def _from_files(self, container: ContainerReading, pid: int) -> Seen | None:
        known = self._files.get(container.id)
        if known is None or known[0] != pid:
            files = self._locate(container.id, pid)
            if not isinstance(files, cgroup.MemoryFiles):
                return files
            known = self._files[container.id] = pid, files
        try:
            return cgroup.read_memory(known[1], self._host_total or 0)
        except OSError:
            del self._files[container.id]
            if (self._world.proc / str(pid)).exists():
                return None
            return Problem(ProblemKind.GONE, f"container {container.name} has just ended")

    def _locate(self, id: str, pid: int) -> cgroup.MemoryFiles | Problem | None:
        """The files of a container. A process that is not of its group is another's: the engine runs in a VM."""
        try:
            text = (self._world.proc / str(pid) / "cgroup").read_text()
        except OSError:
            return None
        if id not in text:
            return None
        member = cgroup.membership(text).up_to(id)
        return cgroup.files_of(member, self._world.cgroup) or NO_CGROUP

    async def _by_api(self, container: ContainerReading | Problem, timeout: float) -> _Aged:
        assert isinstance(container, ContainerReading)
        asked = self._asked.get(container.id)
        if asked is None or isinstance(asked.seen, Problem) or perf_counter() - asked.at > BY_API:
            asked = self._asked[container.id] = _Asked(await self._world.engine.memory(container, timeout))
        return _Aged(asked.seen, perf_counter() - asked.at)

    # --- units -------------------------------------------------------------------------------------------------

    async def _of_units(self, refs: Sequence[UnitRef], timeout: float) -> dict[object, _Aged]:
        if not refs:
            return {}
        units = await self._world.units.show([ref.name for ref in refs], timeout)
        if isinstance(units, Problem):
            return {ref: _Aged(units) for ref in refs}
        seen = await asyncio.gather(*(self._of_unit(ref, units[ref.name], timeout) for ref in refs))
        return dict(zip(refs, seen, strict=True))

    async def _of_unit(self, ref: UnitRef, unit: UnitReading, timeout: float) -> _Aged:
        if unit.load_state == "not-found":
            return _Aged(Problem(ProblemKind.GONE, f"no unit called {ref.name}"))
        if not unit.control_group:
            return _Aged(Problem(ProblemKind.GONE, f"unit {ref.name} is not running ({one_line(unit.active_state)})"))
        files = cgroup.files_at(unit.control_group, self._world.cgroup)
        try:
            return _Aged(cgroup.read_memory(files, self._host_total or 0))
        except OSError:  # its memory is not accounted for: the sum of its processes is the next best
            folder = folder_at(self._world.cgroup, unit.control_group)
            pids = (folder and pids_in(folder)) or ()
            return await self._aside(ref, lambda: self._sum(ref, [(pid, 0.0) for pid in pids], NO_CGROUP), timeout)

    # --- plain processes ---------------------------------------------------------------------------------------

    async def _of_processes(self, refs: Sequence[ProcessesRef], timeout: float) -> dict[object, _Aged]:
        if not refs:
            return {}
        from opsconsole.probes.proc import matching

        def look(ref: ProcessesRef) -> _Aged:
            found = matching(self._world, ref)
            if isinstance(found, Problem):
                return _Aged(found)
            ended = Problem(ProblemKind.GONE, f"the processes with '{one_line(ref.argv, 60)}' have just ended")
            return self._sum(ref, [(process.pid, process.started_at) for process in found], ended)

        seen = await asyncio.gather(*(self._aside(ref, partial(look, ref), timeout) for ref in refs))
        return dict(zip(refs, seen, strict=True))

    def _sum(self, ref: object, processes: Sequence[tuple[int, float]], otherwise: Problem) -> _Aged:
        total = self._resident.setdefault(ref, Resident(self._world.proc)).total(processes)
        return _Aged(MemoryReading(total[0]), total[1]) if total else _Aged(otherwise)

    async def _aside(self, ref: object, work: Callable[[], _Aged], timeout: float) -> _Aged:
        """The pages of a process that is stuck may keep their reader waiting, and its command line too."""
        try:
            return await self._busy.call(ref, work, timeout)
        except TimeoutError:
            return _Aged(HANGS)


def _sample(target: Target, at: float, aged: _Aged, took: float) -> Sample:
    if isinstance(aged.seen, Problem):
        return Sample(target, at, problem=aged.seen, took=took)
    return Sample(target, at - aged.age, aged.seen, took=took)


def open_probe(world: World) -> MemoryProbe:
    """See `opsconsole.probes.open_probe`."""
    return MemoryProbe(world)
