"""What others tell us, in the probes' own words: the engine, systemd, and the brokers that the stack names."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path
from typing import Final

from opsconsole.doctor.found import Found, State, of_problem
from opsconsole.model.sample import Problem, ProblemKind, Target
from opsconsole.model.stack import Stack
from opsconsole.model.targets import HealthOf, QueueOf
from opsconsole.model.units import duration
from opsconsole.probes.base import World

PATIENCE: Final = 3.0
"""Seconds that each of them gets."""

_BOOTED: Final = Path("/run/systemd/system")
"""There where systemd was booted (sd_booted(3))."""
_OF_CONTAINERS: Final = ("container", "engine", "replicas", "container-user", "image-tag")


async def engine(world: World, stack: Stack) -> Found:
    """Whether it answers, and what it is."""
    wanted = any(target.kind in _OF_CONTAINERS for target in stack.watched) or stack.engine.host is not None
    seen = await world.engine.ping(PATIENCE)
    if not isinstance(seen, Problem):
        endpoint = world.engine.endpoint
        return Found("engine", State.GOOD, f"version {seen.version} answers at {endpoint}")
    return of_problem("engine", seen, _start_engine(world, seen), wanted=wanted)


def _start_engine(world: World, seen: Problem) -> str:
    endpoint = world.engine.endpoint
    if isinstance(endpoint, Problem) or endpoint.scheme != "unix":
        return ""
    if seen.kind is ProblemKind.GONE and shutil.which("dockerd", path=_everywhere()) is None:
        return "sudo apt-get install docker.io"
    if seen.kind not in (ProblemKind.GONE, ProblemKind.REFUSED):
        return ""
    return "sudo systemctl start docker" if _BOOTED.is_dir() else "sudo service docker start"


def _everywhere() -> str:
    """Where daemons are kept is not on everybody's PATH: what is not seen there need not be missing."""
    return os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])


async def systemd(world: World, stack: Stack) -> Found:
    """Whether it tells of units."""
    wanted = any(target.kind == "unit" for target in stack.watched)
    seen = await world.units.failed(PATIENCE)
    if isinstance(seen, Problem):
        there = _BOOTED.is_dir()
        mend = "sudo apt-get install systemd" if there and shutil.which("systemctl") is None else ""
        return of_problem("systemd", seen, mend, wanted=wanted or there)
    failed = [unit.name for unit in seen]
    many = (
        f"{len(failed)} have failed, as {failed[0]}" if len(failed) > 1 else f"{failed[0]} has failed" if failed else ""
    )
    return Found("systemd", State.GOOD, f"tells of its units; {many}" if many else "tells of its units")


async def brokers(world: World, stack: Stack) -> list[Found]:
    """Each broker that the stack names, once."""
    asked: dict[tuple[str, str | None], None] = {}
    for target in stack.watched:
        if (place := _broker_of(target)) is not None:
            asked.setdefault(place)
    if not asked:
        return [Found("Redis", State.UNUSED, "the stack names none")]
    return list(await asyncio.gather(*(_broker(world, *place) for place in asked)))


def _broker_of(target: Target) -> tuple[str, str | None] | None:
    of = target.of
    if isinstance(of, QueueOf):
        return of.broker, of.password
    if isinstance(of, HealthOf) and not of.url.startswith(("http://", "https://")):
        return of.url, of.password
    return None


async def _broker(world: World, url: str, password: str | None) -> Found:
    from opsconsole.probes.brokers.address import mask, parse
    from opsconsole.probes.brokers.broker import Broker, ping

    try:
        broker = Broker(world, parse(url), password)
    except ValueError:
        return Found("Redis", State.MISSING, f"{mask(url)!r} is no address of a Redis")
    try:
        seen = await broker.carry_out(ping(), PATIENCE)
    finally:
        await broker.close()
    if isinstance(seen, Problem):
        return of_problem("Redis", seen)
    return Found("Redis", State.GOOD, f"{mask(url)} answers PING in {duration(seen[1])}")
