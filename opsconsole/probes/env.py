"""The environment that something was started with, and what its files would give it now. Values are held, not kept."""

from __future__ import annotations

from opsconsole.model.readings import Process
from opsconsole.model.runtime import EnvOf, EnvReading
from opsconsole.model.sample import Problem, ProblemKind, Target
from opsconsole.model.service import ContainerRef
from opsconsole.model.text import one_line
from opsconsole.probes.aside import Busy
from opsconsole.probes.base import World
from opsconsole.probes.each import Each
from opsconsole.probes.envfiles import EnvFiles, Given
from opsconsole.probes.environ import pairs
from opsconsole.probes.given import of_process, running


def open_probe(world: World) -> Each:
    """Targets of kind `env`, each with an `EnvOf`."""
    from opsconsole.probes import open_probe as open_other

    processes, busy, files = open_other("process", world), Busy(), EnvFiles()

    async def look(of: EnvOf, timeout: float) -> EnvReading | Problem:
        if isinstance(of.ref, ContainerRef):
            given = await _of_container(world, of, of.ref, timeout)
        else:
            (seen,) = await processes.read([Target("process", "", of.ref)], timeout)
            given = seen.problem or _of_process(world, seen.value.main)
        if isinstance(given, Problem):
            return given
        try:
            return await busy.call(of, lambda: files.reading(of, given), timeout)
        except OSError as fault:
            return _unread(fault)
        except ValueError as fault:
            return Problem(ProblemKind.UNREADABLE, one_line(str(fault)))

    return Each(world, look, late=ProblemKind.UNREADABLE)


async def _of_container(world: World, of: EnvOf, ref: ContainerRef, timeout: float) -> Given | Problem:
    found = await running(world, ref, timeout)
    if isinstance(found, Problem):
        return found
    given = await world.engine.environment(found.id, timeout)
    if isinstance(given, Problem):
        return given
    image = await world.engine.image(found.image_id, timeout) if of.compose else None
    return Given(pairs(given), found.labels, None if image is None or isinstance(image, Problem) else image.variables)


def _of_process(world: World, main: Process) -> Given | Problem:
    found = of_process(world, main)
    return found if isinstance(found, Problem) else Given(found)


def _unread(fault: OSError) -> Problem:
    name = one_line(str(fault.filename), 120)
    if isinstance(fault, FileNotFoundError):
        return Problem(ProblemKind.GONE, f"there is no {name}, which the environment should come from")
    if isinstance(fault, PermissionError):
        return Problem(ProblemKind.DENIED, f"no permission to read {name}")
    return Problem(ProblemKind.UNREADABLE, f"{name} cannot be read: {one_line(fault.strerror or str(fault))}")
