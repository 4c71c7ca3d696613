"""A holder that is to outlive its user's sign-out, where the box kills what a user leaves running.

Where logind has `KillUserProcesses=yes`, all processes of a session die with it, detached or not. There the holder is
started in a scope of its own, which `systemd-run` makes: one of the system for root, else one of the user's own
systemd, which itself stays only for a user who lingers.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_ASKED_WITHIN: Final = 3.0
"""Seconds that logind may take to say how it is set."""
_SESSION: Final = re.compile(r"/session-[^/]+\.scope(?:/|$)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Scope:
    """`prefix` goes before the holder's command; `warning` says in one line what may still end it."""

    prefix: tuple[str, ...] = ()
    warning: str = ""


WITHOUT: Final = "what runs ends when you sign out (KillUserProcesses=yes), since no scope of its own can be had"


def scope_needed(cgroups: str, logind: Mapping[str, str], user: str, *, root: bool, lingers: bool) -> Scope:
    """What a process in these control groups needs, where logind is set so. Pure."""
    if not _SESSION.search(cgroups) or logind.get("KillUserProcesses") != "yes":
        return Scope()
    only, excluded = (logind.get(name, "").split() for name in ("KillOnlyUsers", "KillExcludeUsers"))
    if user in excluded or (only and user not in only):
        return Scope()
    own = ("systemd-run", *(() if root else ("--user",)), "--scope", "--quiet", "--collect", "--")
    if root or lingers:
        return Scope(own)
    return Scope(own, "what runs may end when you sign out; to keep it: loginctl enable-linger")


def scope_here() -> Scope:
    """What a holder that is started now needs."""
    try:
        cgroups = Path("/proc/self/cgroup").read_text()
    except OSError:
        return Scope()
    if not _SESSION.search(cgroups):  # most are asked no further
        return Scope()
    names = ("KillUserProcesses", "KillOnlyUsers", "KillExcludeUsers")
    logind = _properties("show-session", *(f"--property={name}" for name in names))
    if logind.get("KillUserProcesses") != "yes":
        return Scope()
    import pwd

    try:
        user = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        user = str(os.geteuid())
    lingers = _properties("show-user", user, "--property=Linger").get("Linger") == "yes"
    return scope_needed(cgroups, logind, user, root=os.geteuid() == 0, lingers=lingers)


def _properties(*words: str) -> dict[str, str]:
    """What `loginctl` says, by name; empty where it says nothing."""
    try:
        command = ["loginctl", *words]
        said = subprocess.run(
            command, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_ASKED_WITHIN
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return {}
    return dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
