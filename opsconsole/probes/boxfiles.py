"""The kernel's files about the box as a whole, understood. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_UNREAL: Final = frozenset(
    word
    for line in (
        "proc sysfs devtmpfs devpts tmpfs ramfs cgroup cgroup2 securityfs pstore efivarfs bpf debugfs tracefs configfs",
        "fusectl hugetlbfs mqueue autofs binfmt_misc rpc_pipefs nsfs nfsd selinuxfs none rootfs overlay aufs",
        "squashfs erofs iso9660 udf cramfs romfs fuse.lxcfs fuse.gvfsd-fuse fuse.portal fuse.snapfuse fuse.dumpfs",
        "fuse.overlayfs fuse.fuse-overlayfs",
    )
    for word in line.split()
)
"""File systems made of memory or of other ones, or never written to: full or empty by nature."""

_OF_CONTAINERS: Final = frozenset({"/etc/hosts", "/etc/hostname", "/etc/resolv.conf"})
"""Single files that engines bind into each container: the mount below them is not the container's own."""

_OCTAL: Final = re.compile(r"\\([0-7]{3})")
_UNLIMITED: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class MountPoint:
    """A line of `/proc/self/mountinfo`: `device` as "major:minor", `root` the part of it that is seen at `path`."""

    path: str
    device: str
    root: str
    kind: str


def parse_mountinfo(text: str) -> list[MountPoint]:
    """All mounts, in the order in which they were made (proc_pid_mountinfo(5))."""
    found = []
    for line in text.splitlines():
        before, dash, after = line.partition(" - ")
        fields, kind = before.split(" "), after.split(" ")[0]
        if dash and len(fields) >= 6:
            found.append(MountPoint(_plain_path(fields[4]), fields[2], _plain_path(fields[3]), kind))
    return found


def worth_watching(mounts: list[MountPoint]) -> list[MountPoint]:
    """One mount for each real file system, by path: `/` in any case, elsewhere the one that shows the whole of it."""
    visible = {mount.path: mount for mount in mounts}  # of several at one place the last hides the others
    best: dict[str, MountPoint] = {}
    for mount in visible.values():
        is_root = mount.path == "/"
        if not is_root and (mount.kind in _UNREAL or mount.path in _OF_CONTAINERS):
            continue
        if is_root and mount.kind in ("tmpfs", "rootfs", "squashfs"):
            continue
        known = best.get(mount.device)
        if known is None or _rank(mount) < _rank(known):
            best[mount.device] = mount
    return sorted(best.values(), key=lambda mount: mount.path)


def _rank(mount: MountPoint) -> tuple[bool, bool, int, str]:
    return mount.path != "/", mount.root != "/", len(mount.path), mount.path


def _plain_path(text: str) -> str:
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), text)


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of memory and swap."""

    total: int
    available: int
    swap_total: int
    swap_used: int


def parse_meminfo(text: str) -> Memory:
    """From `/proc/meminfo`. Kernels before 3.14 do not estimate what is available: then free and caches."""
    said: dict[str, int] = {}
    for line in text.splitlines():
        name, _, value = line.partition(":")
        words = value.split()
        if words and words[0].isdecimal():
            said[name] = int(words[0]) * 1024
    caches = sum(said.get(name, 0) for name in ("MemFree", "Buffers", "Cached"))
    swap = said.get("SwapTotal", 0)
    return Memory(
        said.get("MemTotal", 0), said.get("MemAvailable", caches), swap, max(0, swap - said.get("SwapFree", 0))
    )


def parse_loadavg(text: str) -> tuple[float, float]:
    """Load over one and over five minutes, from `/proc/loadavg`. ValueError where it is not there."""
    one, five = text.split()[:2]
    return float(one), float(five)


def parse_pressure(text: str) -> float | None:
    """Per cent of the last ten seconds in which some task stalled, from a file of `/proc/pressure`."""
    for line in text.splitlines():
        if line.startswith("some "):
            pairs = dict(pair.partition("=")[::2] for pair in line.split()[1:])
            try:
                return float(pairs["avg10"])
            except (KeyError, ValueError):
                return None
    return None


def parse_file_nr(text: str) -> tuple[int, int | None] | None:
    """Open files and the most there may be, from `/proc/sys/fs/file-nr`; newer kernels set no limit worth the name."""
    words = text.split()
    if len(words) != 3 or not all(word.isdecimal() for word in words):
        return None
    allocated, free, most = map(int, words)
    return allocated - free, most if most < _UNLIMITED else None


def parse_stat(text: str) -> tuple[int, float | None]:
    """How many cpus are on, and when the box was booted (epoch seconds), from `/proc/stat`."""
    cpus = len(re.findall(r"^cpu\d+ ", text, re.MULTILINE))
    booted = re.search(r"^btime (\d+)$", text, re.MULTILINE)
    return max(1, cpus), float(booted[1]) if booted else None
