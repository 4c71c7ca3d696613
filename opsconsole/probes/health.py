"""Health endpoints: does it answer, with what, and how soon."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Final

from opsconsole.model.readings import HealthReading
from opsconsole.model.sample import Problem, ProblemKind, Sample, Target
from opsconsole.model.targets import HealthOf
from opsconsole.model.text import plain
from opsconsole.model.units import duration
from opsconsole.probes.base import World
from opsconsole.probes.brokers.address import mask, parse
from opsconsole.probes.brokers.broker import Broker, ping
from opsconsole.probes.brokers.secret import SecretError, is_reference, resolve
from opsconsole.probes.http_answer import BODY, unreached, unzipped

if TYPE_CHECKING:
    import httpx

REDIRECTS: Final = 5
"""Redirects that are followed, where they are followed at all."""


class HealthProbe:
    """Targets of kind `health`, each with a `HealthOf`.

    Every look makes a connection of its own, as a user's first request does: over one that is kept open a server
    that takes no new ones would look well. Proxies of the environment are not used.
    """

    def __init__(self, world: World, environ: Mapping[str, str] = os.environ) -> None:
        self._world = world
        self._environ = environ
        self._clients: dict[bool, httpx.AsyncClient] = {}
        self._brokers: dict[HealthOf, Broker] = {}
        self._bodies: dict[HealthOf, str] = {}

    async def read(self, targets: Sequence[Target], timeout: float) -> list[Sample]:
        """A `HealthReading` each, all at once, each within `timeout` seconds from name to the end of the body."""
        return await asyncio.gather(*(self._read(target, timeout) for target in targets))

    async def close(self) -> None:
        """Let go of the connections. May be called twice."""
        clients, self._clients = list(self._clients.values()), {}
        brokers, self._brokers = list(self._brokers.values()), {}
        for closing in (*(client.aclose() for client in clients), *(broker.close() for broker in brokers)):
            await closing

    async def _read(self, target: Target, timeout: float) -> Sample:
        at, began = self._world.clock(), perf_counter()
        of = target.of
        assert isinstance(of, HealthOf)
        look = self._ask_web if of.url.startswith(("http://", "https://")) else self._ask_broker
        try:
            seen = await look(of, timeout)
        except SecretError as fault:
            seen = fault.problem
        took = perf_counter() - began
        if isinstance(seen, Problem):
            return Sample(target, at, problem=seen, took=took)
        return Sample(target, at, seen, took=took)

    async def _ask_broker(self, of: HealthOf, timeout: float) -> HealthReading | Problem:
        """PING. The latency is that of the answer on an open connection."""
        broker = self._brokers.get(of)
        if broker is None:
            try:
                broker = Broker(self._world, parse(of.url), of.password, self._environ)
            except ValueError:
                reason = f"{mask(of.url)!r} is no address: http(s)://… or that of a Redis is"
                return Problem(ProblemKind.UNREADABLE, reason)
            self._brokers[of] = broker
        answer = await broker.carry_out(ping(), timeout)
        return answer if isinstance(answer, Problem) else HealthReading(200, answer[1], "PONG", mask(of.url))

    async def _ask_web(self, of: HealthOf, timeout: float) -> HealthReading | Problem:
        # httpx has a command line of its own; importing that, where click and Rich are, is a quarter of our start.
        sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
        import httpx

        shown, headers, client = mask(of.url), self._headers(of), self._client(of)
        heard: HealthReading | None = None
        began = perf_counter()  # not before: the first client takes long to make, and that is no latency
        try:
            async with asyncio.timeout(timeout):
                request = client.build_request(of.method, of.url, headers=headers, extensions=_named(of, headers))
                answer = await client.send(request, stream=True, follow_redirects=of.follow_redirects)
                latency = perf_counter() - began
                heard = HealthReading(answer.status_code, latency, url=mask(str(answer.url)))
                try:
                    body = self._same(of, await _beginning(answer))
                finally:
                    await answer.aclose()
        except TimeoutError:
            return _too_late(shown, timeout, heard)
        except httpx.TooManyRedirects:
            reason = f"{shown} redirects for ever: {REDIRECTS} were followed and none led to an answer"
            return Problem(ProblemKind.GARBLED, reason)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError, ValueError) as fault:
            return Problem(ProblemKind.UNREADABLE, f"{shown!r} cannot be asked: {plain(str(fault))[:120]}")
        except httpx.HTTPError as fault:
            return unreached(fault, shown)
        return HealthReading(heard.status, heard.latency, body, heard.url)

    def _headers(self, of: HealthOf) -> dict[str, str]:
        """Those of the stack file, with references resolved. What is not packed needs no unpacking."""
        given = {name: resolve(value, self._environ) if is_reference(value) else value for name, value in of.headers}
        ours = {"User-Agent": "opsconsole", "Accept": "*/*", "Accept-Encoding": "identity"}
        told = {name.lower() for name in given}
        return {**{name: value for name, value in ours.items() if name.lower() not in told}, **given}

    def _client(self, of: HealthOf) -> httpx.AsyncClient:
        """One for all whose certificates are looked at, and one for the others, which need no store of them."""
        verify = of.verify and (of.url.startswith("https://") or of.follow_redirects)
        if verify not in self._clients:
            self._clients[verify] = _new_client(verify)
        return self._clients[verify]

    def _same(self, of: HealthOf, body: str) -> str:
        """The body of the last look where it has not changed: a quarter of an hour of them is kept."""
        if self._bodies.get(of) != body:
            self._bodies[of] = body
        return self._bodies[of]


async def _beginning(answer: httpx.Response) -> str:
    """The first part of the body, as text that is safe to show."""
    data = bytearray()
    async for piece in answer.aiter_raw():
        data += piece[: BODY - len(data)]
        if len(data) >= BODY:
            break
    content = unzipped(bytes(data), answer.headers.get("Content-Encoding", ""))
    try:
        text = content.decode(answer.charset_encoding or "utf-8", "replace")
    except LookupError:  # an encoding that nobody knows
        text = content.decode("utf-8", "replace")
    return plain(text)


def _too_late(shown: str, timeout: float, heard: HealthReading | None) -> Problem:
    if heard is None:
        return Problem(ProblemKind.TIMEOUT, f"{shown} gave no answer within {duration(timeout)}")
    reason = (
        f"{shown} said {heard.status} after {duration(heard.latency)}, but its body had no end in {duration(timeout)}"
    )
    return Problem(ProblemKind.TIMEOUT, reason)


def _named(of: HealthOf, headers: Mapping[str, str]) -> dict[str, str]:
    """With a Host header of its own, the certificate must be for that name, as it is for who comes by it."""
    host = next((value for name, value in headers.items() if name.lower() == "host"), "")
    return {"sni_hostname": host.partition(":")[0]} if host and of.url.startswith("https://") else {}


def _new_client(verify: bool) -> httpx.AsyncClient:
    import httpx

    from opsconsole.probes.trust import trusting

    return httpx.AsyncClient(
        verify=trusting() if verify else False,
        timeout=None,  # one time-out covers all of a look
        max_redirects=REDIRECTS,
        trust_env=False,
        limits=httpx.Limits(max_keepalive_connections=0),
    )


def open_probe(world: World) -> HealthProbe:
    """See `opsconsole.probes.open_probe`."""
    return HealthProbe(world)
