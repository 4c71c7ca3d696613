"""One container, closely, by its engine's own description and by the events that the engine remembers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol, TypeVar

from opsconsole.model.detail import About, HealthLook, Port, Story
from opsconsole.model.readings import ContainerReading
from opsconsole.model.sample import Problem
from opsconsole.model.service import ContainerRef
from opsconsole.model.text import one_line
from opsconsole.model.units import size
from opsconsole.probes.base import World
from opsconsole.probes.details import events
from opsconsole.probes.details.ports import listening
from opsconsole.probes.details.processes import moment
from opsconsole.probes.engine.describe import moment as parsed
from opsconsole.probes.environ import pairs
from opsconsole.probes.hush import hush, hush_text, secrets_of

_MOUNTS: Final = 8
REMEMBERS: Final = "Told by the engine, which remembers its last 256 events of all containers, and by this console."

T = TypeVar("T")


class Aside(Protocol):
    """Makes a call that may hang where that harms nobody; see `port.Details`."""

    def __call__(self, key: object, work: Callable[[], T], timeout: float) -> Awaitable[T | Problem]:
        """What `work` gives, or why there is no answer."""
        ...


async def story(world: World, ref: ContainerRef, timeout: float) -> Story | Problem:
    """What became of it, by the engine's events and what it notes of the last end."""
    found = await world.engine.find(ref, timeout)
    if isinstance(found, Problem):
        return found
    told = await world.engine.happened(found.name, timeout)
    if isinstance(told, Problem):
        return told
    raw = await world.engine.inspect(found.id, timeout)
    policy = "" if isinstance(raw, Problem) else _policy(raw)
    heard = [event for one in told if (event := events.parse(one)) is not None]
    return Story(tuple(events.understood(heard, found, policy)), REMEMBERS)


async def about(world: World, ref: ContainerRef, aside: Aside, timeout: float) -> About | Problem:
    """Image, command, age, limits, networks, ports inside and outside, and the last looks of its health check."""
    found = await world.engine.find(ref, timeout)
    if isinstance(found, Problem):
        return found
    raw = await world.engine.inspect(found.id, timeout)
    if isinstance(raw, Problem):
        return raw
    outside = published(raw)
    ports: tuple[Port, ...] | str | Problem
    if world.engine.local and found.pid:
        pid, proc = found.pid, world.proc
        ports = await aside(("ports", ref), lambda: listening(proc, _pids(world, pid), outside), timeout)
    else:
        ports = tuple(Port(port, protocol, "", tuple(where)) for (port, protocol), where in outside.items())
    now = world.clock()
    told = ports.reason if isinstance(ports, Problem) else ports
    return About(tuple(facts(raw, found, now)), told, tuple(health(raw)), _health_check(raw))


def _pids(world: World, first: int) -> Sequence[int]:
    from opsconsole.probes.proc import tree_of

    reading = tree_of(world, first)
    return [one.pid for one in reading.processes] if reading is not None else []


def facts(raw: Mapping[str, Any], found: ContainerReading, now: float) -> Iterator[tuple[str, str]]:
    """What the answer to `GET /containers/ID/json` says that is worth reading. Pure."""
    config, host = raw.get("Config") or {}, raw.get("HostConfig") or {}
    secrets = _secrets(raw)
    command = hush([str(raw.get("Path") or ""), *map(str, raw.get("Args") or ())])
    yield "image", f"{found.image}  {found.image_id.removeprefix('sha256:')[:12]}"
    yield "command", one_line(hush_text(" ".join(command), secrets), 2000)
    yield "container", f"{found.name}  {found.id[:12]}"
    made = parsed(raw.get("Created"))
    yield from [("made", moment(made, now))] if made else []
    yield from [("started", moment(found.started_at, now))] if found.started_at else [("started", "never")]
    if found.state != "running" and found.finished_at:
        yield "ended", moment(found.finished_at, now)
    yield "restarts", f"policy {_policy(raw) or 'no'}; {found.restarts} since it was last started by hand"
    yield "memory", f"limit {size(found.memory_limit)}" if found.memory_limit else "no limit"
    if cpus := host.get("NanoCpus"):
        yield "cpu", f"limit {cpus / 1e9:g}"
    yield "user", one_line(str(config.get("User") or "root (as the image says nothing)"))
    yield "folder", one_line(str(config.get("WorkingDir") or "/"))
    project, service = (found.labels.get(f"com.docker.compose.{key}") for key in ("project", "service"))
    if project:
        yield "compose", f"project {one_line(project)}, service {one_line(service or '?')}"
    yield "networks", ", ".join(_networks(raw)) or "none"
    yield from _mounts(raw)
    if error := (raw.get("State") or {}).get("Error"):
        yield "error", one_line(hush_text(str(error), secrets), 400)


def published(raw: Mapping[str, Any]) -> dict[tuple[int, str], list[str]]:
    """Where its ports are published on the box, by port and protocol. Pure."""
    found: dict[tuple[int, str], list[str]] = {}
    for key, where in ((raw.get("NetworkSettings") or {}).get("Ports") or {}).items():
        port, _, protocol = str(key).partition("/")
        if port.isdecimal():
            told = [f"{one.get('HostIp') or '0.0.0.0'}:{one.get('HostPort')}" for one in where or ()]
            found[int(port), protocol or "tcp"] = told
    return found


def health(raw: Mapping[str, Any]) -> Iterator[HealthLook]:
    """The last looks of the engine's own health check, oldest first; it keeps five. Pure."""
    secrets = _secrets(raw)
    for one in ((raw.get("State") or {}).get("Health") or {}).get("Log") or ():
        began, ended = parsed(one.get("Start")), parsed(one.get("End"))
        if began is not None and ended is not None:
            said = one_line(hush_text(str(one.get("Output") or ""), secrets), 300)
            yield HealthLook(ended, max(ended - began, 0.0), int(one.get("ExitCode") or 0), said)


def _health_check(raw: Mapping[str, Any]) -> str:
    test = ((raw.get("Config") or {}).get("Healthcheck") or {}).get("Test") or ()
    return one_line(hush_text(" ".join(hush(map(str, test))), _secrets(raw)), 300)


def _secrets(raw: Mapping[str, Any]) -> frozenset[str]:
    """The values of its variables that are secret by their name: they may stand anywhere else as well."""
    return secrets_of(pairs([str(one) for one in (raw.get("Config") or {}).get("Env") or ()]))


def _policy(raw: Mapping[str, Any]) -> str:
    told = (raw.get("HostConfig") or {}).get("RestartPolicy") or {}
    name, most = str(told.get("Name") or ""), told.get("MaximumRetryCount")
    return one_line(f"{name}, at most {most} times" if name == "on-failure" and most else name)


def _networks(raw: Mapping[str, Any]) -> Iterator[str]:
    for name, told in ((raw.get("NetworkSettings") or {}).get("Networks") or {}).items():
        address = (told or {}).get("IPAddress") or (told or {}).get("GlobalIPv6Address")
        yield one_line(f"{name} {address}" if address else str(name))


def _mounts(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    told = raw.get("Mounts") or ()
    for number, one in enumerate(told[:_MOUNTS]):
        how = "" if one.get("RW", True) else " (read-only)"
        source = one.get("Name") or one.get("Source") or one.get("Type")
        yield "mounts" if not number else " " * number, one_line(f"{one.get('Destination')} from {source}{how}", 300)
    if len(told) > _MOUNTS:
        yield " " * _MOUNTS, f"and {len(told) - _MOUNTS} more"
