"""The first process of a container, where it is one of this machine's."""

from __future__ import annotations

from opsconsole.model.readings import ContainerReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.service import ContainerRef
from opsconsole.probes.base import World


async def first_process(world: World, ref: ContainerRef, timeout: float) -> tuple[ContainerReading, int] | Problem:
    """The container and its first process as the box numbers it. GONE where it does not run.

    NO_TOOL where the process is not to be seen from here: on another machine, or in a virtual one. That it is the
    container's is told by the container's id in its control groups.
    """
    found = await world.engine.find(ref, timeout)
    if isinstance(found, Problem):
        return found
    if not found.pid:
        return Problem(ProblemKind.GONE, f"container {found.name} is {found.state}, so nothing runs in it")
    if not world.engine.local:
        reason = f"container {found.name} runs on another machine, whose processes cannot be seen from here"
        return Problem(ProblemKind.NO_TOOL, reason)
    try:
        groups = world.processes.text(found.pid, "cgroup")
    except OSError:
        return Problem(ProblemKind.GONE, f"container {found.name} has just ended, or its processes are hidden from us")
    if found.id not in groups:
        reason = f"process {found.pid} of container {found.name} is not one of this machine's"
        return Problem(ProblemKind.NO_TOOL, f"{reason}; is the engine in a virtual machine?")
    return found, found.pid
