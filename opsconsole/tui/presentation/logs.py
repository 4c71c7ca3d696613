"""Lines of logs as they are drawn: time, source, the words in the colour of their level, what was sought marked. Pure.

Only the lines in sight are ever drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final

from rich.cells import cell_len, set_cell_size

from opsconsole.logs.levels import LogLevel
from opsconsole.logs.matches import Pattern
from opsconsole.logs.moments import clock
from opsconsole.logs.ring import Ring
from opsconsole.logs.stamps import own_time
from opsconsole.model.units import count
from opsconsole.tui.presentation.spans import Line, Span, fit, join, line, words

LEVEL_STYLES: Final = {
    LogLevel.NONE: "output",
    LogLevel.DEBUG: "dim",
    LogLevel.INFO: "output",
    LogLevel.WARNING: "degraded",
    LogLevel.ERROR: "down",
    LogLevel.FATAL: "down strong",
}
_SIGNS: Final = {LogLevel.WARNING: "!", LogLevel.ERROR: "✗", LogLevel.FATAL: "✗"}
_SOURCE_STYLES: Final = tuple(f"ansi-fg-{name}" for name in ("cyan", "magenta", "green", "blue", "yellow", "white"))
_WIDE: Final = 100
"""Cells from which times are shown to the millisecond."""

NARROW: Final = 60
"""Cells below which a source has no more than a few letters."""


@dataclass(frozen=True, slots=True)
class Look:
    """How lines are shown: `width` cells, moved to the left by `shift`, or wrapped. `now` tells old days from today.

    With `times` each line has its time in a column, and not once more at its beginning.
    """

    width: int
    names: Sequence[str]
    now: float
    times: bool = True
    wrap: bool = False
    shift: int = 0
    zone: tzinfo | None = UTC

    @property
    def name_width(self) -> int:
        """Cells for the name of a source; none where there is only one."""
        if len(self.names) < 2:
            return 0
        most = 4 if self.width < NARROW else max(self.width // 5, 8)
        return min(max(map(cell_len, self.names)), most)

    @property
    def room(self) -> int:
        """Cells for the words of a line."""
        time = _time_width(self.width) + 1 if self.times else 0
        name = self.name_width + 1 if self.name_width else 0
        return max(self.width - time - name - 2, 8)


def rows(ring: Ring, number: int, look: Look, sought: Pattern | None = None, *, found: bool = False) -> list[Line]:
    """One line of a log as one row, or as many as it takes when lines are wrapped; `found` is where a search stands."""
    text = ring.text(number)
    level = ring.level(number)
    style = LEVEL_STYLES[level]
    begin = _begin(ring, number, look)
    at = begin + look.shift
    pieces = wrapped(text, look.room, begin) if look.wrap else [(at, at + look.room + 1)]
    places = sought.places(text) if sought is not None else []
    head = _head(ring, number, look, level, found=found)
    blank = line(" " * (look.width - look.room))
    return [
        (*(blank if place else head), *_marked(text, begin, end, style, places))
        for place, (begin, end) in enumerate(pieces)
    ]


def row_count(ring: Ring, number: int, look: Look) -> int:
    """How many rows a line takes."""
    return len(wrapped(ring.text(number), look.room, _begin(ring, number, look))) if look.wrap else 1


def _begin(ring: Ring, number: int, look: Look) -> int:
    """Where the words of a line begin: behind its own time, where that stands in the column of times already."""
    return own_time(ring.text(number), ring.time(number)) if look.times and not ring.joined(number) else 0


def wrapped(text: str, room: int, begin: int = 0) -> list[tuple[int, int]]:
    """Where each row of a line begins and ends, in characters; the first at `begin`."""
    if text.isascii():
        return [(place, place + room) for place in range(begin, max(len(text), begin + 1), room)]
    out: list[tuple[int, int]] = []
    while begin < len(text) or not out:
        end = begin + max(len(set_cell_size(text[begin : begin + room], room).rstrip()), 1)
        if cell_len(text[begin : begin + room]) <= room:
            end = begin + room
        out.append((begin, end))
        begin = end
    return out


def heading(
    names: Sequence[str], sought: Pattern | None, place: tuple[int, int], only: Pattern | None, *, shift: int
) -> str:
    """The title of the frame: the logs, what is sought and where one is among what was found, what alone is shown."""
    parts = [", ".join(names)]
    if sought is not None:
        at, of = place
        parts.append(
            f"{_written(sought)} {count(at)} of {count(of)}" if at else f"{_written(sought)} {count(of)} found"
        )
    if only is not None:
        parts.append(f"only {_written(only)}")
    if shift:
        parts.append(f"from column {shift + 1}")
    return " · ".join(parts)


def _written(pattern: Pattern) -> str:
    return f"/{pattern.sought}/" if pattern.regex else f"“{pattern.sought}”"


@dataclass(frozen=True, slots=True)
class Course:
    """How reading goes: `shown` lines of `held`, older ones that were `dropped`, `below` what is in sight.

    `behind`: per cent of the lines that a search has gone through; `day` of what is on top, where it is not today.
    """

    held: int
    dropped: int = 0
    shown: int | None = None
    below: int = 0
    following: bool = True
    reading: bool = False
    stopped: bool = False
    behind: int | None = None
    day: str = ""


def course(course: Course) -> Line:
    """The same in words."""
    if course.stopped:
        doing = line(("reading ended where no more can be held; f reads the newest", "unknown"))
    elif course.reading:
        doing = line(("reading…", "now"))
    elif course.following:
        doing = line(("following", "good"))
    else:
        new = f", {count(course.below)} below" if course.below else ""
        doing = line((f"paused{new}", "degraded"))
    held = f"{count(course.held)} line{'' if course.held == 1 else 's'}"
    if course.shown is not None:
        held = f"{count(course.shown)} of {held}"
    dropped = line((f"{count(course.dropped)} older ones dropped", "unknown")) if course.dropped else ()
    searching = line((f"searched {course.behind} %", "now")) if course.behind is not None else ()
    day = line((f"on {course.day}", "value")) if course.day else ()
    return join((doing, searching, day, line((held, "value")), dropped), Span(" · ", "dim"))


def day_of(ring: Ring, number: int, look: Look) -> str:
    """The day of a line where that is not today."""
    time = ring.time(number) if ring.first <= number < ring.end else None
    if time is None:
        return ""
    at, today = (datetime.fromtimestamp(one, look.zone).date() for one in (time, look.now))
    return "" if at == today else f"{at:%Y-%m-%d}"


def said(name: str, reason: str) -> Line:
    """Why nothing comes from a source."""
    return line(" ", ("? ", "unknown"), *words(name, "value"), " ", *words(reason, "unknown"))


def _time_width(width: int) -> int:
    return 12 if width >= _WIDE else 8


def _head(ring: Ring, number: int, look: Look, level: LogLevel, *, found: bool) -> Line:
    """What stands before the words; blank for what belongs to the line before."""
    joined = ring.joined(number)
    parts: list[Span] = []
    if look.times:
        size = _time_width(look.width)
        parts += fit(line(("" if joined else _time(ring, number, look, size), "dim")), size)
        parts.append(Span(" "))
    if look.name_width:
        source = ring.source(number)
        style = _SOURCE_STYLES[source % len(_SOURCE_STYLES)]
        parts += fit(() if joined else words(look.names[source], style), look.name_width)
        parts.append(Span(" "))
    sign = "▸" if found else "" if joined else _SIGNS.get(level, "")
    parts += fit(line((sign, "now" if found else LEVEL_STYLES[level])), 2)
    return tuple(parts)


def _time(ring: Ring, number: int, look: Look, size: int) -> str:
    """The time of a line; its day instead where that is another than the line before has, or than today."""
    time = ring.time(number)
    if time is None:
        return ""
    before = ring.time(number - 1) if number > ring.first else None
    at, last = (datetime.fromtimestamp(one, look.zone) for one in (time, look.now if before is None else before))
    if at.date() == last.date():
        return clock(time, look.zone, fine=size > 8)
    return f"{at:%m-%d %H:%M}" if size > 8 else f"{at:%m-%d}"


def _marked(text: str, begin: int, end: int, style: str, places: Sequence[tuple[int, int]]) -> Line:
    """The characters from `begin` to before `end`, those that were sought marked."""
    spans: list[Span] = []
    at, end = begin, min(end, len(text))
    for place in places:
        first, last = max(place[0], at), min(place[1], end)
        if first >= last:
            continue
        spans += [Span(text[at:first], style), Span(text[first:last], f"{style} found")]
        at = last
    spans.append(Span(text[at:end], style))
    return tuple(span for span in spans if span.text)
