"""Searching and narrowing logs: what is typed, and going from match to match while lines are still looked through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from rich.cells import cell_len

from opsconsole.logs.matches import Pattern
from opsconsole.model.units import count
from opsconsole.tui.canvas import Canvas
from opsconsole.tui.logpane import LogPane
from opsconsole.tui.presentation.spans import Span, line
from opsconsole.tui.typed import TypedLine

_ASKS: Final = {
    "search": "search for",
    "filter": "show only what holds",
    "jump": "go to (03:12, -10m)",
}


class Bar(Canvas):
    """The line in which something is typed; `what` it is for, empty as long as it is shut."""

    def __init__(self) -> None:
        super().__init__(id="bar")
        self.what = ""
        self.line = TypedLine()
        self._kind = ""

    def open(self, what: str, words: str, *, regex: bool) -> None:
        """Ask for something; `words` stand there already."""
        self.what, self.line = what, TypedLine(words)
        self._kind = "" if what == "jump" else " (an expression)" if regex else " (words)"
        self.display = True
        self.draw()

    def draw(self) -> None:
        """Draw what is typed, its end in any case."""
        typed = Span(f"{self.line.words}▏", "value")
        asks = f" {_ASKS[self.what]}{self._kind}: "
        room = max(self.size.width - cell_len(asks), 8)
        shown = typed if cell_len(typed.text) <= room else typed._replace(text=f"…{typed.text[-room + 1 :]}")
        self.show([line((asks, "key"), shown)])

    def on_resize(self) -> None:
        """Draw what fits now."""
        super().on_resize()
        if self.what:
            self.draw()

    def shut(self) -> None:
        """Nothing is typed any more."""
        self.what = ""
        self.display = False


class Seeking:
    """What is sought on one pane of logs, and what alone is shown. `say` tells the person in a few words."""

    def __init__(self, pane: LogPane, say: Callable[[str], None]) -> None:
        self._pane = pane
        self._say = say
        self.regex = False
        self._before: tuple[Pattern | None, Pattern | None, bool, int] = (None, None, True, 0)
        self._towards: int | None = None
        self._typed = {"search": "", "filter": ""}

    def typed(self, what: str) -> str:
        """What was typed for that last, as long as it holds."""
        book = self._pane.book
        now = book.search if what == "search" else book.filter if what == "filter" else None
        return now.pattern.sought if now is not None else ""

    def begin(self) -> None:
        """Remember how it is, to put it back."""
        book, pane = self._pane.book, self._pane
        search, only = book.search, book.filter
        self._before = (
            search.pattern if search else None, only.pattern if only else None, pane.following, pane.top,
        )  # fmt: skip

    def put_back(self) -> None:
        """As it was before one began to type."""
        search, only, following, top = self._before
        self._towards, self._pane.current = None, None
        self._pane.book.narrow(only)
        self._pane.book.seek(search)
        self._pane.following, self._pane.top = following, top

    def take(self, what: str, words: str) -> None:
        """Seek what has been typed so far, or show only that; nothing ends it."""
        try:
            pattern = Pattern(words, regex=self.regex) if words else None
        except ValueError as fault:
            self._say(str(fault))
            return
        book = self._pane.book
        if what == "filter":
            book.narrow(pattern)
            return
        book.seek(pattern)
        self._pane.current = None
        _, _, following, top = self._before
        # From the line that was on top on; who follows seeks backwards from the newest.
        self._towards = None if pattern is None else (book.ring.end if following else top)

    def go_on(self) -> None:
        """More lines have been looked through: go to the match that is waited for, once it is sure which it is."""
        book = self._pane.book
        if any(each is not None and each.too_slow for each in (book.search, book.filter)):
            self._give_up()
        search = book.search
        if self._towards is None or search is None:
            return
        backwards = self._towards >= self._pane.book.ring.end or self._before[2]
        found = search.beside(self._towards, -1 if backwards else 0)
        sure = not search.behind or (not backwards and found is not None and found >= self._towards)
        if sure:
            self._towards = None
            if found is not None:
                self._go(found)

    def _give_up(self) -> None:
        """An expression that takes too long is not sought any more, and hides nothing."""
        book = self._pane.book
        self._towards = None
        if book.filter is not None and book.filter.too_slow:
            book.narrow(None)
        if book.search is not None and book.search.too_slow:
            book.seek(None)
        self._say("this expression takes too long; use a simpler one, or words")

    def again(self, by: int) -> None:
        """The next match, or the one before; round the ends."""
        search, pane = self._pane.book.search, self._pane
        if search is None:
            return
        here = pane.current if pane.current is not None else (pane.top - 1 if by > 0 else pane.top)
        found = search.beside(here, by)
        if found is None:
            self._say("searching…" if search.behind else "no match")
            return
        if (found <= here) if by > 0 else (found >= here):
            self._say("round the end" if by > 0 else "round the beginning")
        else:
            self._say(f"match {count(search.place(found) + 1)} of {count(len(search))}")
        self._go(found)

    def _go(self, number: int) -> None:
        self._pane.current = number
        self._pane.reveal(number)

    def record(self) -> list[int]:
        """The lines of the match at which the search stands, with what belongs to them; empty where there is none."""
        ring, current = self._pane.book.ring, self._pane.current
        if current is None or not ring.first <= current < ring.end:
            return []
        first = last = ring.head(current)
        while last + 1 < ring.end and ring.joined(last + 1):
            last += 1
        return list(range(first, last + 1))
