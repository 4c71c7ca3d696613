"""Snapshots made by hand, for tests of what is drawn: one stack with everything in it, at one frozen moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from opsconsole.model.check import Check, Standing
from opsconsole.model.readings import (
    BoxReading,
    BrokerReading,
    ContainerReading,
    HealthReading,
    MemoryReading,
    Mount,
    Process,
    ProcessReading,
    Queue,
)
from opsconsole.model.sample import Problem, ProblemKind, Sample, Target
from opsconsole.model.service import ContainerRef
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.stack import Service, Stack
from opsconsole.model.targets import BoxOf, HealthOf, QueueOf
from opsconsole.model.verdict import Level, Verdict

NOW = 1_767_794_531.0
"""2026-01-07 14:02:11 UTC."""

M = 1 << 20
G = 1 << 30
DAY = 86400.0


@dataclass
class Maker:
    """Gathers targets, samples and standings into a snapshot."""

    now: float = NOW

    def __post_init__(self) -> None:
        self.services: list[Service] = []
        self.targets: list[Target] = []
        self.checks: list[Check] = []
        self.latest: dict[Target, Sample] = {}
        self.good: dict[Target, Sample] = {}
        self.past: dict[Target, Sequence[Sample]] = {}
        self.standings: dict[str, Standing] = {}

    def read(self, target: Target, value: Any, past: Iterable[tuple[float, Any]] = ()) -> Target:
        """`target` was read just now; `past` are (seconds ago, value), oldest first."""
        self.targets.append(target)
        sample = Sample(target, self.now, value)
        self.latest[target] = self.good[target] = sample
        self.past[target] = [*(Sample(target, self.now - ago, old) for ago, old in past), sample]
        return target

    def unread(self, target: Target, kind: ProblemKind, reason: str, before: tuple[float, Any] | None = None) -> Target:
        """`target` could not be read; `before` is (seconds ago, value) of the last time that it could."""
        self.targets.append(target)
        self.latest[target] = Sample(target, self.now, problem=Problem(kind, reason))
        self.past[target] = [self.latest[target]]
        if before:
            self.good[target] = Sample(target, self.now - before[0], before[1])
        return target

    def check(
        self,
        name: str,
        target: Target,
        level: Level = Level.OK,
        reason: str = "as expected",
        ago: float = 6 * DAY,
        runbooks: tuple[str, ...] = (),
        kind: str | None = None,
        **expect: Any,
    ) -> None:
        """A check on `target` stands at `level` since `ago` seconds."""
        check = Check(name, kind or target.kind, target, SimpleNamespace(**expect), runbooks)
        self.checks.append(check)
        self.standings[name] = Standing(check, Verdict(level, reason), level, self.now - ago, self.now)

    def snapshot(self, name: str = "eatfit24") -> Snapshot:
        """All of it."""
        services = tuple(self.services)
        stack = Stack(
            name, Path("/opt/EatFit24"), None, services=services, watched=tuple(self.targets), checks=tuple(self.checks)
        )
        return Snapshot(stack, self.now, self.latest, self.good, self.past, self.standings, took=0.04, rounds=120)


def over_time(value: Callable[[float], Any], seconds: float = 900, step: float = 10) -> list[tuple[float, Any]]:
    """(seconds ago, value) over the last `seconds`, oldest first."""
    count = int(seconds / step)
    return [((count - number) * step, value((count - number) * step)) for number in range(count)]


def process(program: str, *argv: str, pid: int = 4120, up: float = 6 * DAY, times: int = 1) -> ProcessReading:
    """A service of `times` processes that all run `program`."""
    line = argv or (program,)
    found = tuple(Process(pid + n, 1 if n == 0 else pid, line, program, NOW - up) for n in range(times))
    return ProcessReading(found[0], found)


def _service(make: Maker, name: str, used: int, limit: int | None, **figures: Any) -> ContainerRef:
    ref = ContainerRef(f"eatfit24-{name}")
    make.services.append(Service(name, ref))
    make.read(
        Target("container", name, ref), ContainerReading("c0ffee", ref.name, "running", "eatfit24:v1.4.2", pid=4120)
    )
    growing = figures.pop("growing", 0)
    level, reason = figures.pop("level", Level.OK), figures.pop("reason", "as expected")
    past = over_time(lambda ago: MemoryReading(max(int(used - growing * ago), min(used, 60 * M)), limit))
    target = make.read(Target("memory", name, ref), MemoryReading(used, limit), past)
    if figures:
        make.check(f"{name}.memory", target, level, reason, 540, ("memory-high",), **figures)
    return ref


def everything_wrong() -> Snapshot:
    """The stack of the sketches: a wrong process, memory over its threshold, a queue that grows, a silent endpoint."""
    make = Maker()
    box = BoxReading(
        (Mount("/", 31 * G, 50 * G, 400_000, 3_200_000), Mount("/var", 70 * G, 100 * G, 100_000, 6_400_000)),
        1200 * M, 4 * G, 200 * M, 2 * G, 1.4, 1.1, 2, 3200, 400_000, 2.0, 0.5, 1.0, NOW - 40 * DAY,
    )  # fmt: skip
    make.check("box", make.read(Target("box", "box", BoxOf()), box))
    backend = _service(make, "backend", 312 * M, 1536 * M, baseline=300 * M, degraded=900 * M)
    worker = _service(
        make, "celery-worker", 861 * M, G, baseline=270 * M, degraded=800 * M, growing=70_000,
        level=Level.DEGRADED, reason="861 M over 800 M; limit in ~34 min",
    )  # fmt: skip
    beat = _service(make, "celery-beat", 268 * M, 512 * M, baseline=250 * M, degraded=400 * M)
    redis = _service(make, "redis", 12 * M, None)
    serves = make.read(
        Target("process", "backend", backend), process("gunicorn", "gunicorn", "config.wsgi", pid=4120, times=3)
    )
    make.check("backend.process", serves, is_="gunicorn")
    wrong = process("gunicorn", "gunicorn", "config.wsgi", "-b", ":8000", pid=9931, up=130)
    target = make.read(Target("process", "celery-worker", worker), wrong)
    make.check(
        "celery-worker.process",
        target,
        Level.DOWN,
        "runs gunicorn, expected celery",
        130,
        ("wrong-process",),
        is_="celery",
    )
    make.check(
        "celery-beat.process",
        make.read(Target("process", "celery-beat", beat), process("celery beat", pid=4188)),
        is_="celery beat",
    )
    make.read(Target("process", "redis", redis), process("redis-server", pid=4003, up=40 * DAY))
    _queues(make)
    _health(make)
    return make.snapshot()


def _queues(make: Maker) -> None:
    target = Target("queue", "celery", QueueOf("redis://127.0.0.1/0", "celery"))

    def broker(ago: float) -> BrokerReading:
        waiting = max(int(1204 - ago * 12), 0)
        queues = (
            Queue("ai", waiting, 242.0, True),
            Queue("default", 3, 2.0, True),
            Queue("billing", 0),
        )
        return BrokerReading("celery", queues, in_flight=2, workers=0)

    make.read(target, broker(0), over_time(broker, step=2))
    make.check(
        "celery.depth",
        target,
        Level.DOWN,
        "ai holds 1 204, down from 1 000",
        65,
        ("queue-grows",),
        "depth",
        degraded=100,
        down=1000,
    )


def _health(make: Maker) -> None:
    backend = Target("health", "backend", HealthOf("http://localhost:8000/health/"))

    def answer(ago: float) -> HealthReading:
        return HealthReading(200, 0.014 + 0.4 * (200 < ago < 320), "ok", "http://localhost:8000/health/")

    make.check("backend.health", make.read(backend, answer(0), over_time(answer, step=5)), within=2.0)
    redis = Target("health", "redis", HealthOf("redis://127.0.0.1/0"))
    pong = HealthReading(200, 0.0003, "PONG", "redis://127.0.0.1/0")
    make.check("redis.health", make.read(redis, pong, over_time(lambda ago: pong, step=5)), within=0.5)
    outside = Target("health", "external", HealthOf("https://api.example.com/health/"))
    make.unread(outside, ProblemKind.NO_TOOL, "no route to api.example.com", (180, answer(0)))
    make.check("external.health", outside, Level.UNKNOWN, "no route to api.example.com, last answer 200", 185)


def all_well(services: int = 4) -> Snapshot:
    """A stack where nothing is wrong, with so many services."""
    make = Maker()
    for number in range(services):
        ref = _service(make, f"service-{number:02}", (100 + number) * M, 512 * M, baseline=100 * M, degraded=400 * M)
        target = make.read(Target("process", f"service-{number:02}", ref), process("python", pid=5000 + number))
        make.check(f"service-{number:02}.process", target, is_="python")
    return make.snapshot("calm")


def unreadable() -> Snapshot:
    """A stack that was seen once and then no more: the engine is gone, the broker refuses, a page does not answer."""
    make = Maker()
    gone = "the engine does not answer: /var/run/docker.sock refused"
    for name in ("backend", "worker"):
        ref = ContainerRef(name)
        memory = make.unread(Target("memory", name, ref), ProblemKind.REFUSED, gone, (42, MemoryReading(300 * M, G)))
        make.check(f"{name}.memory", memory, Level.DOWN, gone, 40, baseline=200 * M, degraded=800 * M)
        make.unread(Target("process", name, ref), ProblemKind.REFUSED, gone, (42, process("gunicorn")))
    broker = make.unread(
        Target("queue", "celery", QueueOf("redis://127.0.0.1/0")),
        ProblemKind.REFUSED,
        "redis://127.0.0.1:6379 refuses connections",
    )
    make.check("celery.depth", broker, Level.DOWN, "redis://127.0.0.1:6379 refuses connections", 40, kind="depth")
    page = make.unread(
        Target("health", "web", HealthOf("http://127.0.0.1:8000/health")), ProblemKind.TIMEOUT, "no answer within 2 s"
    )
    make.check("web.health", page, Level.DOWN, "no answer within 2 s", 40)
    return make.snapshot("blind")
