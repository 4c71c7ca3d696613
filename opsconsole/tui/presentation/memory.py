"""The memory pane: what each service holds against its baseline, threshold and limit, its course, and its growth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from opsconsole.model.readings import MemoryReading
from opsconsole.model.sample import Sample, Target
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.units import size
from opsconsole.model.verdict import Level
from opsconsole.tui.presentation.ages import age
from opsconsole.tui.presentation.bars import Mark, bar, spark
from opsconsole.tui.presentation.growth import Growth
from opsconsole.tui.presentation.history import course
from opsconsole.tui.presentation.spans import EMPTY, LEVEL_STYLES, Line, line, sign, words
from opsconsole.tui.presentation.standing import Standings, expected, level
from opsconsole.tui.presentation.table import ROOMY, Cell, Column, Row, Rows, Value, headed
from opsconsole.tui.presentation.unread import unread
from opsconsole.tui.presentation.view import View

_COLUMNS: Final = (
    Column(keep=9),  # sign
    Column(keep=8, least=24, name=True, title="service"),
    Column(keep=7, align="right", title="used"),
    Column(keep=5, least=6, most=30),  # bar
    Column(keep=4, align="right", title="limit"),
    Column(keep=3, align="right", title="growth"),
    Column(keep=2),  # course
)
_GOOD_TO_HAVE: Final = (
    Column(keep=1, align="right", title="baseline"),
    Column(keep=1, align="right", title="threshold"),
    Column(keep=1, align="right", title="share"),
)
_COURSE: Final = 8
_LONG_COURSE: Final = 24
_STEADY: Final = 64 * 1024 / 60  # bytes per second: less is noise


@dataclass(frozen=True, slots=True)
class _Scale:
    """The figures of one bar, in bytes; `top` is None where nothing says how much is much."""

    baseline: float | None
    degraded: float | None
    down: float | None
    limit: float | None

    @property
    def top(self) -> float | None:
        if self.limit:
            return self.limit
        known = [value for value in (self.baseline, self.degraded, self.down) if value]
        return max(known) * 1.25 if known else None


def rows(view: View, width: int) -> Rows:
    """A row for each memory target, the worst first."""
    snapshot, standings, growth = view.snapshot, view.standings, view.growth
    seen = [_Seen.of(target, snapshot, standings) for target in snapshot.stack.watched if target.kind == "memory"]
    seen.sort(key=lambda one: -one.level)
    roomy = width >= ROOMY
    cells = [(*_cells(one, snapshot, growth, roomy), *(_more(one) if roomy else ())) for one in seen]
    head, drawn = headed((*_COLUMNS, *_GOOD_TO_HAVE) if roomy else _COLUMNS, cells, width, titled=roomy)
    return Rows.under(
        head,
        [
            Row(one.target.name, (_instead(one, each, width),), one.level, _values(one, snapshot, growth))
            for one, each in zip(seen, drawn, strict=True)
        ],
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    target: Target
    level: Level
    sample: Sample | None
    good: Sample | None
    scale: _Scale

    @classmethod
    def of(cls, target: Target, snapshot: Snapshot, standings: Standings) -> _Seen:
        own = standings.get(target, ())
        sample, good = snapshot.latest.get(target), snapshot.last_good.get(target)

        def figure(field: str) -> Any:
            return expected(own, "memory", field)

        limit = good.value.limit if good is not None and isinstance(good.value, MemoryReading) else None
        scale = _Scale(figure("baseline"), figure("degraded"), figure("down"), limit or figure("limit"))
        return cls(target, level(own, sample), sample, good, scale)


def _values(seen: _Seen, snapshot: Snapshot, growth: Growth) -> dict[str, Value]:
    """What it is sorted by; where it cannot be read now, it has no growth."""
    used = seen.good.value.used if seen.good is not None else None
    stale = seen.sample is None or seen.sample.problem is not None
    scale = seen.scale
    return {
        "service": seen.target.name,
        "used": used,
        "limit": scale.limit,
        "growth": None if stale else growth.of(seen.target, snapshot),
        "share": used / scale.limit if used is not None and scale.limit else None,
    }


def _more(seen: _Seen) -> Sequence[Cell]:
    """What is good to have where there is room."""
    scale, used = seen.scale, seen.good.value.used if seen.good is not None else None
    threshold = scale.degraded or scale.down
    return (
        line((size(scale.baseline), "dim")) if scale.baseline else EMPTY,
        line((size(threshold), "dim")) if threshold else EMPTY,
        line((f"{100 * used / scale.limit:.0f} %", "dim")) if used is not None and scale.limit else EMPTY,
    )


def _cells(seen: _Seen, snapshot: Snapshot, growth: Growth, roomy: bool) -> Sequence[Cell]:
    stale = seen.sample is not None and seen.sample.problem is not None
    name = words(seen.target.name)
    if seen.good is None:
        return (sign(seen.level), name, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY)
    used = seen.good.value.used
    style = "dim" if stale else LEVEL_STYLES[seen.level]
    speed = None if stale else growth.of(seen.target, snapshot)
    return (
        sign(seen.level),
        name,
        line((size(used), style or "value")),
        _bar(used, seen.scale, "dim" if stale else style),
        _limit(seen.scale),
        line((f"{age(snapshot.at - seen.good.at)} ago", "dim")) if stale else _growth(speed),
        _course(snapshot, seen, _LONG_COURSE if roomy else _COURSE),
    )


def _bar(used: int, scale: _Scale, style: str) -> Cell:
    top = scale.top
    if top is None:
        return line(("no limit", "dim"))
    marks = []
    if scale.baseline:
        marks.append(Mark(scale.baseline, "▏", "baseline"))
    marks += [Mark(value, "┊", "threshold") for value in (scale.degraded, scale.down) if value]
    return lambda room: bar(used, top, room, style or "bar", marks)


def _limit(scale: _Scale) -> Line:
    if scale.limit:
        return line((size(scale.limit), "dim"))
    threshold = scale.degraded or scale.down
    return line((f"┊{size(threshold)}", "dim")) if threshold else EMPTY


def _growth(speed: float | None) -> Line:
    if speed is None:
        return EMPTY
    if abs(speed) < _STEADY:
        return line(("steady", "dim"))
    return line((f"{'+' if speed > 0 else '−'}{size(abs(speed) * 60)}/min", "" if speed > 0 else "dim"))


def _course(snapshot: Snapshot, seen: _Seen, parts: int) -> Line:
    past = snapshot.past.get(seen.target, ())
    top = seen.scale.top or max((sample.value.used for sample in past[-1:] if sample.value), default=0) * 2
    return line((spark(course(past, snapshot.at, parts, lambda reading: float(reading.used)), top), "course"))


def _instead(seen: _Seen, drawn: Line, width: int) -> Line:
    """A row without any value says why there is none."""
    if seen.good is not None:
        return drawn
    return unread(seen.level, seen.target.name, seen.sample, width)
