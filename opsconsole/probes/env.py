"""The environment that something was started with, and what its files would give it now. Values are held, not kept."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final, TypeAlias

from opsconsole.model.held import Held, hold_all
from opsconsole.model.readings import Process
from opsconsole.model.runtime import EnvOf, EnvReading
from opsconsole.model.sample import Problem, ProblemKind, Target
from opsconsole.model.service import ContainerRef
from opsconsole.model.text import one_line
from opsconsole.probes.aside import Busy
from opsconsole.probes.base import World
from opsconsole.probes.each import Each
from opsconsole.probes.environ import listed, pairs, variables_of

_LONGEST: Final = 1 << 20

Given: TypeAlias = tuple[dict[str, str], dict[str, str]]
"""The variables that something was started with, and the labels of the container that it is."""


def open_probe(world: World) -> Each:
    """Targets of kind `env`, each with an `EnvOf`."""
    from opsconsole.probes import open_probe as open_other

    processes, busy = open_other("process", world), Busy()

    async def look(of: EnvOf, timeout: float) -> EnvReading | Problem:
        if isinstance(of.ref, ContainerRef):
            given = await _of_container(world, of.ref, timeout)
        else:
            (seen,) = await processes.read([Target("process", "", of.ref)], timeout)
            given = seen.problem or _of_process(world, seen.value.main)
        if isinstance(given, Problem):
            return given
        running, labels = given
        try:
            return await busy.call(of, lambda: _with_files(of, running, labels), timeout)
        except OSError as fault:
            return _unread(fault)
        except ValueError as fault:
            return Problem(ProblemKind.UNREADABLE, one_line(str(fault)))

    return Each(world, look)


async def _of_container(world: World, ref: ContainerRef, timeout: float) -> Given | Problem:
    found = await world.engine.find(ref, timeout)
    if isinstance(found, Problem):
        return found
    if found.state != "running":
        return Problem(ProblemKind.GONE, f"container {found.name} is {found.state}, so nothing runs in it")
    given = await world.engine.environment(found.id, timeout)
    return given if isinstance(given, Problem) else (pairs(given), found.labels)


def _of_process(world: World, main: Process) -> Given | Problem:
    try:
        return variables_of(world, main.pid), {}
    except PermissionError:
        reason = f"may not see the environment of process {main.pid} of user {main.user}; run as {main.user} or as root"
        return Problem(ProblemKind.DENIED, reason)
    except OSError:
        return Problem(ProblemKind.GONE, f"process {main.pid} has just ended")


def _with_files(of: EnvOf, running: dict[str, str], labels: dict[str, str]) -> EnvReading:
    written: list[tuple[str, dict[str, Held]]] = []
    for file in of.files:
        written.append((_short(file), hold_all(listed(_text(file)), of.tell)))
    if of.compose:
        from opsconsole.probes.composed import environment_of

        written.append(("the compose file", hold_all(environment_of(labels, _text), of.tell)))
    required: Iterable[str] = listed(_text(of.example)) if of.example is not None else ()
    contract = _short(of.example) if of.example is not None else ""
    return EnvReading(hold_all(running, of.tell), tuple(written), tuple(required), contract)


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
