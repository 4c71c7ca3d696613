"""The variables that a service was started with, secrets and all: nothing of ours may keep or show them as they are."""

from __future__ import annotations

from opsconsole.model.readings import ContainerReading, Process
from opsconsole.model.sample import Problem, ProblemKind, Target
from opsconsole.model.service import ContainerRef, ServiceRef
from opsconsole.probes.base import World
from opsconsole.probes.environ import pairs, variables_of


async def given(world: World, ref: ServiceRef, timeout: float) -> dict[str, str] | Problem:
    """By name, of the main process; of a container those that it was made with."""
    if isinstance(ref, ContainerRef):
        found = await running(world, ref, timeout)
        if isinstance(found, Problem):
            return found
        told = await world.engine.environment(found.id, timeout)
        return told if isinstance(told, Problem) else pairs(told)
    from opsconsole.probes import open_probe

    probe = open_probe("process", world)
    (seen,) = await probe.read([Target("process", "", ref)], timeout)
    return seen.problem or of_process(world, seen.value.main)


async def running(world: World, ref: ContainerRef, timeout: float) -> ContainerReading | Problem:
    """The container, which must run."""
    found = await world.engine.find(ref, timeout)
    if not isinstance(found, Problem) and found.state != "running":
        return Problem(ProblemKind.GONE, f"container {found.name} is {found.state}, so nothing runs in it")
    return found


def of_process(world: World, main: Process) -> dict[str, str] | Problem:
    """Those of one process of this machine."""
    try:
        return variables_of(world, main.pid)
    except PermissionError:
        reason = f"may not see the environment of process {main.pid} of user {main.user}; run as {main.user} or as root"
        return Problem(ProblemKind.DENIED, reason)
    except OSError:
        return Problem(ProblemKind.GONE, f"process {main.pid} has just ended")
