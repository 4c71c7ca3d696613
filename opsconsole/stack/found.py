"""From what is found on a box to a stack of it. Pure.

Nothing is known of what should be, so little is expected: that what runs goes on running and stays healthy, that it
keeps clear of its memory limit, that a broker answers, that no unit has failed, and that the box has room.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from opsconsole.checks.quantities import Size
from opsconsole.model.check import Check
from opsconsole.model.readings import ContainerReading, UnitReading
from opsconsole.model.sample import Target
from opsconsole.model.service import ContainerRef, UnitRef
from opsconsole.model.stack import Service, Stack
from opsconsole.model.targets import BoxOf, HealthOf, QueueOf
from opsconsole.stack.assembly import ENGINE, expect_type
from opsconsole.stack.entries import BOX_ROUNDS

PROJECT: Final = "com.docker.compose.project"
SERVICE: Final = "com.docker.compose.service"
NUMBER: Final = "com.docker.compose.container-number"
ONE_OFF: Final = "com.docker.compose.oneoff"

NEAR_LIMIT: Final = 0.9
"""The share of its limit over which a container's memory is worth a look; ours, for want of a baseline."""

_REDIS: Final = re.compile(r"(?:^|[-_./])(?:redis|valkey|keydb|dragonfly)(?:$|[-_./:@0-9])")
_NOT_REDIS: Final = re.compile(r"exporter|commander|insight|sentinel|browser|admin|proxy|[-_]ui\b")


@dataclass(frozen=True, slots=True)
class Thing:
    """A container as a service: what people call it, and how it is found again."""

    name: str
    ref: ContainerRef
    reading: ContainerReading


def things(containers: Iterable[ContainerReading]) -> tuple[Thing, ...]:
    """The containers that matter, by project and name.

    All that run or try to; of those that ended only what failed in a project whose other containers run: what ended
    well has done its work, and a project of which nothing runs was stopped on purpose.
    """
    seen = list(containers)
    alive = {reading.labels.get(PROJECT) for reading in seen if reading.state in ("running", "restarting", "paused")}
    wanted = [reading for reading in seen if _matters(reading, alive)]
    replicas = Counter(_service(reading) for reading in wanted)
    found = (_thing(reading, replicas[_service(reading)]) for reading in wanted)
    return tuple(sorted(found, key=lambda thing: ("/" not in thing.name, _natural(thing.name))))


def _natural(name: str) -> tuple[tuple[str, int], ...]:
    """For an order in which worker-2 comes before worker-10."""
    return tuple((words, int(number or -1)) for words, number in re.findall(r"(\D*)(\d*)", name))


def _matters(reading: ContainerReading, alive: Iterable[str | None]) -> bool:
    match reading.state:
        case "running" | "restarting" | "paused":
            return True
        case "exited" | "dead":
            return _service(reading) is not None and bool(reading.exit_code) and reading.labels.get(PROJECT) in alive
        case _:
            return False


def _service(reading: ContainerReading) -> str | None:
    """`project/service` of a container that compose keeps, None of others: of a `compose run` too."""
    project, service = reading.labels.get(PROJECT), reading.labels.get(SERVICE)
    one_off = reading.labels.get(ONE_OFF, "False").lower() == "true"
    return f"{project}/{service}" if project and service and not one_off else None


def _thing(reading: ContainerReading, replicas: int) -> Thing:
    service = _service(reading)
    if service is None:
        return Thing(reading.name, ContainerRef(reading.name), reading)
    if replicas == 1:
        return Thing(service, ContainerRef(service), reading)
    return Thing(f"{service}/{reading.labels.get(NUMBER, reading.name)}", ContainerRef(reading.name), reading)


