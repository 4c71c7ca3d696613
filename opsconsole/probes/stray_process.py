"""Processes that look like those of the stack, and to which unit or container of the box they belong."""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Final

from opsconsole.model.readings import ContainerReading, Process
from opsconsole.model.runtime import Stray, StrayOf, StrayReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.service import ProcessesRef
from opsconsole.model.text import one_line
from opsconsole.probes.aside import Busy
from opsconsole.probes.base import World
from opsconsole.probes.each import Each
from opsconsole.probes.members import groups_of
from opsconsole.probes.proc import matching
from opsconsole.probes.replicas import COMPOSE

_CONTAINER: Final = re.compile(r"(?<![0-9a-f])([0-9a-f]{64})(?![0-9a-f])")
_UNIT: Final = re.compile(r"[^/]+\.(?:service|scope)")
_SHELLS: Final = frozenset({"sh", "bash", "dash", "zsh", "fish", "ash", "ksh"})
_HIGHEST: Final = 30  # ancestors that are looked at


def open_probe(world: World) -> Each:
    """Targets of kind `stray-process`, each with a `StrayOf`. That there are none is a reading, and no problem."""
    busy = Busy()

    async def look(of: StrayOf, timeout: float) -> StrayReading | Problem:
        if of.user is not None and not _is_user(of.user):
            return Problem(ProblemKind.UNREADABLE, f"there is no user called {one_line(of.user, 40)} on this machine")
        ids: dict[str, str] = {}
        if of.containers or of.project:
            containers = await world.engine.containers(timeout)
            if isinstance(containers, Problem):
                return containers  # without it, the stack's own containers would seem to be strays
            ids = {one.id: one.name for one in containers.values() if _is_ours(one, of)}
        return await busy.call(of, lambda: _look(world, of, ids), timeout)

    return Each(world, look, late=ProblemKind.UNREADABLE)


def _look(world: World, of: StrayOf, ids: Mapping[str, str]) -> StrayReading | Problem:
    found = matching(world, ProcessesRef(of.argv or of.program or "", of.user, of.cwd))
    if isinstance(found, Problem):
        return StrayReading() if found.kind is ProblemKind.GONE else found
    if of.program is not None:
        found = [process for process in found if process.program == of.program]
    own = {process.pid for ref in of.others for process in _of(world, ref)}
    here = _own_containers(world)
    strays: dict[int, Stray] = {}
    for process in found:
        if process.pid in own or process.supporting:
            continue
        try:
            groups = [path for _, path in groups_of(world.processes.text(process.pid, "cgroup"))]
        except OSError:  # it has just ended
            continue
        belongs, ours = whose(groups, of.units, ids, here)
        if not ours:
            strays[process.pid] = Stray(process, belongs, _started_by(world, process))
    # A worker of a stray is no other stray.
    first = tuple(stray for stray in strays.values() if stray.process.ppid not in strays)
    return StrayReading(first, len(found))


def _is_ours(container: ContainerReading, of: StrayOf) -> bool:
    """By its name, by its service (any of its replicas), or by its project."""
    project, service = (container.labels.get(label, "") for label in COMPOSE)
    names = {ref.name for ref in of.containers}
    return container.name in names or f"{project}/{service}" in names or bool(project and project == of.project)


def _of(world: World, ref: ProcessesRef) -> list[Process]:
    found = matching(world, ref)
    return [] if isinstance(found, Problem) else found


def whose(
    groups: Iterable[str], units: tuple[str, ...], ids: Mapping[str, str], here: Container[str] = ()
) -> tuple[str, bool]:
    """What a process with these control groups belongs to, and whether that is of the stack. Pure.

    `here` are the containers that we are in ourselves: all that we see is in them, so they say nothing. A unit in a
    container of somebody else's is no unit of this box.
    """
    belongs = ""
    for path in groups:
        foreign = ""
        for part in path.split("/"):
            if (match := _CONTAINER.search(part)) and match[1] not in here:
                if match[1] in ids:
                    return f"container {ids[match[1]]}", True
                foreign = f"container {match[1][:12]}"
            elif part in units and not foreign:
                return part, True
            elif _UNIT.fullmatch(part) and not foreign:
                belongs = part
        belongs = foreign or belongs
    return belongs, False


def _own_containers(world: World) -> frozenset[str]:
    try:
        return frozenset(_CONTAINER.findall(world.processes.text(os.getpid(), "cgroup")))
    except OSError:
        return frozenset()


def _started_by(world: World, process: Process) -> str:
    """The nearest above it that says something: a sign-in, a terminal multiplexer, cron; "" where it is on its own."""
    names = list(_above(world, process.ppid))
    telling = next((name for name in names if name not in _SHELLS and name not in ("init", "systemd")), None)
    return telling or (names[0] if names and names[0] in _SHELLS else "")


def _above(world: World, pid: int) -> Iterator[str]:
    for _ in range(_HIGHEST):
        one = world.processes.one(pid) if pid > 1 else None
        if one is None:
            return
        yield one.comm.partition(":")[0]
        pid = one.ppid


def _is_user(user: str) -> bool:
    if user.isdecimal():
        return True
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
