"""Memory as the kernel counts it for a control group, v1 and v2.

The figures are those of `docker stats` (docker/cli stats_helpers.go): v1 usage less `total_inactive_file`, v2
current less `inactive_file`; raw usage where that would not be less.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from opsconsole.model.readings import MemoryReading
from opsconsole.probes.members import up_to

INACTIVE_V1: Final = re.compile(rb"^total_inactive_file (\d+)$", re.MULTILINE)
INACTIVE_V2: Final = re.compile(rb"^inactive_file (\d+)$", re.MULTILINE)
TOTAL: Final = re.compile(r"^MemTotal:\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class MemoryFiles:
    """The three files that tell the memory of one group. Plain strings: they are opened once a second each."""

    usage: str
    stat: str
    limit: str
    version: Literal[1, 2]


@dataclass(frozen=True, slots=True)
class Membership:
    """The groups of a process, from `/proc/PID/cgroup`: in the v1 memory hierarchy and in the v2 one, if any."""

    memory: str | None
    unified: str | None

    def up_to(self, id: str) -> Membership:
        """The group of the container `id`, where its processes are in groups that it made below its own."""
        return Membership(*(up_to(path, id) if path is not None else None for path in (self.memory, self.unified)))


def membership(text: str) -> Membership:
    """Parse `/proc/PID/cgroup`: lines of `number:controllers:path`, the v2 one with number 0 and no controllers."""
    memory = unified = None
    for line in text.splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if "memory" in controllers.split(","):
            memory = path
        elif number == "0" and not controllers:
            unified = path
    return Membership(memory, unified)


def files_of(member: Membership, root: Path) -> MemoryFiles | None:
    """Where below `root` (/sys/fs/cgroup) the memory of that group is told; None without a memory controller.

    With both hierarchies mounted the memory controller is in the one that names it.
    """
    if member.memory is not None:
        return _v1(root, member.memory)
    if member.unified is not None:
        return _v2(root, member.unified)
    return None


def files_at(path: str, root: Path) -> MemoryFiles:
    """The same for a group that is known by its path alone, as systemd's are."""
    return _v2(root, path) if (root / "cgroup.controllers").exists() else _v1(root, path)


def _v1(root: Path, path: str) -> MemoryFiles:
    folder = f"{root}/memory{path.rstrip('/')}"
    return MemoryFiles(f"{folder}/memory.usage_in_bytes", f"{folder}/memory.stat", f"{folder}/memory.limit_in_bytes", 1)


def _v2(root: Path, path: str) -> MemoryFiles:
    folder = f"{root}{path.rstrip('/')}"
    return MemoryFiles(f"{folder}/memory.current", f"{folder}/memory.stat", f"{folder}/memory.max", 2)


def read_memory(files: MemoryFiles, host_total: int) -> MemoryReading:
    """The working memory of a group and its limit, in bytes. OSError where the group is gone or counts no memory."""
    return reading(_read(files.usage), _read(files.stat), _read(files.limit), files.version, host_total)


def reading(usage: bytes, stat: bytes, limit: bytes, version: Literal[1, 2], host_total: int) -> MemoryReading:
    """The figures from what the three files hold. Pure.

    A limit that is not below the memory of the host (`host_total`, 0 where unknown) limits nothing: v1 writes a
    number near 2^63 where none is set, v2 the word `max`.
    """
    used = int(usage)
    found = (INACTIVE_V1 if version == 1 else INACTIVE_V2).search(stat)
    inactive = int(found[1]) if found else 0
    most = None if limit.strip() == b"max" else int(limit)
    if most is not None and most >= (host_total or 1 << 60):
        most = None
    return MemoryReading(used - inactive if inactive < used else used, most)


def host_total(proc: Path) -> int:
    """The memory of this machine in bytes, from `/proc/meminfo`; 0 where that cannot be read."""
    try:
        found = TOTAL.search((proc / "meminfo").read_text())
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


def _read(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123  a Path for each of hundreds of reads costs more than the read
        return file.read()