def is_redis(thing: Thing) -> bool:
    """Whether a container seems to be a Redis, by its image or its name, and not a tool for one."""
    image = thing.reading.image.rpartition("/")[2].lower()
    words = (image, thing.name.lower())
    return any(_REDIS.search(word) for word in words) and not any(_NOT_REDIS.search(word) for word in words)


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found. `engine_meant`: there is an engine to be expected here, whether or not it answers.

    Of units, those that have `failed`, and those that run and are this box's `own`.
    """

    host: str
    home: Path
    things: tuple[Thing, ...] = ()
    engine_meant: bool = False
    local_redis: str | None = None
    failed: tuple[UnitReading, ...] = ()
    own: tuple[UnitReading, ...] = ()


def stack_of(found: Findings) -> Stack:
    """A stack with all that was found, and always the box."""
    checks = [*_of_engine(found), *_of_containers(found), *_of_brokers(found), *_of_units(found), _of_box()]
    services = [Service(thing.name, thing.ref) for thing in found.things]
    services += [Service(name, UnitRef(unit.name)) for name, unit in _named(found).items()]
    targets = [*(check.target for check in checks), *_only_shown(found)]
    return Stack(
        found.host,
        found.home,
        services=tuple(services),
        watched=tuple(dict.fromkeys(targets)),
        checks=tuple(checks),
    )


def _of_engine(found: Findings) -> Iterator[Check]:
    if found.engine_meant or found.things:
        yield _check(ENGINE, "engine", Target("engine", ENGINE))


def _of_containers(found: Findings) -> Iterator[Check]:
    for thing in found.things:
        state = f"{thing.name}.state"
        yield _check(state, "container", Target("container", thing.name, thing.ref), needs=(ENGINE,))
        limit = thing.reading.memory_limit
        if limit:
            expect = expect_type("memory")(degraded=Size(limit * NEAR_LIMIT), limit=Size(limit))
            target = Target("memory", thing.name, thing.ref)
            yield Check(f"{thing.name}.memory", "memory", target, expect, needs=(state,))


def _of_brokers(found: Findings) -> Iterator[Check]:
    """That it answers; optional, since its password is not known here. What waits in it is shown and not judged: a
    Redis without any queue is a cache, and no finding."""
    for name, url, needs in _brokers(found):
        target = Target("health", name, HealthOf(url))
        yield _check(f"{name}.health", "health", target, needs=needs, optional=True)


def _brokers(found: Findings) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Name, address and what it needs, of each."""
    for thing in filter(is_redis, found.things):
        yield thing.name, f"redis://container:{thing.ref.name}/0", (ENGINE, f"{thing.name}.state")
    if found.local_redis:
        names = {thing.name for thing in found.things}
        yield "redis" if "redis" not in names else "redis-here", f"redis://{found.local_redis}/0", ()


def _of_units(found: Findings) -> Iterator[Check]:
    for name, unit in _named(found).items():
        yield _check(f"{name}.state", "unit", Target("unit", name, UnitRef(unit.name)))


def _named(found: Findings) -> Mapping[str, UnitReading]:
    """Units by the name that people use, in full where a container has it already."""
    taken = {thing.name for thing in found.things}
    units = {unit.name: unit for unit in (*found.own, *found.failed)}
    short = {name: name.removesuffix(".service") for name in units}
    return {short[name] if short[name] not in taken else name: unit for name, unit in units.items()}


def _of_box() -> Check:
    return Check("box", "box", Target("box", "box", BoxOf()), expect_type("box")(), rounds=BOX_ROUNDS)


def _only_shown(found: Findings) -> Iterator[Target]:
    for thing in found.things:
        yield Target("memory", thing.name, thing.ref)
        yield Target("process", thing.name, thing.ref)
    for name, unit in _named(found).items():
        if unit in found.own:
            yield Target("memory", name, UnitRef(unit.name))
            yield Target("process", name, UnitRef(unit.name))
    for name, url, _ in _brokers(found):
        yield Target("queue", name, QueueOf(url))


def _check(name: str, kind: str, target: Target, needs: tuple[str, ...] = (), optional: bool = False) -> Check:
    return Check(name, kind, target, expect_type(kind)(), needs=needs, optional=optional)
