"""Queues behind Redis: how many wait, since when, what is in flight, and who works."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from time import monotonic, perf_counter

from opsconsole.model.readings import BrokerReading
from opsconsole.model.sample import Problem, ProblemKind, Sample, Target
from opsconsole.model.targets import QueueKind, QueueOf
from opsconsole.probes.base import World
from opsconsole.probes.brokers import Kind, open_kind
from opsconsole.probes.brokers.address import parse
from opsconsole.probes.brokers.broker import Broker
from opsconsole.probes.brokers.finding import Finder, all_empty


class QueueProbe:
    """Targets of kind `queue`, each with a `QueueOf`. Those behind one broker share its connection.

    Ages of queues that store no time are remembered between looks by `monotonic` seconds, which nobody sets back.
    """

    def __init__(
        self,
        world: World,
        monotonic: Callable[[], float] = monotonic,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._world = world
        self._monotonic = monotonic
        self._environ = environ
        self._brokers: dict[tuple[str, str | None], Broker] = {}
        self._kinds: dict[QueueOf, Kind] = {}
        self._found: dict[QueueOf, QueueKind] = {}
        self._finders: dict[QueueOf, Finder] = {}

    async def read(self, targets: Sequence[Target], timeout: float) -> list[Sample]:
        """A `BrokerReading` each, all brokers at once."""
        return await asyncio.gather(*(self._read(target, timeout) for target in targets))

    async def close(self) -> None:
        """Let go of the brokers. May be called twice."""
        brokers, self._brokers = list(self._brokers.values()), {}
        for broker in brokers:
            await broker.close()

    async def _read(self, target: Target, timeout: float) -> Sample:
        at, began = self._world.clock(), perf_counter()
        of = target.of
        assert isinstance(of, QueueOf)
        seen = await self._look(of, at, timeout)
        took = perf_counter() - began
        if isinstance(seen, Problem):
            return Sample(target, at, problem=seen, took=took)
        return Sample(target, at, seen, took=took)

    async def _look(self, of: QueueOf, now: float, timeout: float) -> BrokerReading | Problem:
        try:
            broker = self._broker(of)
        except ValueError as fault:
            return Problem(ProblemKind.UNREADABLE, str(fault))
        began = perf_counter()
        kind = of.kind or self._found.get(of)
        if kind is None:
            found = await broker.carry_out(self._finder(of).plan(), timeout)
            if isinstance(found, Problem):
                return found
            kind, ping = found
            if kind is None:
                return replace(all_empty(of), ping=ping)
        left = max(0.0, timeout - (perf_counter() - began))
        answer = await broker.carry_out(self._reader(of, kind).plan(now), left, kind)
        if isinstance(answer, Problem):
            if answer.kind is ProblemKind.UNREADABLE:
                self._forget(of)
            return answer
        reading, ping = answer
        return replace(reading, ping=ping)

    def _broker(self, of: QueueOf) -> Broker:
        key = (of.broker, of.password)
        if key not in self._brokers:
            self._brokers[key] = Broker(self._world, parse(of.broker), of.password, self._environ)
        return self._brokers[key]

    def _finder(self, of: QueueOf) -> Finder:
        return self._finders.setdefault(of, Finder(of))

    def _reader(self, of: QueueOf, kind: QueueKind) -> Kind:
        """What remembers, look after look; kept apart from others that read the same broker."""
        if of not in self._kinds:
            self._kinds[of] = open_kind(kind, of, self._monotonic)
            self._found[of] = kind
            self._finders.pop(of, None)
        return self._kinds[of]

    def _forget(self, of: QueueOf) -> None:
        """The keys are not what was expected: a kind that was found out may have been a wrong guess."""
        if of.kind is None:
            self._found.pop(of, None)
            self._kinds.pop(of, None)


def open_probe(world: World) -> QueueProbe:
    """See `opsconsole.probes.open_probe`."""
    return QueueProbe(world)
