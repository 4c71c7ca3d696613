"""The port: one question a method, whatever kind of service it is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from opsconsole.model.detail import About, Messages, Shape, Story, Variable
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.service import ContainerRef, ServiceRef, UnitRef
from opsconsole.model.targets import QueueKind, QueueOf
from opsconsole.probes.aside import Busy
from opsconsole.probes.base import World

TIMEOUT: Final = 5.0
"""Seconds that one question may take, where nobody says otherwise."""

_HANGS: Final = Problem(ProblemKind.UNREADABLE, "reading /proc hangs; a process may be stuck in the kernel")

T = TypeVar("T")


class Details:
    """Reads closely. Used from one event loop; what it needs is imported when it is first asked for."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._busy = Busy()

    async def environment(self, ref: ServiceRef, timeout: float = TIMEOUT) -> tuple[Variable, ...] | Problem:
        """What it was started with, by name. Values that may be secrets are hidden."""
        from opsconsole.probes.details.environment import shown
        from opsconsole.probes.given import given

        found = await given(self._world, ref, timeout)
        return found if isinstance(found, Problem) else shown(found)

    async def about(self, ref: ServiceRef, timeout: float = TIMEOUT) -> About | Problem:
        """Image or unit file, command, age, ports, and the last looks of the engine's own health check."""
        if isinstance(ref, ContainerRef):
            from opsconsole.probes.details.container import about as of_container

            return await of_container(self._world, ref, self._aside, timeout)
        if isinstance(ref, UnitRef):
            from opsconsole.probes.details.unit import about as of_unit

            return await of_unit(self._world, ref, self._aside, timeout)
        from opsconsole.probes.details.processes import about as of_processes

        world = self._world
        return await self._aside(("about", ref), lambda: of_processes(world, ref), timeout)

    async def story(self, ref: ServiceRef, timeout: float = TIMEOUT) -> Story | Problem:
        """What became of it, and why: from the engine's memory of events, or systemd's journal."""
        if isinstance(ref, ContainerRef):
            from opsconsole.probes.details.container import story as of_container

            return await of_container(self._world, ref, timeout)
        if isinstance(ref, UnitRef):
            from opsconsole.probes.details.unit import story as of_unit

            return await of_unit(self._world, ref, timeout)
        return Story((), "Nobody keeps account of plain processes: this is what the console itself has seen.")

    async def sizes(self, pids: Sequence[int], timeout: float = TIMEOUT) -> dict[int, int] | Problem:
        """The memory in bytes of each process that is still there."""
        from opsconsole.probes.details.processes import sizes

        proc = self._world.proc
        return await self._aside(("sizes", tuple(pids)), lambda: sizes(proc, pids), timeout)

    async def shape(self, of: QueueOf, kind: QueueKind, queue: str, timeout: float = TIMEOUT) -> Shape | Problem:
        """What lies in a queue, by the headers of a bounded sample of its messages."""
        from opsconsole.probes.details.queue import asked
        from opsconsole.probes.details.shapes import shape

        return await asked(self._world, of, shape(of, kind, queue), timeout, kind)

    async def messages(self, of: QueueOf, kind: QueueKind, queue: str, timeout: float = TIMEOUT) -> Messages | Problem:
        """The next few messages of a queue as text, cut, with the values of secret names hidden."""
        from opsconsole.probes.details.queue import asked
        from opsconsole.probes.details.shapes import messages

        return await asked(self._world, of, messages(of, kind, queue), timeout, kind)

    async def _aside(self, key: object, work: Callable[[], T], timeout: float) -> T | Problem:
        try:
            return await self._busy.call(key, work, timeout)
        except TimeoutError:
            return _HANGS
