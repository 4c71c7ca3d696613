"""As whom the first process of a container runs, by the kernel's word and not by the image's."""

from __future__ import annotations

import re
from typing import Final

from opsconsole.model.runtime import UserReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.service import ContainerRef
from opsconsole.model.text import one_line
from opsconsole.probes.base import World
from opsconsole.probes.each import Each
from opsconsole.probes.first import first_process

_IDS: Final = re.compile(r"^(Uid|Gid):\s+\d+\s+(\d+)", re.MULTILINE)  # real, effective: the second decides


def open_probe(world: World) -> Each:
    """Targets of kind `container-user`, each with a `ContainerRef`."""

    async def look(ref: ContainerRef, timeout: float) -> UserReading | Problem:
        found = await first_process(world, ref, timeout)
        if isinstance(found, Problem):
            return found
        container, pid = found
        try:
            return _reading(world, pid)
        except PermissionError:
            return Problem(ProblemKind.DENIED, f"may not see as whom process {pid} of {container.name} runs")
        except OSError:
            return Problem(ProblemKind.GONE, f"container {container.name} has just ended")

    return Each(world, look, late=ProblemKind.UNREADABLE)


def _reading(world: World, pid: int) -> UserReading:
    text = world.processes.text
    ids = {name: int(number) for name, number in _IDS.findall(text(pid, "status"))}
    uid, gid = ids["Uid"], ids["Gid"]
    inside = as_inside(uid, text(pid, "uid_map")), as_inside(gid, text(pid, "gid_map"))
    return UserReading(pid, *inside, uid, one_line(text(pid, "comm"), 40))


def as_inside(outside: int, map: str) -> int:
    """A number of the box as the container counts, by lines of "inside outside how-many" (user_namespaces(7)). Pure."""
    for line in map.splitlines():
        first, begins, count = (int(word) for word in line.split())
        if begins <= outside < begins + count:
            return first + outside - begins
    return outside
