"""Which processes belong to a container or a unit: the members of its control group, v1 or v2."""

from __future__ import annotations

import os  # and not pathlib: a Path for each of hundreds of reads a second costs more than the read
from pathlib import Path
from typing import Final

_V1: Final = ("pids", "name=systemd", "memory", "cpu", "cpuacct", "freezer", "devices", "blkio")
"""Hierarchies of v1 in the order in which they are tried; any of them lists the same processes."""


def groups_of(text: str) -> list[tuple[str, str]]:
    """From `/proc/PID/cgroup`: (folder of the hierarchy below the root, path), the best first.

    The root group is left out: everything is in it. Hierarchy "" is a v2 root itself, "unified" one beside v1.
    """
    v1: dict[str, tuple[str, str]] = {}
    v2 = []
    for line in text.splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if not path.strip("/") or "/../" in f"{path}/":  # above what we may see: we are in a container ourselves
            continue
        if number == "0" and not controllers:
            v2 = [("", path), ("unified", path)]
        for controller in controllers.split(","):
            v1[controller] = (controllers.removeprefix("name="), path)
    return [*v2, *(v1[name] for name in _V1 if name in v1)]


def up_to(path: str, id: str) -> str:
    """`path` cut after the part that holds `id`: what a container divides its own group into still belongs to it."""
    parts = path.split("/")
    for at, part in enumerate(parts):
        if id and id in part:
            return "/".join(parts[: at + 1])
    return path


def folder_of(root: Path, text: str, pid: int, id: str = "") -> str | None:
    """The folder below `root` of the group that `pid` is in by its `/proc/PID/cgroup`; None where it has no own."""
    for hierarchy, path in groups_of(text):
        folder = f"{root}/{hierarchy}{up_to(path, id)}" if hierarchy else f"{root}{up_to(path, id)}"
        if pid in (pids_in(folder) or ()):
            return folder
    return None


def folder_at(root: Path, path: str) -> str | None:
    """The folder below `root` of a group that is known by its path alone, as systemd's are."""
    if not path.strip("/"):
        return None
    folders = (f"{root}{path}", f"{root}/unified{path}", f"{root}/systemd{path}")
    return next((folder for folder in folders if os.access(f"{folder}/cgroup.procs", os.R_OK)), None)


def pids_in(folder: str) -> list[int] | None:
    """The processes of a group and of those below it; None where it is gone."""
    try:
        found = _own(folder)
        below = os.stat(folder).st_nlink != 2  # noqa: PTH116  a folder without folders in it has two links
    except OSError:
        return None
    if below:
        for inner, _, files in os.walk(folder):
            if inner != folder and "cgroup.procs" in files:
                try:
                    found.extend(_own(inner))
                except OSError:  # gone, or a threaded group, whose processes are listed above it
                    continue
    return found


def _own(folder: str) -> list[int]:
    file = os.open(f"{folder}/cgroup.procs", os.O_RDONLY | os.O_CLOEXEC)
    try:
        text = b""
        while chunk := os.read(file, 1 << 16):
            text += chunk
    finally:
        os.close(file)
    return [int(line) for line in text.split() if line != b"0"]  # 0: in a namespace that is not ours
