"""The environment that something was started with, and what its files would give it now. Values are held, not kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from opsconsole.model.held import hold_all
from opsconsole.model.readings import Process
from opsconsole.model.runtime import COMPOSE_FILE, EnvOf, EnvReading
from opsconsole.model.sample import Problem, ProblemKind, Target
from opsconsole.model.service import ContainerRef
from opsconsole.model.text import one_line
from opsconsole.probes.aside import Busy
from opsconsole.probes.base import World
from opsconsole.probes.each import Each
from opsconsole.probes.environ import listed, pairs, variables_of

_LONGEST: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class _Given:
    """The variables that something was started with; of a container its labels, and the names that its image sets."""

    running: dict[str, str] = field(repr=False)
    labels: Mapping[str, str] = field(default_factory=dict)
    image: frozenset[str] | None = None


def open_probe(world: World) -> Each:
    """Targets of kind `env`, each with an `EnvOf`."""
    from opsconsole.probes import open_probe as open_other

    processes, busy = open_other("process", world), Busy()

    async def look(of: EnvOf, timeout: float) -> EnvReading | Problem:
        if isinstance(of.ref, ContainerRef):
            given = await _of_container(world, of, of.ref, timeout)
        else:
            (seen,) = await processes.read([Target("process", "", of.ref)], timeout)
            given = seen.problem or _of_process(world, seen.value.main)
        if isinstance(given, Problem):
            return given
        try:
            return await busy.call(of, lambda: _with_files(of, given), timeout)
        except OSError as fault:
            return _unread(fault)
        except ValueError as fault:
            return Problem(ProblemKind.UNREADABLE, one_line(str(fault)))

    return Each(world, look, late=ProblemKind.UNREADABLE)


async def _of_container(world: World, of: EnvOf, ref: ContainerRef, timeout: float) -> _Given | Problem:
    found = await world.engine.find(ref, timeout)
    if isinstance(found, Problem):
        return found
    if found.state != "running":
        return Problem(ProblemKind.GONE, f"container {found.name} is {found.state}, so nothing runs in it")
    given = await world.engine.environment(found.id, timeout)
    if isinstance(given, Problem):
        return given
    image = await world.engine.image(found.image_id, timeout) if of.compose else None
    return _Given(pairs(given), found.labels, None if image is None or isinstance(image, Problem) else image.variables)


def _of_process(world: World, main: Process) -> _Given | Problem:
    try:
        return _Given(variables_of(world, main.pid))
    except PermissionError:
        reason = f"may not see the environment of process {main.pid} of user {main.user}; run as {main.user} or as root"
        return Problem(ProblemKind.DENIED, reason)
    except OSError:
        return Problem(ProblemKind.GONE, f"process {main.pid} has just ended")


def _with_files(of: EnvOf, given: _Given) -> EnvReading:
    written = [(_short(file), hold_all(listed(_text(file)), of.tell)) for file in of.files]
    dropped: set[str] = set()
    if of.compose:
        from opsconsole.probes.composed import environment_of

        composed = environment_of(given.labels, _text)
        written.append((COMPOSE_FILE, hold_all(composed.variables, of.tell)))
        if composed.whole and given.image is not None:
            dropped = given.running.keys() - composed.variables.keys() - composed.untold - given.image
    required: Iterable[str] = listed(_text(of.example)) if of.example is not None else ()
    contract = _short(of.example) if of.example is not None else ""
    running = hold_all(given.running, of.tell)
    return EnvReading(running, tuple(written), tuple(required), contract, tuple(sorted(dropped)))


def _text(file: str) -> str:
    with Path(file).open("rb") as opened:
        return opened.read(_LONGEST).decode(errors="surrogateescape")


def _short(file: str) -> str:
    return one_line(Path(file).name, 60)


def _unread(fault: OSError) -> Problem:
    name = one_line(str(fault.filename), 120)
    if isinstance(fault, FileNotFoundError):
        return Problem(ProblemKind.GONE, f"there is no {name}, which the environment should come from")
    if isinstance(fault, PermissionError):
        return Problem(ProblemKind.DENIED, f"no permission to read {name}")
    return Problem(ProblemKind.UNREADABLE, f"{name} cannot be read: {one_line(fault.strerror or str(fault))}")
