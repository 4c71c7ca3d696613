"""What is asked of the engine, one function a question. All may raise EngineError."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Final
from urllib.parse import quote

from opsconsole.model.readings import ContainerReading, EngineReading, MemoryReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.text import one_line
from opsconsole.probes.engine import describe
from opsconsole.probes.engine.client import MOST_CONNECTIONS, Client
from opsconsole.probes.engine.endpoint import EngineError

LONGEST_EVENT: Final = 1 << 20
"""Bytes of one line of the event stream; a container's labels are all in it."""

LIVES: Final = [
    "create",
    "start",
    "restart",
    "kill",
    "die",
    "oom",
    "stop",
    "pause",
    "unpause",
    "destroy",
    "health_status",
]
"""The events that tell how a container lived: those of exec, of which each health check makes three, are left out."""

REMEMBERED: Final = 1.5
"""Seconds that the engine gets to tell of events that it remembers, 256 at most."""


async def all_containers(client: Client) -> list[ContainerReading]:
    """Every container there is, running or not. The list alone lacks pid, times and exit codes."""
    listed = await client.get("/containers/json", all="1")
    try:
        ids = [str(one["Id"]) for one in listed]
    except (TypeError, LookupError):
        raise client.no_engine() from None
    described = await describe_some(client, ids)
    return [reading for reading in described.values() if reading]


async def describe_some(client: Client, ids: Iterable[str]) -> dict[str, ContainerReading | None]:
    """Each of `ids` as it is now, None for those that are gone."""
    left = iter(wanted := list(ids))
    described: dict[str, ContainerReading | None] = {}

    async def work() -> None:
        for id in left:
            raw = await client.get(f"/containers/{id}/json")
            described[id] = _described(id, raw) if raw is not None else None

    workers = [work() for _ in range(min(MOST_CONNECTIONS, len(wanted)))]
    for outcome in await asyncio.gather(*workers, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
    return described


def _described(id: str, raw: Any) -> ContainerReading:
    try:
        return describe.container(raw)
    except (TypeError, LookupError, ValueError, AttributeError):
        reason = f"the engine describes container {id[:12]} in a way that we do not understand"
        raise EngineError(ProblemKind.UNREADABLE, reason, answered=True) from None


async def version(client: Client) -> EngineReading:
    """What the engine is."""
    told = await client.get("/version")
    try:
        return EngineReading(one_line(str(told["Version"])), one_line(str(told["ApiVersion"])))
    except (TypeError, LookupError):
        raise client.no_engine() from None


async def memory(client: Client, container: ContainerReading) -> MemoryReading | Problem:
    """A container's memory by the API; NO_TOOL where its engine counts none."""
    raw = await client.get(f"/containers/{container.id}/stats", **{"stream": "false", "one-shot": "true"})
    if raw is None or raw.get("read") == describe.NEVER:
        return Problem(ProblemKind.GONE, f"container {container.name} is not running")
    reading = describe.memory(raw, container.memory_limit)
    return reading or Problem(ProblemKind.NO_TOOL, "n/a: no memory cgroup")


@asynccontextmanager
async def events(client: Client, since: float | None) -> AsyncIterator[AsyncIterator[describe.Event]]:
    """The event stream: once entered, nothing that happens is missed. `since` repeats what came after that time."""
    query = {"filters": json.dumps(describe.EVENTS)}
    if since is not None:
        query["since"] = f"{since:.9f}"
    async with client.stream("GET", "/events", query) as response:
        yield _parsed(response.aiter_stream())


async def past_ooms(client: Client, since: float, until: float) -> dict[str, float]:
    """The newest time at which each container, by id, was short of memory, as far as the engine remembers.

    It keeps some hundred events only, and none over a restart of its own.
    """
    only = {"type": ["container"], "event": ["oom"]}
    query = {"filters": json.dumps(only), "since": f"{since:.9f}", "until": f"{until:.9f}"}
    async with client.stream("GET", "/events", query) as response:
        return {event.container: event.at async for event in _parsed(response.aiter_stream())}


async def _parsed(pieces: AsyncIterator[bytes]) -> AsyncIterator[describe.Event]:
    async for line in _lines(pieces):
        if event := describe.event(line):
            yield event


async def _lines(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    rest = b""
    async for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        if len(rest) > LONGEST_EVENT:
            raise EngineError(ProblemKind.UNREADABLE, "the engine's events are not what they should be")
        for line in lines:
            if line.strip():
                yield line


async def environment(client: Client, id: str) -> list[str] | Problem:
    """The variables that a container was made with, each as NAME=value, secrets and all: nothing of ours keeps them."""
    raw = await client.get(f"/containers/{id}/json")
    if raw is None:
        return Problem(ProblemKind.GONE, f"no container {id[:12]} any more")
    return [str(one) for one in (raw.get("Config") or {}).get("Env") or ()]


async def inspect(client: Client, id: str) -> Mapping[str, Any] | Problem:
    """All that the engine says of a container. Its variables are in it, so it goes no further than whoever asked."""
    raw = await client.get(f"/containers/{id}/json")
    if not isinstance(raw, dict):
        return Problem(ProblemKind.GONE, f"no container {id[:12]} any more")
    return raw


async def happened(client: Client, name: str, until: float) -> list[Mapping[str, Any]]:
    """The events of the container called `name` that the engine still remembers, oldest first, as it tells them.

    It ends its answer at `until` by its own clock. Where that is behind ours it keeps us waiting, so what came by then
    is all.
    """
    filters = json.dumps({"type": ["container"], "container": [name], "event": LIVES})
    found: list[Mapping[str, Any]] = []
    with suppress(TimeoutError):
        async with (
            asyncio.timeout(REMEMBERED),
            client.stream("GET", "/events", {"since": "0", "until": f"{until:.9f}", "filters": filters}) as answer,
        ):
            async for row in _lines(answer.aiter_stream()):
                told = json.loads(row)
                if (told.get("Actor") or {}).get("Attributes", {}).get("name") == name:  # a filter means its beginning
                    found.append(told)
    return found


async def image(client: Client, name: str) -> describe.Image | None:
    """The image that `name` means here, by name, digest or id; None where there is none."""
    raw = await client.get(f"/images/{quote(name, safe='/:@')}/json")
    return describe.image(raw) if raw is not None else None
