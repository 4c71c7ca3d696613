"""The memory of one service over time, and the straight answer to where it is going. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from opsconsole.model.readings import HealthReading, MemoryReading
from opsconsole.model.units import duration, size
from opsconsole.tui.presentation import outlook
from opsconsole.tui.presentation.chart import Frame, Level, chart
from opsconsole.tui.presentation.lives import starts
from opsconsole.tui.presentation.outlook import Bounds
from opsconsole.tui.presentation.spans import Line, line, words, wrap
from opsconsole.tui.presentation.spell import Seen, Spell, seen
from opsconsole.tui.presentation.subject import Subject


def title(subject: Subject, spell: Spell) -> str:
    """What the drawing is called."""
    found = _seen(subject, spell)
    return f"{'Memory' if subject.target('memory') else 'Latency'} · {found.words}" if found else "Memory"


def answers(subject: Subject, spell: Spell) -> list[str]:
    """Where its memory is going, the shortest view first; empty where no memory is watched."""
    found = _seen(subject, spell)
    sample = subject.sample("memory")
    if found is None or sample is None or sample.problem is not None:
        return []
    return outlook.memory(found.points, found.now, found.seconds, found.looked, bounds(subject))


def lines(subject: Subject, spell: Spell, size_of: tuple[int, int]) -> list[Line]:
    """The answer, then the drawing, in at most `size_of` = (cells, lines)."""
    room, height = size_of
    found = _seen(subject, spell)
    if found is None:
        return [line(("no memory is watched here", "dim"))]
    out = [folded for one in answers(subject, spell) for folded in wrap(words(one, "value"), room)]
    target = subject.target("memory") or subject.target("health")
    sample = subject.snapshot.latest.get(target) if target is not None else None
    stale = sample is not None and sample.problem is not None
    if sample is not None and sample.problem is not None:
        out = [*wrap(words(sample.problem.reason, "unknown"), room), *out]
    if target is not None and target.kind == "health":
        out += [line((_latencies(found), "dim"))]
    frame = Frame(found.now, found.seconds, found.hold, starts(subject), stale)
    words_of = size if target is None or target.kind == "memory" else duration
    left = max(height - len(out), 3)
    return [*out, *chart(found.points, levels(subject), frame, (room, left), words_of)]


def is_old(subject: Subject) -> bool:
    """Whether there is more to be shown than the last quarter of an hour."""
    found = _seen(subject, "all")
    return found is not None and found.is_old


def bounds(subject: Subject) -> Bounds:
    """Where its memory begins to matter."""
    reading = subject.value("memory")
    enforced = reading.limit if isinstance(reading, MemoryReading) else None
    figure = {field: subject.expects("memory", field) for field in ("degraded", "down", "limit")}
    return Bounds(figure["degraded"], figure["down"], enforced or figure["limit"])


def levels(subject: Subject) -> Sequence[Level]:
    """The lines across the drawing."""
    if subject.target("memory") is None:
        within = subject.expects("health", "within")
        return [Level(within, "threshold", "degraded")] if within else []
    at = bounds(subject)
    found = [
        (subject.expects("memory", "baseline"), "baseline", "baseline"),
        (at.degraded, "threshold", "degraded"),
        (at.down, "DOWN from", "down"),
        (at.limit, "limit", "down"),
    ]
    return [Level(float(figure), name, style) for figure, name, style in found if figure]


def _seen(subject: Subject, spell: Spell) -> Seen | None:
    memory, health = subject.target("memory"), subject.target("health")
    if memory is not None:
        return seen(subject.snapshot, memory, "used", _used, spell)
    return seen(subject.snapshot, health, "latency", _latency, spell, 5.0) if health is not None else None


def _latencies(found: Seen) -> str:
    if not found.points:
        return "no answer in this stretch of time"
    figures = sorted(point.high for point in found.points)
    middle, most = figures[len(figures) // 2], figures[-1]
    return f"half of the answers within {duration(middle)}, the slowest after {duration(most)}"


def _used(reading: Any) -> float | None:
    return float(reading.used) if isinstance(reading, MemoryReading) else None


def _latency(reading: Any) -> float | None:
    return reading.latency if isinstance(reading, HealthReading) else None
