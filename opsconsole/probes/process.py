"""What each service really is: its processes, found in `/proc`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import TypeAlias

from opsconsole.model.readings import ContainerReading, ProcessReading, UnitReading
from opsconsole.model.sample import Problem, ProblemKind, Sample, Target
from opsconsole.model.service import ContainerRef, ProcessesRef, UnitRef
from opsconsole.probes.aside import Busy
from opsconsole.probes.base import World
from opsconsole.probes.members import folder_at, folder_of, pids_in
from opsconsole.probes.proc import reading_of, reading_of_pids, tree_of

Seen: TypeAlias = "ProcessReading | Problem"

_HANGS = Problem(ProblemKind.UNREADABLE, "reading /proc hangs; a process may be stuck in the kernel")


class ProcessProbe:
    """Targets of kind `process`, each with a service reference of any kind."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._busy = Busy()
        # Container id -> its first process (pid, start in ticks) and the folder of its control group.
        self._groups: dict[str, tuple[int, int, str | None]] = {}
        self._last: dict[object, tuple[tuple[object, ...], ProcessReading]] = {}

    async def read(self, targets: Sequence[Target], timeout: float) -> list[Sample]:
        """A `ProcessReading` each; GONE where nothing runs, NO_TOOL where its processes are not on this machine."""
        at, began = self._world.clock(), perf_counter()
        containers, units = await asyncio.gather(self._containers(targets, timeout), self._units(targets, timeout))
        left = max(0.1, timeout - (perf_counter() - began))
        seen: Sequence[Seen]
        try:
            # Command lines lie in the memory of their processes, and one that is stuck may keep its reader waiting.
            seen = await self._busy.call(tuple(targets), lambda: self._look(targets, containers, units), left)
        except TimeoutError:
            seen = [_HANGS] * len(targets)
        took = perf_counter() - began
        return [
            Sample(target, at, problem=one, took=took)
            if isinstance(one, Problem)
            else Sample(target, at, one, took=took)
            for target, one in zip(targets, seen, strict=True)
        ]

    async def close(self) -> None:
        """Forget what was seen."""
        self._groups.clear()
        self._last.clear()

    async def _containers(self, targets: Sequence[Target], timeout: float) -> Mapping[str, ContainerReading] | Problem:
        if not any(isinstance(target.of, ContainerRef) for target in targets):
            return {}
        return await self._world.engine.containers(timeout)

    async def _units(self, targets: Sequence[Target], timeout: float) -> Mapping[str, UnitReading] | Problem:
        names = [target.of.name for target in targets if isinstance(target.of, UnitRef)]
        return await self._world.units.show(names, timeout) if names else {}

    def _look(
        self,
        targets: Sequence[Target],
        containers: Mapping[str, ContainerReading] | Problem,
        units: Mapping[str, UnitReading] | Problem,
    ) -> list[Seen]:
        seen: list[Seen] = []
        for target in targets:
            ref = target.of
            if isinstance(ref, ContainerRef):
                seen.append(self._by_container(ref, containers))
            elif isinstance(ref, UnitRef):
                seen.append(units if isinstance(units, Problem) else self._of_unit(ref, units[ref.name]))
            else:
                assert isinstance(ref, ProcessesRef)
                seen.append(reading_of(self._world, ref))
        if containers and not isinstance(containers, Problem):
            self._forget_all_but({container.id for container in containers.values()})
        return seen

    def _forget_all_but(self, ids: set[str]) -> None:
        """Containers come and go, often by the hundred a day; units and plain processes are as many as are watched."""
        for id in self._groups.keys() - ids:
            self._groups.pop(id, None)
            self._last.pop(id, None)

    # --- containers --------------------------------------------------------------------------------------------

    def _by_container(self, ref: ContainerRef, containers: Mapping[str, ContainerReading] | Problem) -> Seen:
        from opsconsole.probes.engine import pick

        found = containers if isinstance(containers, Problem) else pick(containers, ref)
        return found if isinstance(found, Problem) else self._of_container(found)

    def _of_container(self, container: ContainerReading) -> Seen:
        if not self._world.engine.local:
            reason = f"container {container.name} runs on another machine, whose processes cannot be seen from here"
            return Problem(ProblemKind.NO_TOOL, reason)
        if not container.pid:
            how = f", exit code {container.exit_code}" if container.exit_code else ""
            return Problem(
                ProblemKind.GONE, f"container {container.name} is {container.state}{how}, so nothing runs in it"
            )
        group = self._group_of(container, container.pid)
        if isinstance(group, Problem):
            return group
        pids = pids_in(group) if group is not None else None
        # Without a group of its own it is at least all that came of its first process.
        first = container.pid
        reading = self._reading(container.id, pids, first) if pids else tree_of(self._world, first)
        return reading or Problem(ProblemKind.GONE, f"container {container.name} has just ended")

    def _group_of(self, container: ContainerReading, pid: int) -> str | Problem | None:
        """The folder of a container's control group; None where it has none of its own.

        That the first process is the container's is told by the container's id in its groups: a pid may be reused, and
        where the engine lives in a virtual machine its pids are not ours at all.
        """
        process = self._world.processes.one(pid)
        known = self._groups.get(container.id)
        if process is None:
            return self._not_there(container, pid, seen_before=known is not None and known[0] == pid)
        if known is not None and known[:2] == (pid, process.started):
            return known[2]
        try:
            text = self._world.processes.text(pid, "cgroup")
        except OSError:
            return self._not_there(container, pid, seen_before=False)
        if container.id not in text:
            return _elsewhere(container, pid)
        folder = folder_of(self._world.cgroup, text, pid, container.id)
        self._groups[container.id] = pid, process.started, folder
        return folder

    def _not_there(self, container: ContainerReading, pid: int, seen_before: bool) -> Problem:
        if seen_before:
            return Problem(ProblemKind.GONE, f"container {container.name} has just ended")
        if self._world.processes.hidden:
            return _hidden(f"container {container.name}")
        return _elsewhere(container, pid)

    # --- units -------------------------------------------------------------------------------------------------

    def _of_unit(self, ref: UnitRef, unit: UnitReading) -> Seen:
        if unit.load_state == "not-found":
            return Problem(ProblemKind.GONE, f"there is no unit called {ref.name} on this machine")
        folder = folder_at(self._world.cgroup, unit.control_group)
        pids = (pids_in(folder) if folder else None) or []
        reading = self._reading(ref, pids, unit.main_pid) if pids else None
        if reading is None and unit.main_pid:
            reading = tree_of(self._world, unit.main_pid)
        if reading is not None:
            return reading
        if unit.main_pid and self._world.processes.hidden:
            return _hidden(f"unit {ref.name}")
        how = f", exit code {unit.exit_code}" if unit.exit_code else ""
        state = f"{unit.active_state} ({unit.sub_state}{how})"
        return Problem(ProblemKind.GONE, f"unit {ref.name} is {state}, so nothing of it runs")

    # --- both --------------------------------------------------------------------------------------------------

    def _reading(self, key: object, pids: Sequence[int], first: int | None) -> ProcessReading | None:
        """The reading, and the same one again as long as no process of it changes."""
        table = self._world.processes
        raw = tuple(table.one(pid) for pid in pids)
        last = self._last.get(key)
        if last is not None and len(last[0]) == len(raw) and all(a is b for a, b in zip(last[0], raw, strict=True)):
            return last[1]
        reading = reading_of_pids(self._world, pids, first)
        if reading is None:
            self._last.pop(key, None)
        else:
            self._last[key] = raw, reading
        return reading


def _elsewhere(container: ContainerReading, pid: int) -> Problem:
    reason = (
        f"process {pid} of container {container.name} is not one of this machine's; is the engine in a virtual machine?"
    )
    return Problem(ProblemKind.NO_TOOL, reason)


def _hidden(what: str) -> Problem:
    reason = f"the processes of {what} are hidden from this user (/proc is mounted with hidepid); run as root"
    return Problem(ProblemKind.DENIED, reason)


def open_probe(world: World) -> ProcessProbe:
    """See `opsconsole.probes.open_probe`."""
    return ProcessProbe(world)
