"""The engine as the rest of the program sees it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

from opsconsole.model.readings import ContainerReading, EngineReading, MemoryReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.service import ContainerRef
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.probes.engine import questions
from opsconsole.probes.engine.client import Client
from opsconsole.probes.engine.containers import Containers
from opsconsole.probes.engine.describe import Image
from opsconsole.probes.engine.endpoint import Endpoint, EngineError, find_endpoint, late
from opsconsole.probes.engine.execute import Executed, execute
from opsconsole.probes.engine.logs import Lines, LogStreams, last_lines
from opsconsole.probes.engine.memory import pick

T = TypeVar("T")


class Engine:
    """One container engine, connected at the first question; used from one event loop at a time.

    `host` is written as in DOCKER_HOST; None means what the docker command would use. No method raises for what
    is wrong with the engine: that is a `Problem`.
    """

    def __init__(
        self,
        host: str | None = None,
        *,
        environ: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._host = host
        self._environ = environ
        self._clock = clock
        self._callbacks: list[Callable[[str], None]] = []
        self._endpoint: Endpoint | None = None
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: Client | None = None
        self._version: EngineReading | None = None
        self._containers = Containers(self._opened, self._clock, self._tell)

    @property
    def endpoint(self) -> Endpoint | Problem:
        """Where the engine is, or why that makes no sense."""
        if self._endpoint is None:
            try:
                self._endpoint = find_endpoint(self._host, self._environ)
            except EngineError as fault:
                return fault.problem
        return self._endpoint

    @property
    def local(self) -> bool:
        """Whether its containers may be processes of this machine. They need not be: it may run in a VM."""
        endpoint = self.endpoint
        return isinstance(endpoint, Endpoint) and endpoint.local

    async def containers(self, timeout: float = 2.0) -> Mapping[str, ContainerReading] | Problem:
        """All containers by name, running or not.

        Answered from memory while events are followed, or within half a second of the last listing. Where the
        engine is not there or does not answer, the containers cannot be seen (NO_TOOL), which does not mean that
        they are down.
        """
        self._enter()
        endpoint = self.endpoint
        return endpoint if isinstance(endpoint, Problem) else await self._containers.look(timeout)

    async def find(self, ref: ContainerRef, timeout: float = 2.0) -> ContainerReading | Problem:
        """The container meant by `ref`, by name or by "project/service"; GONE where there is none."""
        containers = await self.containers(timeout)
        return containers if isinstance(containers, Problem) else pick(containers, ref)

    async def ping(self, timeout: float = 2.0) -> EngineReading | Problem:
        """Whether it answers at all, and what it is. Here REFUSED, GONE and TIMEOUT are about the engine itself."""
        self._enter()
        try:
            async with asyncio.timeout(timeout):
                if self._version is None:  # ten times the price of a ping
                    self._version = await questions.version(self._opened())
                else:
                    await self._opened().get("/_ping")
                return self._version
        except EngineError as fault:
            problem = fault.problem
        except TimeoutError:
            problem = late(self._opened().endpoint, timeout).problem
        self._version = None
        self._containers.doubt()
        return problem

    async def memory(self, container: ContainerReading, timeout: float = 2.0) -> MemoryReading | Problem:
        """A container's memory by the API. Costs the engine much and takes up to two seconds: the last resort."""
        self._enter()
        what = f"the engine's figures of {container.name}"
        seen = await self._within(timeout, what, lambda: questions.memory(self._opened(), container))
        return _unseen(seen)

    async def environment(self, id: str, timeout: float = 2.0) -> list[str] | Problem:
        """The variables that the container was made with, each as NAME=value, secrets and all."""
        self._enter()
        seen = await self._within(timeout, "its environment", lambda: questions.environment(self._opened(), id))
        return _unseen(seen)

    async def inspect(self, id: str, timeout: float = 2.0) -> Mapping[str, Any] | Problem:
        """All that the engine says of a container, secrets and all: nothing of it may be kept or shown as it is."""
        self._enter()
        return _unseen(await self._within(timeout, "its description", lambda: questions.inspect(self._opened(), id)))

    async def happened(self, name: str, timeout: float = 2.0) -> list[Mapping[str, Any]] | Problem:
        """The events of the containers called `name` that the engine still remembers (256 of all), oldest first."""
        self._enter()
        until = self._clock()
        what = f"what became of {name}"
        return _unseen(await self._within(timeout, what, lambda: questions.happened(self._opened(), name, until)))

    async def image(self, name: str, timeout: float = 2.0) -> Image | Problem | None:
        """The image that `name` (or id) means to this engine now; None where it has none of that name."""
        self._enter()
        return _unseen(await self._within(timeout, f"image {name}", lambda: questions.image(self._opened(), name)))

    async def exec(
        self,
        name: str,
        argv: Sequence[str],
        timeout: float = 5.0,
        most: int = 1 << 20,
        env: Mapping[str, str] = MappingProxyType({}),
        user: str | None = None,
        cwd: str | None = None,
    ) -> Executed | Problem:
        """Run `argv` inside a running container; of stdout and of stderr at most `most` bytes are kept.

        `env` is added to the container's own environment: secrets go there, as arguments stand in process lists.
        `user` and `cwd` are the container's own where they are not given.

        GONE: no such container, or it does not run. NO_TOOL: no such program in it. TIMEOUT: the command goes on
        by itself in there, as the engine has no way to end it, so give it a time-out of its own.
        """
        self._enter()
        what = f"{one_line(argv[0], 60)} in {name}"
        return await self._within(timeout, what, lambda: execute(self._opened(), name, argv, most, env, user, cwd))

    async def logs(
        self, container: ContainerReading, lines: int, since: float | None = None, timeout: float = 5.0
    ) -> Lines | Problem:
        """The last `lines` lines of a container's log, and of these only those since `since` (epoch seconds)."""
        self._enter()
        what = f"the log of {container.name}"
        return await self._within(timeout, what, lambda: last_lines(self._opened(), container.id, lines, since))

    async def past_ooms(self, since: float, timeout: float = 2.0) -> dict[str, float] | Problem:
        """When containers, by id, were last short of memory since then (epoch seconds), as far as it is remembered.

        Their own mark (`ContainerReading.oom_killed`) does not outlive a restart.
        """
        self._enter()
        until = self._clock()
        return _unseen(
            await self._within(timeout, "the engine's past", lambda: questions.past_ooms(self._opened(), since, until))
        )

    def log_streams(self, most: int) -> LogStreams | Problem:
        """For `most` logs that are followed; who asks for it closes it."""
        endpoint = self.endpoint
        return endpoint if isinstance(endpoint, Problem) else LogStreams(Client(endpoint, most))

    def on_change(self, callback: Callable[[str], None]) -> Callable[[], None]:
        """Call `callback` in the loop with the name of each container that changed, came or went.

        The new state is known by then, or known to be unknown. Returns what takes the callback away again.
        """
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback) if callback in self._callbacks else None

    async def follow(self) -> None:
        """Follow the engine's events, so that looks cost it nothing, until cancelled. Survives breaks."""
        self._enter()
        await self._containers.follow()

    async def close(self) -> None:
        """Let go of everything. Another question connects again."""
        if self._loop is asyncio.get_running_loop():
            await self._containers.close()
            if self._client is not None:
                await self._client.close()
        self._begin_anew()

    def _enter(self) -> None:
        """Connections belong to the loop that they were opened in; in another one nothing of them is of use."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._begin_anew()
            self._loop = loop

    def _opened(self) -> Client:
        if self._client is None:
            endpoint = self.endpoint
            if isinstance(endpoint, Problem):
                raise EngineError(endpoint.kind, endpoint.reason)
            self._client = Client(endpoint)
        return self._client

    async def _within(self, timeout: float, what: str, ask: Callable[[], Awaitable[T | Problem]]) -> T | Problem:
        try:
            async with asyncio.timeout(timeout):
                return await ask()
        except EngineError as fault:
            return fault.unseen
        except TimeoutError:
            return Problem(ProblemKind.TIMEOUT, f"{what} took longer than {duration(timeout)}")

    def _tell(self, names: set[str]) -> None:
        for name in sorted(names):
            for callback in tuple(self._callbacks):
                callback(name)


def _unseen(seen: T | Problem) -> T | Problem:
    """An engine that takes too long tells nothing of its containers: they are not down for that."""
    if isinstance(seen, Problem) and seen.kind is ProblemKind.TIMEOUT:
        return Problem(ProblemKind.NO_TOOL, seen.reason)
    return seen
