"""Everything that a snapshot holds about one service, endpoint or queue, whatever it is called there. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from opsconsole.model.check import Finding, Standing
from opsconsole.model.readings import ContainerReading, ProcessReading, UnitReading
from opsconsole.model.sample import Sample, Target
from opsconsole.model.service import ContainerRef, ProcessesRef, ServiceRef, UnitRef
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.verdict import Level
from opsconsole.tui.presentation.standing import expected, level

OF_SERVICE: Final = ("memory", "process", "container", "unit", "health", "env", "replicas", "container-user", "clock")
"""Kinds of target that bear the name of the service that they are about."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that is looked at closely: its name, where it runs (None for a mere endpoint), and all about it."""

    name: str
    ref: ServiceRef | None
    targets: tuple[Target, ...]
    standings: tuple[Standing, ...]
    snapshot: Snapshot

    @classmethod
    def of(cls, snapshot: Snapshot, name: str) -> Subject:
        """What is called `name` in panes of services and endpoints, with all that is about the same thing."""
        named = [one for one in snapshot.stack.watched if one.name == name and one.kind in OF_SERVICE]
        service = snapshot.stack.service(name)
        ref = service.ref if service is not None else next((found for one in named if (found := _ref(one))), None)
        same = [one for one in snapshot.stack.watched if ref is not None and _ref(one) == ref and one not in named]
        return cls._with(snapshot, name, ref, (*named, *same))

    @classmethod
    def of_target(cls, snapshot: Snapshot, target: Target) -> Subject:
        """One target, as that of a broker."""
        return cls._with(snapshot, target.name, None, (target,))

    @classmethod
    def _with(cls, snapshot: Snapshot, name: str, ref: ServiceRef | None, targets: tuple[Target, ...]) -> Subject:
        about = frozenset(targets)
        standings = tuple(one for one in snapshot.standings.values() if one.check.target in about)
        return cls(name, ref, targets, standings, snapshot)

    def target(self, kind: str) -> Target | None:
        """The first target of a kind."""
        return next((one for one in self.targets if one.kind == kind), None)

    def sample(self, kind: str) -> Sample | None:
        """The newest sample of the first target of a kind."""
        target = self.target(kind)
        return self.snapshot.latest.get(target) if target is not None else None

    def value(self, kind: str) -> Any:
        """The newest reading of a kind, None where there is none now."""
        sample = self.sample(kind)
        return sample.value if sample is not None else None

    def expects(self, kind: str, field: str) -> Any:
        """What its check of `kind` expects in `field`."""
        return expected(self.standings, kind, field)

    @property
    def level(self) -> Level:
        """The worst level that counts; UNKNOWN where the stack has no such thing any more."""
        if not self.targets:
            return Level.UNKNOWN
        return level(self.standings, self.snapshot.latest.get(self.targets[0]))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with it, the worst first."""
        about = frozenset(self.targets)
        return tuple(one for one in self.snapshot.findings if self.snapshot.standings[one.check].check.target in about)

    @property
    def life(self) -> object:
        """What changes when it begins a new life: what is read on demand has to be read again then."""
        box, unit, process = (self.value(kind) for kind in ("container", "unit", "process"))
        return (
            (box.id, box.started_at, box.state) if isinstance(box, ContainerReading) else None,
            (unit.started_at, unit.active_state, unit.restarts) if isinstance(unit, UnitReading) else None,
            process.main.pid if isinstance(process, ProcessReading) else None,
        )


def _ref(target: Target) -> ServiceRef | None:
    """The service that a target is about, itself or by what it names."""
    for one in (target.of, getattr(target.of, "ref", None), getattr(target.of, "container", None)):
        if isinstance(one, ContainerRef | UnitRef | ProcessesRef):
            return one
    return None
