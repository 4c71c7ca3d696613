"""What is remembered of the containers between two looks. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from opsconsole.model.readings import ContainerReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.service import ContainerRef

OOM_COUNTS: Final = 600.0
"""Seconds for which an OOM event counts although the engine forgot it: it does so at the next start."""

PROJECT: Final = "com.docker.compose.project"
SERVICE: Final = "com.docker.compose.service"
NUMBER: Final = "com.docker.compose.container-number"
ONE_OFF: Final = "com.docker.compose.oneoff"


class Remembered:
    """The containers as they were last described, by id, with the OOM events that were heard of them."""

    def __init__(self) -> None:
        self._described: dict[str, ContainerReading] = {}
        self._ooms: dict[str, float] = {}
        self._by_name: Mapping[str, ContainerReading] = MappingProxyType({})

    @property
    def by_name(self) -> Mapping[str, ContainerReading]:
        """All containers by name; a new mapping after each change."""
        return self._by_name

    def name(self, id: str) -> str | None:
        """What the container with this id is called."""
        known = self._described.get(id)
        return known.name if known else None

    def replace_all(self, described: Iterable[ContainerReading], now: float) -> set[str]:
        """The engine's whole list. Returns the names of those that changed, came or went."""
        self._described = {reading.id: reading for reading in described}
        self._ooms = {id: at for id, at in self._ooms.items() if id in self._described}
        return self._changed(now)

    def update(self, described: Mapping[str, ContainerReading | None], now: float) -> set[str]:
        """Some containers described anew, None for those that are gone. Returns the names that changed."""
        for id, reading in described.items():
            if reading is None:
                self._described.pop(id, None)
                self._ooms.pop(id, None)
            else:
                self._described[id] = reading
        return self._changed(now)

    def oom(self, id: str, at: float) -> None:
        """An OOM event of a container was heard, at epoch seconds."""
        self._ooms[id] = at

    def forget_old_ooms(self, now: float) -> None:
        """Let OOM events end that no longer count at `now` (epoch seconds)."""
        if any(now - at > OOM_COUNTS and self._unmarked(id, now) for id, at in self._ooms.items()):
            self._changed(now)

    def _unmarked(self, id: str, now: float) -> bool:
        shown = self._by_name.get(self.name(id) or "")
        return shown is not None and shown != self._marked(self._described[id], now)

    def _marked(self, reading: ContainerReading, now: float) -> ContainerReading:
        at = self._ooms.get(reading.id)
        if at is None:
            return reading
        counts = now - at <= OOM_COUNTS or (reading.started_at is not None and reading.started_at <= at)
        return replace(reading, oom_killed=reading.oom_killed or counts, oom_at=at)

    def _changed(self, now: float) -> set[str]:
        """Make the mapping anew, shared networks resolved, and tell which names differ from before."""
        before = self._by_name
        after = {reading.name: self._marked(reading, now) for reading in self._described.values()}
        names = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        if names:
            self._by_name = MappingProxyType(after)
        return names


def pick(containers: Mapping[str, ContainerReading], ref: ContainerRef) -> ContainerReading | Problem:
    """The container meant by `ref`: the one with that name, else the one of that "project/service" of compose.

    Of several replicas the first that runs. GONE where there is none.
    """
    if found := containers.get(ref.name):
        return found
    project, slash, service = ref.name.partition("/")
    if slash:
        replicas = [
            reading
            for reading in containers.values()
            if (reading.labels.get(PROJECT), reading.labels.get(SERVICE)) == (project, service)
            and reading.labels.get(ONE_OFF, "False").lower() != "true"
        ]
        if replicas:
            return min(replicas, key=_rank)
        return Problem(ProblemKind.GONE, f"no container of service {service} in project {project}; is the project up?")
    return Problem(ProblemKind.GONE, f"no container called {ref.name}; is the project up?")


def _rank(reading: ContainerReading) -> tuple[bool, int, str]:
    number = reading.labels.get(NUMBER, "")
    return reading.state != "running", int(number) if number.isdecimal() else 0, reading.name
