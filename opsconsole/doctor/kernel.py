"""What the kernel shows of processes and of their memory: `/proc` and the control groups."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from opsconsole.doctor.found import Found, State, with_login
from opsconsole.probes.base import World

_GROUP: Final = re.compile(r"\bgid=(\d+)")
_KERNEL: Final = "sudo sed -i 's/^GRUB_CMDLINE_LINUX=\"/&cgroup_enable=memory /' /etc/default/grub && sudo update-grub"


def proc(world: World, user: str) -> Found:
    """Whether the processes of this machine are seen, also those of others."""
    root = world.proc
    try:
        seen = sum(entry.name.isdecimal() for entry in root.iterdir())
    except PermissionError:
        return Found("/proc", State.DENIED, f"{root} may not be read by {user}")
    except OSError:
        seen = 0
    if not seen:
        return Found("/proc", State.MISSING, f"{root} is not mounted", f"sudo mount -t proc proc {root}")
    if world.processes.hidden:
        what = "the processes of other users are hidden (hidepid), so that nobody knows whether they run"
        mend = _unhide(root, user)
        return Found("/proc", State.DENIED, with_login(what, mend), mend)
    if os.geteuid() == 0:
        return Found("/proc", State.GOOD, f"{seen} processes are seen, all of each")
    what = f"{seen} processes are seen; environments and folders of others' only by root"
    return Found("/proc", State.GOOD, what)


def _unhide(root: Path, user: str) -> str:
    """By the group that `/proc` spares, where it spares one; nothing weaker than what the box's people chose."""
    try:
        mounts = (root / "self" / "mounts").read_text()
    except OSError:
        mounts = ""
    mounted = [line for line in mounts.splitlines() if line.split(" ")[1:3] == [str(root), "proc"]]
    found = _GROUP.search(mounted[-1]) if mounted else None
    if found is None:
        return "sudo opsconsole"
    import grp

    number = int(found[1])
    try:
        name = grp.getgrgid(number).gr_name
    except KeyError:
        return "sudo opsconsole"
    return f"sudo usermod -aG {name} {user}"


def cgroups(world: World) -> Found:
    """Whether the kernel counts the memory of containers and units, and where."""
    root, name = world.cgroup, "cgroups"
    try:
        entries = {entry.name for entry in root.iterdir()}
        if "cgroup.controllers" in entries:
            counted = "memory" in (root / "cgroup.controllers").read_text().split()
            version = "v2"
        else:
            counted = "memory" in entries and any((root / "memory").iterdir())
            version = "v1" if "memory" in entries or "cpu" in entries else ""
    except PermissionError as fault:
        return Found(name, State.DENIED, f"{fault.filename or root} may not be read")
    except OSError:
        version, counted = "", False
    if counted:
        return Found(name, State.GOOD, f"{version}; memory of containers and units is counted")
    if not version:
        what = f"no control groups at {root}: memory is known of plain processes only"
        return Found(name, State.LESS, what, f"sudo mount -t cgroup2 none {root}")
    what = f"{version}, but the kernel does not count memory there (n/a for containers); reboot after this"
    return Found(name, State.LESS, what, _KERNEL)
