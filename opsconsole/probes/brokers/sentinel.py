"""Where the master of a service is just now, as the sentinels know it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.probes.brokers.address import Address
from opsconsole.probes.brokers.exchange import Command, Link, Refusal, Reply, UnreachedError
from opsconsole.probes.brokers.words import refused

Place = tuple[str, int]

_SHARE: Final = 3
"""A sentinel that takes no connection may cost a third of a look: the next one, and the master, need the rest."""


class Sentinels:
    """The sentinels of one address. They are asked at every look: after a failover the old master may still answer."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._links: dict[Place, Link] = {}

    async def master(self, password: Callable[[], str | None], timeout: float) -> Place:
        """The master's host and port, by the first sentinel that knows it. UnreachedError where none does.

        `password` is tried on a sentinel that wants one.
        """
        service = self._address.service
        problem = Problem(ProblemKind.NO_TOOL, f"{self._address.shown} names no sentinel")
        for place in self._address.sentinels:
            shown = f"the sentinel {place[0]}:{place[1]}"
            try:
                reply = await self._ask(place, shown, password, timeout / _SHARE)
            except UnreachedError as fault:
                problem = fault.problem
                continue
            if isinstance(reply, Refusal):
                problem = refused(reply.text, shown)
            elif reply is None:
                problem = Problem(ProblemKind.GONE, f"{shown} knows no service {service!r}")
            elif isinstance(reply, list) and len(reply) == 2:
                host, port = (item.decode(errors="replace") if isinstance(item, bytes) else "" for item in reply)
                return host, int(port)
        raise UnreachedError(problem)

    async def close(self) -> None:
        """Let go of the connections. May be called twice."""
        for link in self._links.values():
            await link.close()
        self._links.clear()

    async def _ask(self, place: Place, shown: str, password: Callable[[], str | None], within: float) -> Reply:
        from opsconsole.probes.brokers.socket import connect

        command: Command = ("SENTINEL", "get-master-addr-by-name", self._address.service)
        link = self._links.pop(place, None)
        if link is not None:
            try:
                (reply,) = await link.ask([command])
            except UnreachedError:
                pass  # it was started again since: connect anew
            else:
                self._links[place] = link
                return reply
        bare = Address("tcp", shown, tls=self._address.tls, verify=self._address.verify)
        link = await connect(bare, *place, None, shown, within)
        (reply,) = await link.ask([command])
        if isinstance(reply, Refusal) and reply.text.startswith("NOAUTH"):
            await link.close()
            link = await connect(bare, *place, password(), shown, within)
            (reply,) = await link.ask([command])
        self._links[place] = link
        return reply
