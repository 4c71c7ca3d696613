"""The queue pane: how deep, which way it goes, how old the first message is, and who works on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from opsconsole.model.readings import BrokerReading, Queue
from opsconsole.model.sample import Sample, Target
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.units import count, duration
from opsconsole.model.verdict import Level
from opsconsole.tui.presentation.ages import age
from opsconsole.tui.presentation.bars import spark
from opsconsole.tui.presentation.history import course, per_second
from opsconsole.tui.presentation.spans import EMPTY, LEVEL_STYLES, Line, line, sign, words
from opsconsole.tui.presentation.standing import Standings, expected, level
from opsconsole.tui.presentation.table import ROOMY, Cell, Column, Row, Rows, Value, headed
from opsconsole.tui.presentation.unread import unread
from opsconsole.tui.presentation.view import View

_COLUMNS: Final = (
    Column(keep=9),  # sign
    Column(keep=8, least=10, title="queue"),
    Column(keep=7, align="right", title="waiting"),
    Column(keep=3),  # course
    Column(keep=6, align="right", title="rate"),  # in and out, or net
    Column(keep=5, align="right", title="oldest"),
    Column(keep=2, least=6, title="workers"),  # and what else there is
)
_COUNTED: Final = (*_COLUMNS[:3], Column(keep=1), *_COLUMNS[4:])
_GOOD_TO_HAVE: Final = (Column(keep=1, align="right", title="threshold"), Column(keep=1, title="kind"))
_COURSE: Final = 10
_LONG_COURSE: Final = 24
_ROOMY: Final = 48  # cells from which both rates are shown; below, the net rate stands alone
_WIDE: Final = 68  # cells from which the course fits beside both rates; below, it goes before who works does
_STILL: Final = 1 / 60  # a second: what is slower stands still
_FULL: Final = 100.0  # messages: the top of the course where no threshold gives one


@dataclass(frozen=True, slots=True)
class _Seen:
    target: Target
    queue: Queue
    level: Level
    label: str
    notes: str
    stale: str


def rows(view: View, width: int) -> Rows:
    """A row for each queue of each broker entry, the worst first; one with the reason where nothing was ever read."""
    snapshot, standings = view.snapshot, view.standings
    targets = [target for target in snapshot.stack.watched if target.kind == "queue"]
    readings = {target: _reading(target, snapshot) for target in targets}
    names = [queue.name for reading in readings.values() if reading for queue in reading.queues]
    seen = [
        one
        for target, reading in readings.items()
        if reading
        for one in _look(target, reading, snapshot, standings, names)
    ]
    seen.sort(key=lambda one: -one.level)
    counted = any(one.queue.added is not None and one.queue.taken is not None for one in seen)
    columns = _COUNTED if counted and _ROOMY <= width < _WIDE else _COLUMNS
    roomy = width >= ROOMY
    kinds = {target: reading.kind for target, reading in readings.items() if reading}
    cells = [
        [*_cells(one, snapshot, standings, width), *(_more(one, standings, kinds) if roomy else ())] for one in seen
    ]
    head, drawn = headed((*columns, *_GOOD_TO_HAVE) if roomy else columns, cells, width, titled=roomy)
    out = [
        (one.level, Row(f"{one.target.name}\n{one.queue.name}", (each,), one.level, _values(one, snapshot)))
        for one, each in zip(seen, drawn, strict=True)
    ]
    for target, reading in readings.items():
        if reading is None:
            sample = snapshot.latest.get(target)
            worst = level(standings.get(target, ()), sample)
            out.append((worst, Row(f"{target.name}\n", (unread(worst, target.name, sample, width),), worst)))
        elif not reading.queues:
            note = f"no queue yet · {reading.kind}"
            out.append((Level.OK, Row(f"{target.name}\n", (line("  ", *words(target.name), "  ", (note, "dim")),))))
    return Rows.under(head, [row for _, row in sorted(out, key=lambda one: -one[0])])


def _values(seen: _Seen, snapshot: Snapshot) -> dict[str, Value]:
    past = () if seen.stale else snapshot.past.get(seen.target, ())
    return {
        "queue": seen.label,
        "waiting": seen.queue.waiting,
        "rate": per_second(past, _depth_of(seen.queue.name)),
        "oldest": seen.queue.oldest if seen.queue.waiting else None,
    }


def _more(seen: _Seen, standings: Standings, kinds: Mapping[Target, str]) -> list[Cell]:
    """What is good to have where there is room."""
    own = standings.get(seen.target, ())
    threshold = expected(own, "depth", "degraded") or expected(own, "depth", "down")
    return [line((count(int(threshold)), "dim")) if threshold else EMPTY, words(kinds.get(seen.target, ""), "dim")]


def _reading(target: Target, snapshot: Snapshot) -> BrokerReading | None:
    good = snapshot.last_good.get(target)
    return good.value if good is not None and isinstance(good.value, BrokerReading) else None


def _look(
    target: Target, reading: BrokerReading, snapshot: Snapshot, standings: Standings, names: list[str]
) -> list[_Seen]:
    own = standings.get(target, ())
    sample, good = snapshot.latest.get(target), snapshot.last_good[target]
    worst = level(own, sample)
    unreadable = sample is not None and sample.problem is not None
    stale = f"{age(snapshot.at - good.at)} ago" if unreadable else ""
    over = [worst if unreadable else min(worst, _over(queue, own)) for queue in reading.queues]
    if reading.queues and worst is not Level.OK and not any(over):
        deepest = max(range(len(over)), key=lambda place: reading.queues[place].waiting)
        over[deepest] = worst
    seen = []
    for number, queue in enumerate(reading.queues):
        label = queue.name if names.count(queue.name) == 1 else f"{target.name}/{queue.name}"
        notes = _notes(queue, reading if number == 0 else None)
        seen.append(_Seen(target, queue, over[number], label, notes, stale))
    return seen


def _over(queue: Queue, own: tuple[Any, ...]) -> Level:
    """How bad this one queue is by the thresholds of its entry; the standing speaks for the worst of them only."""
    found = Level.OK
    for kind, value in (("depth", float(queue.waiting)), ("oldest", queue.oldest)):
        for field, bad in (("degraded", Level.DEGRADED), ("down", Level.DOWN)):
            threshold = expected(own, kind, field)
            if threshold is not None and value is not None and value > threshold:
                found = max(found, bad)
    return found


def _notes(queue: Queue, reading: BrokerReading | None) -> str:
    said = []
    if reading is not None and reading.workers is not None:
        said.append(f"{reading.workers} workers" if reading.workers != 1 else "1 worker")
    if reading is not None and reading.in_flight:
        said.append(f"{count(reading.in_flight)} in flight")
    if queue.delayed:
        said.append(f"{count(queue.delayed)} delayed")
    if queue.dead:
        said.append(f"{count(queue.dead)} dead")
    return " · ".join(said)


def _cells(seen: _Seen, snapshot: Snapshot, standings: Standings, width: int) -> list[Cell]:
    queue = seen.queue
    style = "dim" if seen.stale else LEVEL_STYLES[seen.level]
    past = () if seen.stale else snapshot.past.get(seen.target, ())
    depth = _depth_of(queue.name)
    own = standings.get(seen.target, ())
    top = expected(own, "depth", "down") or expected(own, "depth", "degraded") or _FULL
    parts = _LONG_COURSE if width >= ROOMY else _COURSE
    rate = _flow(past, queue, width >= _ROOMY) or _rate(per_second(past, depth), queue.waiting)
    return [
        sign(seen.level),
        words(seen.label),
        line((count(queue.waiting), style or "value")),
        line((spark(course(past, snapshot.at, parts, depth), float(top)), "course")),
        line((seen.stale, "dim")) if seen.stale else rate,
        EMPTY if seen.stale else _oldest(queue, seen.level),
        words(seen.notes, "dim"),
    ]


def _depth_of(name: str) -> Callable[[Any], float | None]:
    def depth(reading: Any) -> float | None:
        return next((float(queue.waiting) for queue in reading.queues if queue.name == name), None)

    return depth


def _value_of(name: str, field: str) -> Callable[[Any], float | None]:
    def value(reading: Any) -> float | None:
        return next((getattr(queue, field) for queue in reading.queues if queue.name == name), None)

    return value


def _flow(past: Sequence[Sample], queue: Queue, roomy: bool) -> Line | None:
    """What comes in and what goes out; None where that is not known, or is nothing and the net rate says so."""
    added, taken, unsure = (per_second(past, _value_of(queue.name, field)) for field in ("added", "taken", "unsure"))
    if not roomy or added is None or taken is None or added < 0 or taken < 0:
        return None  # below nothing: the probe began anew
    if max(added, taken) < _STILL:
        return None
    least = "≥" if unsure else ""
    style = "falling" if taken > added else ""
    return line((f"in {least}{_fast(added)}  out {least}{_fast(taken)}", style))


def _rate(rate: float | None, waiting: int) -> Line:
    """The net rate: what comes in minus what goes out, which is all that a depth can tell."""
    if rate is None:
        return EMPTY
    if abs(rate) < _STILL:
        return line(("steady", "dim")) if waiting else EMPTY
    sign_ = "+" if rate > 0 else "−"
    return line((f"{sign_}{_fast(abs(rate))}", "" if rate > 0 else "falling"))


def _fast(rate: float) -> str:
    if rate < _STILL:
        return "0/s"
    return f"{rate:.0f}/s" if rate >= 9.95 else f"{rate:.1f}/s" if rate >= 0.095 else f"{rate * 60:.0f}/min"


def _oldest(queue: Queue, worst: Level) -> Line:
    if not queue.waiting:
        return line(("empty", "dim"))
    if queue.oldest is None:
        return line(("age unknown", "dim"))
    least = "≥" if queue.oldest_at_least else ""
    return line((f"{least}{duration(queue.oldest)}", LEVEL_STYLES[worst]))
