"""The containers of a stack: those of its services, and all of its compose project."""

from __future__ import annotations

from opsconsole.lately.asking import Asked
from opsconsole.model.readings import ContainerReading
from opsconsole.model.sample import Problem
from opsconsole.model.service import ContainerRef

_PROJECT = "com.docker.compose.project"


async def containers_of(asked: Asked) -> list[tuple[str, ContainerReading]] | Problem:
    """Each with the name of its service, or "" where it is only of the project; nothing where it needs no engine."""
    stack = asked.stack
    refs = {service.name: service.ref for service in stack.services if isinstance(service.ref, ContainerRef)}
    if not refs and not stack.engine.project:
        return []
    from opsconsole.probes.engine import pick

    listed = await asked.world.engine.containers(asked.patience)
    if isinstance(listed, Problem):
        return listed
    found: list[tuple[str, ContainerReading]] = []
    for name, ref in refs.items():
        one = pick(listed, ref)
        if isinstance(one, ContainerReading):
            found.append((name, one))
    known = {one.id for _, one in found}
    for one in listed.values():
        if stack.engine.project and one.labels.get(_PROJECT) == stack.engine.project and one.id not in known:
            found.append(("", one))
    return found
