"""The box itself in one line: disk, inodes, memory, swap, load, pressure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from opsconsole.model.units import size
from opsconsole.model.verdict import Level
from opsconsole.tui.presentation.ages import age
from opsconsole.tui.presentation.spans import LEVEL_STYLES, Line, Span, cut, join, line, words

if TYPE_CHECKING:
    from opsconsole.model.readings import BoxReading, Mount
    from opsconsole.model.sample import Target
    from opsconsole.model.snapshot import Snapshot

_GAP: Final = Span("   ")
_WORTH_SAYING: Final = 5.0  # per cent of stalled time; less is everyday life


def box_level(snapshot: Snapshot) -> Level:
    """How the box is, by its checks."""
    return max((s.level for s in snapshot.standings.values() if s.check.target.kind == "box"), default=Level.OK)


def box_line(snapshot: Snapshot, room: int) -> Line:
    """The box in at most `room` cells; empty where nobody looks at it. What is wrong with it comes first."""
    target = next((target for target in snapshot.stack.watched if target.kind == "box"), None)
    sample = snapshot.latest.get(target) if target else None
    if target is None or sample is None:
        return ()
    if sample.problem is not None:
        return cut(line(("box  ", "dim"), *words(sample.problem.reason, "unknown")), room)
    reading: BoxReading = sample.value
    parts = [line(("box", "dim")), *_wrong(snapshot, target), *_figures(reading, sample.at)]
    while len(parts) > 1:
        out = join(parts, _GAP)
        if sum(len(span.text) for span in out) <= room:
            return out
        parts.pop()
    return cut(join(parts, _GAP), room)


def _wrong(snapshot: Snapshot, target: Target) -> list[Line]:
    bad = [s for s in snapshot.standings.values() if s.check.target == target and s.level is not Level.OK]
    return [
        line((f"{s.level.sign} ", LEVEL_STYLES[s.level]), *words(s.verdict.reason, LEVEL_STYLES[s.level])) for s in bad
    ]


def _figures(reading: BoxReading, at: float) -> list[Line]:
    parts = []
    fullest = max(reading.mounts, key=_used, default=None)
    if fullest is not None:
        parts.append(_figure("disk", f"{100 * _used(fullest):.0f} %", fullest.path))
    scarce = max(reading.mounts, key=_inodes, default=None)
    if scarce is not None and scarce.inodes_total:
        parts.append(_figure("inodes", f"{100 * _inodes(scarce):.0f} %", scarce.path if scarce is not fullest else ""))
    parts.append(_figure("memory", f"{size(reading.memory_available)} free", f"of {size(reading.memory_total)}"))
    swap = f"{100 * reading.swap_used / reading.swap_total:.0f} %" if reading.swap_total else "none"
    parts.append(_figure("swap", swap))
    parts.append(_figure("load", f"{reading.load1:.1f}", f"on {reading.cpus} cpu{'s' if reading.cpus > 1 else ''}"))
    pressures = (("cpu", reading.pressure_cpu), ("memory", reading.pressure_memory), ("io", reading.pressure_io))
    stalled = [f"{name} {value:.0f} %" for name, value in pressures if value is not None and value >= _WORTH_SAYING]
    if stalled:
        parts.append(_figure("stalled", ", ".join(stalled)))
    if reading.files_open is not None and reading.files_limit:
        share = 100 * reading.files_open / reading.files_limit
        parts.append(_figure("files", f"{share:.0f} %" if share >= 1 else "< 1 %"))
    if reading.booted_at is not None:
        parts.append(_figure("up", age(at - reading.booted_at)))
    return parts


def _figure(name: str, value: str, more: str = "") -> Line:
    return line((f"{name} ", "dim"), value, (f" {more}" if more else "", "dim"))


def _used(mount: Mount) -> float:
    return mount.used / mount.total if mount.total else 0.0


def _inodes(mount: Mount) -> float:
    return (mount.inodes_used or 0) / mount.inodes_total if mount.inodes_total else 0.0
