"""Going about in logs: to a time, to older lines, back to the newest; what is not held is read, and one comes back."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

from opsconsole.logs.book import Book
from opsconsole.logs.lines import Wanted
from opsconsole.logs.moments import clock, parse_moment
from opsconsole.logs.ring import MOST_LINES
from opsconsole.model.units import count
from opsconsole.tui.logpane import LogPane

FIRST: Final = Wanted(10_000)
"""How much of what is already written is read at first."""

_MORE: Final = 5
"""How many times as much is read when older lines are wanted."""

_NEAR: Final = 1000
"""Lines among which that on top is looked for again; more of one time are hardly ever written."""


class Places:
    """Where one pane is in its logs. `made` makes a book, `run` lets work go on in the background, `say` tells."""

    def __init__(
        self,
        pane: LogPane,
        made: Callable[[Wanted], Book],
        run: Callable[[Coroutine[Any, Any, None]], object],
        say: Callable[[str], None],
    ) -> None:
        self._pane, self._made, self._run, self._say = pane, made, run, say
        self._touched = 0
        self._kept: tuple[float | None, str] | None = None
        self._goal: float | None = None

    def older(self) -> None:
        """Read several times as much, up to what can be held; the same lines stay in sight."""
        ring, lines = self._pane.book.ring, min(self._pane.book.wanted.lines * _MORE, MOST_LINES)
        if len(ring):
            top = min(max(self._pane.top, ring.first), ring.end - 1)
            self._kept = (ring.time(top), ring.text(top))
        self._pane.hold()
        self._read(Wanted(lines))
        self._say(f"reading the last {count(lines)} lines…")

    def newest(self) -> None:
        """Read the newest lines again, and follow."""
        self._read(FIRST)
        self._pane.action_last()

    def jump(self, words: str, now: float) -> None:
        """To a time: among the lines that are held, or by reading from there on."""
        try:
            goal = parse_moment(words, now)
        except ValueError as fault:
            self._say(str(fault))
            return
        book, span = self._pane.book, self._pane.book.ring.span()
        if span is not None and (span[0] <= goal or book.whole):
            number = book.ring.number_at(goal)
            self._pane.reveal(number if number is not None else book.ring.end - 1, top=True)
            self._say("nothing later has come" if number is None else _gone_to(goal, span[0]))
            return
        self._goal = goal
        self._pane.hold()
        self._read(Wanted(FIRST.lines, since=goal))
        self._say(f"reading from {clock(goal, fine=False)} on…")

    def _read(self, wanted: Wanted) -> None:
        old, book = self._pane.book, self._made(wanted)
        self._pane.book, self._pane.current, self._pane.top = book, None, 0
        book.narrow(old.filter.pattern if old.filter is not None else None)
        book.seek(old.search.pattern if old.search is not None else None)
        self._touched = self._pane.touched

        async def exchange() -> None:
            await old.close()
            book.open()

        self._run(exchange())

    def come_back(self) -> None:
        """Once all is read: to the line that was on top, or to the time that was asked for."""
        book = self._pane.book
        if book.reading or not len(book.ring):
            return
        if self._pane.touched != self._touched:  # somebody has gone somewhere else meanwhile
            self._goal = self._kept = None
        (time, text), goal = self._kept or (None, None), self._goal
        if self._goal is not None or self._kept is not None:
            self._goal = self._kept = None
            self._pane.reveal(_again(book, time if goal is None else goal, text), top=True)


def _again(book: Book, time: float | None, text: str | None) -> int:
    """The first line that was written at that time; with `text` the one with those words, where it is there."""
    found = book.ring.number_at(time) if time is not None else None
    first = book.ring.first if found is None else found
    if text is None:
        return first
    near = range(first, min(first + _NEAR, book.ring.end))
    return next((number for number in near if book.ring.text(number) == text), first)


def _gone_to(goal: float, first: float) -> str:
    at = clock(goal, fine=False)
    return f"at {at}" if goal >= first else f"the log begins after {at}"
