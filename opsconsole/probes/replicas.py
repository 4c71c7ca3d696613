"""How often something runs: the containers of a compose service, the processes of a unit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from opsconsole.model.readings import ContainerReading
from opsconsole.model.runtime import ReplicasOf, ReplicasReading
from opsconsole.model.sample import Problem, ProblemKind, Target
from opsconsole.model.service import ContainerRef
from opsconsole.probes.base import World
from opsconsole.probes.each import Each

COMPOSE: Final = ("com.docker.compose.project", "com.docker.compose.service")
"""The labels that tell which service of which project a container is."""

_ONE_OFF: Final = "com.docker.compose.oneoff"


def open_probe(world: World) -> Each:
    """Targets of kind `replicas`, each with a `ReplicasOf`. None at all is a reading too, and no problem."""
    from opsconsole.probes import open_probe as open_other

    processes = open_other("process", world)

    async def look(of: ReplicasOf, timeout: float) -> ReplicasReading | Problem:
        if isinstance(of.ref, ContainerRef):
            containers = await world.engine.containers(timeout)
            return containers if isinstance(containers, Problem) else counted(of.ref, containers.values())
        (seen,) = await processes.read([Target("process", "", of.ref)], timeout)
        what = getattr(of.ref, "name", None) or f"'{getattr(of.ref, 'argv', '')}'"
        if seen.problem is not None:
            return ReplicasReading(what, ()) if seen.problem.kind is ProblemKind.GONE else seen.problem
        main = seen.value.main.program
        same = [one for one in seen.value.processes if one.program == main and not one.supporting]
        return ReplicasReading(what, tuple(f"{main} ({one.pid})" for one in same))

    return Each(world, look, late=ProblemKind.UNREADABLE)


def counted(ref: ContainerRef, containers: Iterable[ContainerReading]) -> ReplicasReading:
    """The containers of the compose service that `ref` names or belongs to, else the one of that name. Pure."""
    every = tuple(containers)
    named = next((one for one in every if one.name == ref.name), None)
    project, slash, service = ref.name.partition("/")
    wanted = (project, service) if slash and named is None else _service_of(named) if named else ("", "")
    if all(wanted):
        same = [one for one in every if _service_of(one) == wanted and one.labels.get(_ONE_OFF, "").lower() != "true"]
        what = f"service {wanted[1]} of project {wanted[0]}"
    else:
        same, what = ([named] if named else []), f"container {ref.name}"
    same.sort(key=lambda one: one.name)
    running = tuple(one.name for one in same if one.state in ("running", "restarting", "paused"))
    return ReplicasReading(what, running, tuple(one.name for one in same if one.name not in running))


def _service_of(container: ContainerReading) -> tuple[str, str]:
    project, service = (container.labels.get(label, "") for label in COMPOSE)
    return project, service
