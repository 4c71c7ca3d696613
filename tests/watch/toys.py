"""Probes that do as they are told: answer, raise, hang, or hang for good."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Sequence
from types import ModuleType

import pytest

from opsconsole import probes
from opsconsole.model.sample import Sample, Target
from opsconsole.model.verdict import Level
from opsconsole.probes.base import World


class Toy:
    """A probe of one kind. `behave` is called in each read and may raise, or return something to await."""

    def __init__(self) -> None:
        self.reads: list[tuple[Target, ...]] = []
        self.times: list[float] = []
        self.closed = 0
        self.behave: Callable[[Sequence[Target]], object] = lambda targets: Level.OK

    async def read(self, targets: Sequence[Target], timeout: float) -> list[Sample]:
        self.reads.append(tuple(targets))
        self.times.append(time.monotonic())
        value = self.behave(targets)
        if asyncio.iscoroutine(value):
            value = await value
        if isinstance(value, list):
            return value
        return [Sample(target, time.time(), value) for target in targets]

    async def close(self) -> None:
        self.closed += 1


class Toys:
    """Registers a toy for each kind that a test asks for."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self._toys: dict[str, Toy] = {}

    def __getitem__(self, kind: str) -> Toy:
        if kind not in self._toys:
            toy = self._toys[kind] = Toy()
            module = ModuleType(f"tests.watch.toy_{kind}")
            module.open_probe = lambda world: toy  # type: ignore[attr-defined]
            self._patch.setitem(sys.modules, module.__name__, module)
            self._patch.setitem(probes.MODULES, kind, module.__name__)
        return self._toys[kind]


class ToyEngine:
    """The engine's side that the collector listens to."""

    def __init__(self) -> None:
        self.callbacks: list[Callable[[str], None]] = []
        self.following = 0

    def on_change(self, callback: Callable[[str], None]) -> Callable[[], None]:
        self.callbacks.append(callback)
        return lambda: self.callbacks.remove(callback)

    async def follow(self) -> None:
        self.following += 1
        await asyncio.Event().wait()

    async def close(self) -> None: ...

    def event(self, name: str = "web") -> None:
        for callback in self.callbacks:
            callback(name)


@pytest.fixture
def toys(monkeypatch: pytest.MonkeyPatch) -> Toys:
    return Toys(monkeypatch)


@pytest.fixture
def world() -> World:
    made = World()
    made._engine = ToyEngine()  # type: ignore[assignment]
    return made
