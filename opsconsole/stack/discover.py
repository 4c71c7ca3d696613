"""Finding out what is on this box, where no stack file says what should be. It only looks, and never for long."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol, TypeVar

from opsconsole.model.readings import ContainerReading, UnitReading
from opsconsole.model.sample import Problem
from opsconsole.model.stack import Stack
from opsconsole.model.text import one_line
from opsconsole.stack.found import Findings, Thing, is_redis, stack_of, things

T = TypeVar("T")

REDIS: Final = ("127.0.0.1", 6379)
"""Where a Redis of the box itself listens, unless somebody moved it."""

SOCKETS: Final = (Path("/var/run/docker.sock"),)

_RUN_ID: Final = re.compile(rb"run_id:([0-9a-f]+)")
_KNOCK: Final = 0.5
"""Most seconds that a Redis gets to answer: it is on this box."""


class Containers(Protocol):
    """What is asked of the engine (probes/engine)."""

    async def containers(self, timeout: float) -> Mapping[str, ContainerReading] | Problem:
        """All containers by name."""
        ...


class Units(Protocol):
    """What is asked of systemd (probes/systemd.py)."""

    async def failed(self, timeout: float) -> tuple[UnitReading, ...] | Problem:
        """The units that have failed."""
        ...

    async def own(self, timeout: float) -> tuple[UnitReading, ...] | Problem:
        """The services that run here and came with no package."""
        ...


class Sight(Protocol):
    """What discovery looks through: a `probes.base.World`, which this package does not depend on."""

    @property
    def engine(self) -> Containers:
        """The container engine."""
        ...

    @property
    def units(self) -> Units:
        """systemd."""
        ...


async def discover(
    world: Sight,
    timeout: float,
    *,
    environ: Mapping[str, str] = os.environ,
    redis: tuple[str, int] = REDIS,
    sockets: tuple[Path, ...] = SOCKETS,
) -> Stack:
    """A stack of what is here, within about `timeout` seconds: never empty, since there is always the box.

    What cannot be seen does not hide the rest. An engine that does not answer is told of by the check `engine`, if
    one seems to be meant to be here.
    """
    containers, failed, own, here = await asyncio.gather(
        _within(world.engine.containers(timeout), timeout),
        _within(world.units.failed(timeout), timeout),
        _within(world.units.own(timeout), timeout),
        _within(_who_answers(*redis), min(timeout, _KNOCK)),
    )
    seen = things(containers.values()) if isinstance(containers, Mapping) else ()
    if here is not None and await _is_one_of(here, seen):
        here = None
    return stack_of(
        Findings(
            host=one_line(os.uname().nodename.split(".")[0]) or "this-box",
            home=Path.cwd(),
            things=seen,
            engine_meant=_engine_meant(environ, sockets),
            local_redis=f"{redis[0]}:{redis[1]}" if here is not None else None,
            failed=failed if isinstance(failed, tuple) else (),
            own=own if isinstance(own, tuple) else (),
        )
    )


async def _within(look: Awaitable[T], seconds: float) -> T | None:
    """What a look gives, None where it does not end in time."""
    try:
        async with asyncio.timeout(seconds):
            return await look
    except TimeoutError:
        return None


async def _who_answers(host: str, port: int) -> str | None:
    """The run id of the Redis there; empty where it tells none without a password, None where no Redis answers."""
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError:
        return None
    try:
        writer.write(b"INFO server\r\n")
        said = await reader.readline()
        if said.startswith(b"-"):
            return "" if re.match(rb"-(NOAUTH|ERR|LOADING|NOPERM|DENIED)", said) else None
        if not re.fullmatch(rb"\$\d{1,5}\r\n", said):
            return None
        found = _RUN_ID.search(await reader.readexactly(int(said[1:])))
        return found[1].decode() if found else ""
    except (OSError, EOFError, ValueError):
        return None
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _is_one_of(here: str, seen: tuple[Thing, ...]) -> bool:
    """Whether the Redis of the box is a container's whose port is published: one is enough."""
    places = [thing.reading.addresses[0] for thing in seen if is_redis(thing) and thing.reading.addresses]
    answers = await asyncio.gather(*(_within(_who_answers(place, REDIS[1]), _KNOCK) for place in places))
    return here in answers


def _engine_meant(environ: Mapping[str, str], sockets: tuple[Path, ...]) -> bool:
    runtime = environ.get("XDG_RUNTIME_DIR")
    own = (Path(runtime, "docker.sock"),) if runtime else ()
    return (
        any(environ.get(name) for name in ("DOCKER_HOST", "DOCKER_CONTEXT"))
        or any(_exists(socket) for socket in (*sockets, *own))
        or shutil.which("docker", path=environ.get("PATH")) is not None
    )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
