"""One queue, closely: its depth over time and when it is empty, its figures, the shape of its messages. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from opsconsole.model.detail import Messages, Shape
from opsconsole.model.readings import BrokerReading, Queue
from opsconsole.model.sample import Target
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.targets import QueueKind
from opsconsole.model.text import one_line
from opsconsole.model.units import count, duration, size
from opsconsole.model.verdict import Level as Verdict
from opsconsole.tui.presentation import outlook
from opsconsole.tui.presentation.ages import age
from opsconsole.tui.presentation.chart import Frame, Level, chart
from opsconsole.tui.presentation.history import per_second
from opsconsole.tui.presentation.outlook import per
from opsconsole.tui.presentation.spans import LEVEL_STYLES, Line, Span, cut, hang, join, line, words, wrap
from opsconsole.tui.presentation.spell import Seen, Spell, seen
from opsconsole.tui.presentation.standing import expected
from opsconsole.tui.presentation.subject import Subject
from opsconsole.tui.presentation.table import Row

_DOT: Final = Span(" · ", "dim")
_SHARE: Final = 12
"""Cells of the bar of a share."""

_NO_RATE: Final = "not known yet: it takes two looks, and Redis 6.0.6"
_UNREAD: Final = "not known: the last look failed"
_WORKERS: Final = {
    "celery": "not known: Celery's workers leave no trace in Redis",
    "dramatiq": "not known yet: not each that speaks to the broker was seen to hold a message",
    "list": "not known: who takes from a plain list leaves no trace",
    "stream": "not known: Redis keeps consumers of a stream that are long gone",
    "rq": "not known",
}
_DELAYED: Final = {
    "celery": "not known: Celery's workers hold them, as in flight",
    "list": "a plain list has none",
    "stream": "a stream has none",
}
_DEAD: Final = {
    "celery": "not known: Celery keeps none in Redis",
    "list": "a plain list has none",
    "stream": "a stream has none",
}


@dataclass(frozen=True, slots=True)
class Close:
    """One queue of one entry of the stack file, as a snapshot has it. `name` is empty where none was ever seen."""

    snapshot: Snapshot
    target: Target
    name: str

    @property
    def subject(self) -> Subject:
        """The entry of the stack file, with its checks."""
        return Subject.of_target(self.snapshot, self.target)

    @property
    def reading(self) -> BrokerReading | None:
        """The newest reading, which may be old."""
        good = self.snapshot.last_good.get(self.target)
        return good.value if good is not None and isinstance(good.value, BrokerReading) else None

    @property
    def queue(self) -> Queue | None:
        """The queue in it."""
        return next((one for one in self.reading.queues if one.name == self.name), None) if self.reading else None

    @property
    def kind(self) -> QueueKind | None:
        """What kind of queue it is."""
        return self.reading.kind if self.reading is not None else None

    @property
    def stale(self) -> str:
        """How old what is shown is, where the last look failed; empty where it is what is so."""
        sample, good = self.snapshot.latest.get(self.target), self.snapshot.last_good.get(self.target)
        if sample is None or sample.problem is None or good is None:
            return ""
        return f"{age(self.snapshot.at - good.at)} ago"

    def rate(self, field: str) -> float | None:
        """How fast `added` or `taken` grows, per second; None where that is not known."""
        found = per_second(self.snapshot.past.get(self.target, ()), _of(self.name, field))
        return found if found is None or found >= 0 else None  # below nothing: the probe began anew

    def seen(self, spell: Spell) -> Seen:
        """Its depth over time."""
        return seen(self.snapshot, self.target, self.name, _of(self.name, "waiting"), spell)


def head(close: Close, width: int) -> list[Line]:
    """Two lines: name, kind, depth and verdict; then what matters most."""
    queue, found = close.queue, close.subject.findings
    worst = found[0].level if found else Verdict.OK
    badge = line((f" {worst.name} ", f"badge-{LEVEL_STYLES[worst]}")) if worst else line(("OK", "good"))
    old = close.stale
    waits = (
        line((f"{count(queue.waiting)} waiting{f' {old}' if old else ''}", "dim" if old else "value"))
        if queue is not None
        else line(("no queue yet", "dim"))
    )
    kind = words(f"{close.kind or 'queue'} of {close.target.name}", "dim", 60)
    first = join([words(close.name or close.target.name, "title", 60), kind, waits], _DOT)
    told = words(found[0].reason, LEVEL_STYLES[worst], 300) if found else words(answer(close, "quarter"), "dim")
    sign = line((f"{worst.sign} ", LEVEL_STYLES[worst])) if found else ()
    return [cut((Span(" "), *badge, Span(" "), *first), width), cut((Span(" "), *sign, *told), width)]


def answer(close: Close, spell: Spell) -> str:
    """When it will be empty, or why it will not."""
    queue = close.queue
    sample = close.snapshot.latest.get(close.target)
    if sample is not None and sample.problem is not None:
        return sample.problem.reason
    if queue is None:
        return "no such queue was seen"
    added, taken = close.rate("added"), close.rate("taken")
    rates = (added, taken) if added is not None and taken is not None else None
    points = close.seen("quarter")
    return outlook.drain(points.points, points.now, points.looked, queue.waiting, rates)


def title(close: Close, spell: Spell) -> str:
    """What the drawing is called."""
    return f"Waiting · {close.seen(spell).words}"


def lines(close: Close, spell: Spell, room: tuple[int, int]) -> list[Line]:
    """The answer, then its depth over time, in at most `room` = (cells, lines)."""
    found = close.seen(spell)
    out = wrap(words(answer(close, spell), "value"), room[0])
    frame = Frame(found.now, found.seconds, found.hold, stale=bool(close.stale))
    return [*out, *chart(found.points, _levels(close), frame, (room[0], max(room[1] - len(out), 3)), _count)]


def _levels(close: Close) -> Sequence[Level]:
    standings = close.subject.standings
    named = (
        (expected(standings, "depth", field), name)
        for field, name in (("degraded", "threshold"), ("down", "DOWN from"))
    )
    styles = {"threshold": "degraded", "DOWN from": "down"}
    return [Level(float(at), name, styles[name]) for at, name in named if at]


def figures(close: Close, width: int) -> list[Row]:
    """Everything that is counted, a row each; what cannot be told says why."""
    queue, reading = close.queue, close.reading
    sample = close.snapshot.latest.get(close.target)
    out = []
    if sample is not None and sample.problem is not None:
        ago = f"; as it was {close.stale}:" if close.stale else ""
        out.append(Row("why", tuple(wrap(words(f"{sample.problem.reason}{ago}", "unknown", 400), width))))
    if queue is None or reading is None:
        return [*out, Row("none", tuple(wrap(line(("no such queue was seen yet", "dim")), width)))]
    return [*out, *(_figure(name, value, known, width) for name, value, known in _counted(close, queue, reading))]


def _counted(close: Close, queue: Queue, reading: BrokerReading) -> Iterator[tuple[str, str, bool]]:
    kind = reading.kind
    least = " or more" if queue.waiting_at_least else ""
    yield "waiting", f"{count(queue.waiting)}{least}", True
    for name, field in (("in", "added"), ("out", "taken")):
        rate = close.rate(field)
        least = "at least " if close.rate("unsure") else ""
        told = f"{least}{per(rate) if rate else '0/s'}" if rate is not None else _UNREAD if close.stale else _NO_RATE
        yield name, told, rate is not None
    yield "oldest", *_oldest(queue)
    of_all = ", of all queues of this broker" if len(reading.queues) > 1 else ""
    if reading.in_flight is not None:
        yield "in flight", f"{count(reading.in_flight)}{of_all}", True
    else:
        yield "in flight", "not known: nobody notes what was taken", False
    for name, value, why in (("delayed", queue.delayed, _DELAYED), ("dead", queue.dead, _DEAD)):
        yield name, count(value) if value is not None else why.get(kind, "not known"), value is not None
    if reading.workers is not None:
        yield "consumers", f"{count(reading.workers)}{of_all}", True
    else:
        yield "consumers", _WORKERS[kind], False
    yield "broker", f"answers within {duration(reading.ping)}", True


def _oldest(queue: Queue) -> tuple[str, bool]:
    if not queue.waiting:
        return "nothing waits", True
    if queue.oldest is None:
        return "not known yet: it takes two looks", False
    least = "at least " if queue.oldest_at_least else ""
    return f"{least}{duration(queue.oldest)}", True


def _figure(name: str, value: str, known: bool, width: int) -> Row:
    told = line((value, "value" if known else "dim"))
    return Row(f"figure:{name}", tuple(hang(line((name.ljust(11), "dim")), told, width)))


def shape(found: Shape | str, width: int) -> list[Row]:
    """Names of tasks by their share of the sample, and how large that was."""
    if isinstance(found, str):
        return [Row("why", tuple(wrap(words(found, "unknown", 300), width)))]
    if not found.waiting:
        return [Row("none", (line(("nothing waits", "dim")),))]
    if not found.looked_at:
        each = f": {size(found.bytes_each)} each" if found.bytes_each else ""
        return [Row("none", tuple(wrap(words(f"{found.whence or 'none could be read'}{each}", "unknown"), width)))]
    column = min(max((len(name) for name, _ in found.names), default=0), max(width - _SHARE - 8, 12))
    out = [Row(f"task:{name}", (_share(name, many, found.looked_at, column, width),)) for name, many in found.names]
    if found.unnamed:
        named = f", with fields {', '.join(found.fields)}" if found.fields else ""
        told = f"{found.unnamed} of {found.looked_at} name no task{named}"
        out.append(Row("unnamed", tuple(wrap(words(told, "dim", 400), width))))
    return [*out, Row("sample", tuple(wrap(words(_sampled(found), "dim", 300), width)))]


def _share(name: str, many: int, of: int, column: int, width: int) -> Line:
    part = many / of
    filled = max(round(part * _SHARE), 1)
    bar = line(("█" * filled, "bar"), ("·" * (_SHARE - filled), "dim"))
    return cut(line(*bar, (f" {100 * part:3.0f} % ", "value"), *words(name, "strong", column)), width)


def _sampled(found: Shape) -> str:
    each = f", {size(found.bytes_each)} each" if found.bytes_each is not None else ""
    again = f"; {found.retried} of them tried again" if found.retried else ""
    if found.looked_at >= found.waiting:
        return f"all {count(found.waiting)} were looked at{each}{again}"
    return f"{found.looked_at} of {count(found.waiting)} were looked at, {found.whence}{each}{again}"


def messages(found: Messages, queue: str, width: int) -> list[Line]:
    """A few messages to be read, and what was done to them."""
    if not found.shown:
        return wrap(
            line(("nothing could be read: nothing waits, or one message is too large to be fetched", "dim")), width
        )
    hid = f"; {found.masked} value{'s' * (found.masked != 1)} hidden as secrets" if found.masked else ""
    of = f"The next {len(found.shown)} of {count(found.waiting)} in {one_line(queue, 60)}"
    out = wrap(line((f"{of}{hid}. Nothing was taken.", "dim")), width)
    for one in found.shown:
        more = f"  {size(one.size)}{', cut' if one.cut else ''}"
        out += [(), *wrap(line((f"{one.place}  ", "dim"), *words(one.name, "heading", 120), (more, "dim")), width)]
        out += [(Span("   "), *each) for each in wrap(words(one.text, "", 2000), max(width - 3, 8))]
    return out


def _of(name: str, field: str) -> Any:
    def value(reading: Any) -> float | None:
        found = next((getattr(one, field) for one in reading.queues if one.name == name), None)
        return None if found is None else float(found)

    return value


def _count(figure: float) -> str:
    return count(round(figure))
