"""The three things that a service can be on a box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class ContainerRef:
    """A container, by its name, or by a compose project and service where the name may change."""

    name: str


@dataclass(frozen=True, slots=True)
class UnitRef:
    """A systemd unit, with its suffix (`zachot-api.service`)."""

    name: str


@dataclass(frozen=True, slots=True)
class ProcessesRef:
    """Plain processes: all whose command line holds `argv` as a substring, of `user` where one is named.

    Workers below them that run the same program belong to them.

    `cwd`, where given, must be the process's working folder or a parent of it.
    """

    argv: str
    user: str | None = None
    cwd: str | None = None


ServiceRef: TypeAlias = ContainerRef | UnitRef | ProcessesRef
