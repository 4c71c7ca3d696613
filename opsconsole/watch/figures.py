"""The figures behind a check, as numbers with their thresholds, for programs that draw or count them. Pure.

They are those that the check itself judges, in base units, so that nobody has to read them out of a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from opsconsole.model.check import Check
from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line

Unit = Literal["bytes", "seconds", "percent", ""]
"""What a figure counts; "" are pieces."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a check: `name` says which where it has several (a queue, a mount).

    Over `degraded` and `down` it is so, with `below` it is so under them; None: no such threshold.
    """

    name: str
    value: float
    unit: Unit = ""
    degraded: float | None = None
    down: float | None = None
    below: bool = False


def figures_of(check: Check, sample: Sample | None) -> tuple[Figure, ...]:
    """The figures of `check` in its newest `sample`; none where nothing was read, or where there is nothing to count.

    What is not known is left out: it is never 0.
    """
    if sample is None or sample.value is None or check.kind not in _BY_KIND:
        return ()
    return tuple(_BY_KIND[check.kind](sample.value, check.expect, sample.at))


def _memory(reading: Any, expect: Any, now: float) -> Iterator[Figure]:
    down = expect.down if expect.down is not None else expect.limit
    yield Figure("used", reading.used, "bytes", expect.degraded, down)


def _depth(reading: Any, expect: Any, now: float) -> Iterator[Figure]:
    for queue in reading.queues:
        yield Figure(one_line(queue.name, 60), queue.waiting, "", expect.degraded, expect.down)


def _oldest(reading: Any, expect: Any, now: float) -> Iterator[Figure]:
    for queue in reading.queues:
        if queue.oldest is not None:
            yield Figure(one_line(queue.name, 60), queue.oldest, "seconds", expect.degraded, expect.down)


def _health(reading: Any, expect: Any, now: float) -> Iterator[Figure]:
    yield Figure("latency", reading.latency, "seconds", getattr(expect, "within", None))


def _certificate(reading: Any, expect: Any, now: float) -> Iterator[Figure]:
    yield Figure("left", reading.ends - now, "seconds", expect.degraded, expect.down, below=True)


def _box(reading: Any, expect: Any, now: float) -> Iterator[Figure]:
    for mount in reading.mounts:
        if mount.total:
            bounds = expect.disk.of(mount.path)
            yield Figure(
                f"disk {one_line(mount.path, 60)}",
                100 * mount.used / mount.total,
                "percent",
                bounds.degraded,
                bounds.down,
            )
    shares = (
        ("memory", reading.memory_total - reading.memory_available, reading.memory_total, expect.memory.all),
        ("swap", reading.swap_used, reading.swap_total, expect.swap.all),
    )
    for name, used, total, bounds in shares:
        if total:
            yield Figure(name, 100 * used / total, "percent", bounds.degraded, bounds.down)
    if reading.cpus:
        load = expect.load.all
        yield Figure("load for each processor", reading.load5 / reading.cpus, "", load.degraded, load.down)


_BY_KIND: Final[Mapping[str, Callable[[Any, Any, float], Iterator[Figure]]]] = {
    "box": _box,
    "depth": _depth,
    "health": _health,
    "memory": _memory,
    "oldest": _oldest,
    "stub": _health,
    "tcp": _health,
    "tls": _certificate,
}
"""By the kind of the check, which decides what kind of reading and of expectation it has."""
