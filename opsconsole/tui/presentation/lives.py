"""What the console itself has seen become of a service: its starts, its ends, its health. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from opsconsole.model.detail import Happening
from opsconsole.model.ends import meaning
from opsconsole.model.readings import ContainerReading, ProcessReading, UnitReading
from opsconsole.model.sample import Sample
from opsconsole.tui.presentation.subject import Subject

_TOGETHER = 5.0
"""Seconds within which two accounts are taken to be about the same thing."""


def starts(subject: Subject) -> list[float]:
    """When it began anew, as far as that was seen (epoch seconds)."""
    found = []
    for kind in ("container", "unit", "process"):
        target = subject.target(kind)
        turns = subject.snapshot.lives.get(target, ()) if target is not None else ()
        begun = [_started(turn.value) for turn in turns if turn.value is not None]
        found += [at for at in dict.fromkeys(begun[1:]) if at is not None and at != begun[0]]
        if found:
            break
    return found


def seen(subject: Subject) -> list[Happening]:
    """What became of it since the console looks at it, oldest first."""
    kinds = [kind for kind in ("container", "unit") if subject.target(kind) is not None] or ["process"]
    found: list[Happening] = []
    for kind in kinds:
        target = subject.target(kind)
        turns = subject.snapshot.lives.get(target, ()) if target is not None else ()
        for before, after in pairwise(turns):
            found += _between(before, after)
    return sorted(found, key=lambda one: one.at)


def merged(told: Sequence[Happening], own: Sequence[Happening]) -> list[Happening]:
    """Both accounts in one, the newest first. What others tell is more exact, so ours is left out beside it."""
    left = [one for one in own if not any(abs(one.at - other.at) <= _TOGETHER for other in told)]
    return sorted((*told, *left), key=lambda one: -one.at)


def _between(before: Sample, after: Sample) -> Iterator[Happening]:
    old, new = before.value, after.value
    if new is None:
        yield Happening(after.at, "gone", after.problem.reason if after.problem else "", bad=True)
    elif isinstance(new, ContainerReading):
        yield from _of_container(old, new, after.at)
    elif isinstance(new, UnitReading):
        yield from _of_unit(old, new, after.at)
    elif isinstance(new, ProcessReading):
        began = "again" if old is None or isinstance(old, ProcessReading) else ""
        lost = f", instead of pid {old.main.pid}" if isinstance(old, ProcessReading) else ""
        why = f"pid {new.main.pid}{lost}; how the last one ended nobody here was told"
        yield Happening(new.main.started_at, f"began {began}".strip(), why)


def _of_container(old: Any, new: ContainerReading, at: float) -> Iterator[Happening]:
    if new.oom_at is not None and (not isinstance(old, ContainerReading) or old.oom_at != new.oom_at):
        yield Happening(new.oom_at, "out of memory", "the kernel killed a process of it", bad=True)
    if new.state in ("exited", "dead", "restarting") and getattr(old, "state", "") not in (new.state, "exited"):
        why = "out of memory" if new.oom_killed else meaning(new.exit_code)
        yield Happening(new.finished_at or at, "ended", why, bad=bool(new.exit_code))
    if new.started_at is not None and new.started_at != getattr(old, "started_at", None) and new.state == "running":
        made = isinstance(old, ContainerReading) and old.id != new.id
        yield Happening(new.started_at, "made anew and started" if made else "started")
    if (
        isinstance(old, ContainerReading)
        and new.health != old.health
        and new.health
        and old.started_at == new.started_at
    ):
        yield Happening(at, new.health, "by its own health check", bad=new.health == "unhealthy")


def _of_unit(old: Any, new: UnitReading, at: float) -> Iterator[Happening]:
    if new.active_state in ("failed", "inactive", "activating") and isinstance(old, UnitReading):
        if old.active_state != new.active_state:
            yield Happening(
                at, f"{new.active_state} ({new.sub_state})", meaning(new.exit_code), bad=bool(new.exit_code)
            )
    elif new.started_at is not None and new.started_at != getattr(old, "started_at", None):
        yield Happening(new.started_at, "started", "")


def _started(value: Any) -> float | None:
    return value.main.started_at if isinstance(value, ProcessReading) else getattr(value, "started_at", None)
