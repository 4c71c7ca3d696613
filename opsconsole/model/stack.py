"""What is watched on one box."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from opsconsole.model.check import Check
from opsconsole.model.sample import Target
from opsconsole.model.service import ServiceRef

if TYPE_CHECKING:
    from opsconsole.model.alerts import AlertSettings
    from opsconsole.model.matrix import Failure, Invariant


@dataclass(frozen=True, slots=True)
class Service:
    """One thing that should run. `runbooks` maps what can be wrong with it to the runbook that treats it."""

    name: str
    ref: ServiceRef
    runbooks: dict[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A command that the stack refuses: one that holds all `words`, unless it holds all of `unless`."""

    words: tuple[str, ...]
    because: str
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineRef:
    """The container engine: `host` as in DOCKER_HOST (None: the usual), `project` limits to one compose project."""

    host: str | None = None
    project: str | None = None


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack, loaded from its file or made by discovery (`file` is None then).

    `watched` are all targets to read, whether a check judges them or not; every check's target is among them.
    `home` is where steps run. `matrix` is the failure matrix. `alerts` is None where the file has none.
    `telling` are patterns of files that tell of a change of how it runs, besides those that its checks name.
    """

    name: str
    home: Path
    file: Path | None = None
    engine: EngineRef = EngineRef()
    services: tuple[Service, ...] = ()
    watched: tuple[Target, ...] = ()
    checks: tuple[Check, ...] = ()
    forbidden: tuple[Forbidden, ...] = ()
    contacts: dict[str, str] = field(default_factory=dict, hash=False)
    state_folder: Path | None = None
    invariants: tuple[Invariant, ...] = ()
    matrix: tuple[Failure, ...] = ()
    alerts: AlertSettings | None = None
    telling: tuple[str, ...] = ()

    def service(self, name: str) -> Service | None:
        """The service called `name`."""
        return next((service for service in self.services if service.name == name), None)

    @property
    def runbook_folder(self) -> Path | None:
        """Where this stack's runbooks lie: beside its file."""
        return self.file.parent if self.file else None
