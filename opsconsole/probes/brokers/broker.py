"""One broker: found, connected to, asked, and found again when it has moved."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Final, TypeVar

from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.service import ContainerRef
from opsconsole.model.units import duration
from opsconsole.probes.brokers.address import Address
from opsconsole.probes.brokers.exchange import (
    Command,
    Link,
    NothingThereError,
    Plan,
    Refusal,
    RefusedError,
    Reply,
    UnreachedError,
    WrongTypeError,
)
from opsconsole.probes.brokers.secret import SecretError, resolve
from opsconsole.probes.brokers.words import refused, wrong_type

if TYPE_CHECKING:
    from opsconsole.model.readings import ContainerReading
    from opsconsole.probes.base import World
    from opsconsole.probes.brokers.sentinel import Sentinels

T = TypeVar("T")

_KNOCK: Final = 1.0
"""Most seconds that a container's address gets to take a connection, before redis-cli is tried inside."""

_KNOCK_AGAIN: Final = 60.0
"""Seconds after which the address is tried again: it may have been the server that was not up yet."""


class Broker:
    """A broker and the one connection to it. `password` is a reference, and wins over one in the URL."""

    def __init__(
        self, world: World, address: Address, password: str | None = None, environ: Mapping[str, str] = os.environ
    ) -> None:
        self._world = world
        self._address = address
        self._reference = password
        self._environ = environ
        self._link: Link | None = None
        self._place: object = None
        self._inside_until = 0.0
        self._met = False
        self._sentinels: Sentinels | None = None
        self._busy = asyncio.Lock()

    async def carry_out(self, plan: Plan[T], timeout: float, kind: str = "Redis") -> tuple[T, float] | Problem:
        """What `plan` returns and how many seconds its first round trip took, or why there is no answer.

        `kind` is what people call the queues, for the words about a key of a wrong type.
        """
        shown = self._address.shown
        try:
            async with asyncio.timeout(timeout):
                async with self._busy:
                    return await self._carry_out(plan, timeout, kind)
        except TimeoutError:
            doubt = "; does that port speak TLS?" if self._address.tls and not self._met else ""
            return Problem(ProblemKind.TIMEOUT, f"{shown} did not answer within {duration(timeout)}{doubt}")
        except UnreachedError as fault:
            return fault.problem
        except SecretError as fault:
            return fault.problem
        except RefusedError as fault:
            return refused(fault.refusal.text, shown)
        except NothingThereError as fault:
            return fault.problem(shown)

    async def close(self) -> None:
        """Let go of the connections. May be called twice."""
        await self._drop()
        if self._sentinels is not None:
            await self._sentinels.close()

    async def _carry_out(self, plan: Plan[T], timeout: float, kind: str) -> tuple[T, float] | Problem:
        await self._find(timeout)
        ping = None
        try:
            commands = next(plan)
            while True:
                replies, took = await self._ask(commands, timeout)
                ping = took if ping is None else ping
                commands = plan.send(replies)
        except StopIteration as end:
            return end.value, ping or 0.0
        except WrongTypeError as fault:
            (holds,), _ = await self._ask([("TYPE", fault.key)], timeout)
            told = holds.decode(errors="replace") if isinstance(holds, bytes) else ""
            return wrong_type(fault.key, told, self._address.shown, kind)

    async def _ask(self, commands: Sequence[Command], timeout: float) -> tuple[list[Reply], float]:
        """All commands only read, so a batch that met a connection gone stale may simply be sent again."""
        used, self._link = self._link, None
        if used is not None:
            try:
                began = perf_counter()
                replies = await used.ask(commands)
                self._link = used
                return replies, perf_counter() - began
            except UnreachedError as fault:
                if not fault.on_the_way:
                    raise
        link = await self._connect(timeout)
        self._met = True
        began = perf_counter()
        replies = await link.ask(commands)
        self._link = link
        return replies, perf_counter() - began

    async def _drop(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    # --- where it is ---------------------------------------------------------------------------------------

    async def _find(self, timeout: float) -> None:
        """Look up a broker that moves, and forget the connection when it has moved."""
        if self._address.way == "container":
            place: object = await self._container(timeout)
        elif self._address.way == "sentinel":
            from opsconsole.probes.brokers.sentinel import Sentinels

            self._sentinels = self._sentinels or Sentinels(self._address)
            place = await self._sentinels.master(self._password, timeout)
        else:
            return
        if place != self._place or 0 < self._inside_until < monotonic():
            await self._drop()
            self._place, self._inside_until = place, 0.0

    async def _connect(self, timeout: float) -> Link:
        from opsconsole.probes.brokers.socket import connect

        address, password = self._address, self._password()
        if address.way == "container":
            return await self._into_container(password, timeout)
        host, port, shown = address.host, address.port, address.shown
        if address.way == "sentinel":
            assert isinstance(self._place, tuple)
            host, port = self._place
            shown = f"{host}:{port}, the master of {address.service!r} by {address.shown},"
        return await connect(address, host, port, password, shown)

    def _password(self) -> str | None:
        if self._reference is None:
            return self._address.password
        return resolve(self._reference, self._environ)

    async def _container(self, timeout: float) -> tuple[str, float | None, tuple[str, ...], str]:
        seen = await self._world.engine.find(ContainerRef(self._address.host), timeout)
        if isinstance(seen, Problem):
            raise UnreachedError(seen)
        if seen.state != "running":
            reason = f"{self._address.shown}: the container {seen.name} is {seen.state}; start it"
            raise UnreachedError(Problem(ProblemKind.GONE, reason))
        return _identity(seen)

    async def _into_container(self, password: str | None, timeout: float) -> Link:
        """By its own address where that works, else by redis-cli inside it, for as long as that works."""
        from opsconsole.probes.brokers.inside import InsideLink
        from opsconsole.probes.brokers.socket import connect

        assert isinstance(self._place, tuple)
        _, _, addresses, name = self._place
        if addresses and self._world.engine.local:
            try:
                within = min(_KNOCK, timeout / 3)
                host = addresses[0]
                return await connect(self._address, host, self._address.port, password, self._address.shown, within)
            except UnreachedError as fault:
                if not fault.on_the_way:
                    raise
        self._inside_until = monotonic() + _KNOCK_AGAIN
        return InsideLink(self._world.engine, name, self._address, password, timeout)


def ping() -> Plan[None]:
    """The plan of somebody who only wants to know whether it answers."""
    (reply,) = yield [("PING",)]
    if isinstance(reply, Refusal):
        raise RefusedError(reply)


def _identity(seen: ContainerReading) -> tuple[str, float | None, tuple[str, ...], str]:
    """What changes when a container is started again or made anew: then nothing known of its address holds."""
    return seen.id, seen.started_at, seen.addresses, seen.name
