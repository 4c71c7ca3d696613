"""How often something was started anew of late. Containers, units and plain processes alike."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import msgspec

from opsconsole.checks.quantities import Duration
from opsconsole.checks.thresholds import crossed, need_order
from opsconsole.model.readings import ContainerReading, ProcessReading, UnitReading
from opsconsole.model.sample import Sample
from opsconsole.model.units import count, duration
from opsconsole.model.verdict import Level, Verdict

WITHIN: Final = Duration(600)

LONGEST: Final = 900.0
"""Seconds of the past that are kept (watch/past.py): a longer look back would promise what it cannot see."""


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """More than `degraded` or `down` starts `within` this time are so. Without either: any start is DEGRADED."""

    degraded: int | None = None
    down: int | None = None
    within: Duration = WITHIN

    def __post_init__(self) -> None:
        if any(limit is not None and limit < 0 for limit in (self.degraded, self.down)):
            raise ValueError("a number of restarts is 0 or more")
        need_order(count, ("degraded", self.degraded), ("down", self.down))
        if not 0 < self.within <= LONGEST:
            raise ValueError(f"within must be over 0 s and at most {duration(LONGEST)}: no more of the past is kept")


@dataclass(frozen=True, slots=True)
class Life:
    """What tells one life of a thing from the next: who it is, since when, and how often it was restarted for us.

    `incarnation` is systemd's name for one start of a unit.
    """

    id: str
    started_at: float | None
    restarts: int
    runs: bool
    oom: bool = False
    oom_at: float | None = None
    incarnation: str = ""


def life(value: Any) -> Life:
    """That of any reading of something that runs."""
    match value:
        case ContainerReading():
            return Life(
                value.id, value.started_at, value.restarts, value.state == "running", value.oom_killed, value.oom_at
            )
        case UnitReading():
            runs = value.active_state in ("active", "reloading")
            oom = value.result == "oom-kill"
            return Life(value.name, value.started_at, value.restarts, runs, oom, incarnation=value.invocation)
        case ProcessReading():
            return Life(f"pid {value.main.pid}", value.main.started_at, 0, True)
        case _:
            raise TypeError(type(value).__name__)


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """Starts seen in the past; with no past, a start that is young enough counts as one, and the reason says so."""
    since = sample.at - expect.within
    now, before = life(sample.value), _lives(past, since)
    lives = [*before, now]
    starts = _starts(lives, since)
    degraded = expect.degraded if expect.degraded is not None or expect.down is not None else 0
    over = crossed(starts, degraded, expect.down)
    expected = f"at most {count(over.threshold or 0)} in {duration(expect.within)}"
    oom = _oom(lives, sample.at, expect.within, starts)
    level = max(over.level, Level.DEGRADED) if oom and now.oom_at is not None else over.level
    return Verdict(level, _reason(now, sample.at, expect.within, starts, oom, bool(before)), count(starts), expected)


def _lives(past: Sequence[Sample], since: float) -> list[Life]:
    """Those of the samples since then, and of the last one before, so that the first change is seen too.

    Most samples are like the one before, and often the very same reading.
    """
    start = max(bisect_left(past, since, key=lambda sample: sample.at) - 1, 0)
    lives: list[Life] = []
    last: Any = None
    for sample in past[start:]:
        value = sample.value
        if value is not None and value is not last and value != last:
            lives.append(life(value))
            last = value
    return lives


def _starts(lives: Sequence[Life], since: float) -> int:
    """How many starts there were: between one life and the next, and before the first where that is young."""
    first = lives[0]
    found = 1 if first.started_at is not None and first.started_at >= since else 0
    return found + sum(_between(before, after) for before, after in pairwise(lives))


def _between(before: Life, after: Life) -> int:
    """The counter tells of restarts that no look has seen; it begins anew with another id or a start by hand."""
    if after.id != before.id:
        return 1 + after.restarts if after.started_at is not None else 0
    begun = after.started_at is not None and after.started_at != before.started_at
    return max(after.restarts - before.restarts, int(begun), 0)


def _oom(lives: Sequence[Life], now: float, within: float, starts: int) -> bool:
    """Whether memory was the reason. Without a time the engine's mark says nothing of when, so it must be a new one."""
    newest = lives[-1]
    if newest.oom_at is not None:
        return now - newest.oom_at <= within
    return bool(starts) and any(one.oom for one in lives)


def _reason(now: Life, at: float, within: float, starts: int, oom: bool, seen_before: bool) -> str:
    up = duration(max(at - now.started_at, 0)) if now.started_at is not None and now.runs else None
    if starts:
        times = "once" if starts == 1 else f"{count(starts)} times"
        told = f"started {times} in {duration(within)}{', out of memory' if oom else ''}"
        told += f", last {up} ago" if up else ", does not run now"
    else:
        told = f"up {up}" if up else "does not run"
        told += "; a process of it was killed, out of memory" if oom else ""
    if seen_before:
        return told
    ever = f"; {count(now.restarts)} restarts in all" if now.restarts else ""
    return f"{told}{ever}; counting needs a history"
