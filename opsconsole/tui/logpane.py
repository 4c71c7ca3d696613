"""The lines of logs in a frame, of which only those in sight are drawn, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from opsconsole.logs.book import Book
from opsconsole.logs.matches import Matches
from opsconsole.tui.canvas import Canvas
from opsconsole.tui.presentation.frames import Frame, cost, framed, inner_width, title
from opsconsole.tui.presentation.logs import Look, heading, row_count, rows
from opsconsole.tui.presentation.spans import Line

_STEP = 8
"""Cells by which lines move sideways."""


class LogPane(Canvas, can_focus=True):
    """A window on a book: at its end as long as it follows, else at the line on top, whatever comes or goes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll_by(1)", "down", show=False),
        Binding("k,up", "scroll_by(-1)", "up", show=False),
        Binding("pagedown,space", "page(1)", "page down", show=False),
        Binding("pageup,b", "page(-1)", "page up", show=False),
        Binding("g,home", "first", "to the oldest line", show=False),
        Binding("G,end", "last", "to the end, and follow", show=False),
        Binding("right", "shift(1)", "to the right", show=False),
        Binding("left", "shift(-1)", "to the left", show=False),
    ]

    class Moved(Message):
        """Other lines are in sight, or it began or ended to follow."""

    def __init__(self, book: Book, look: Look) -> None:
        super().__init__(id="log")
        self.book = book
        self.look = look
        self.frame: Frame = "box"
        self.following = True
        self.top = 0
        self.current: int | None = None
        self.drawn = 0  # lines of logs that were made into rows, since it began
        self.take_key: Callable[[str, str | None], bool] = lambda key, character: False
        self.touched = 0  # how often somebody has scrolled
        self._skip = 0
        self._bottom = 0

    # --- which lines there are ----------------------------------------------------------------------------

    @property
    def only(self) -> Matches | None:
        """The lines that a filter lets through; None where all are shown."""
        return self.book.filter

    @property
    def count(self) -> int:
        """How many lines are shown, in sight or not."""
        return len(self.book.ring) if self.only is None else len(self.only)

    def _number(self, place: int) -> int:
        return self.book.ring.first + place if self.only is None else self.only.at(place)

    def _place(self, number: int) -> int:
        """How many lines are shown before that one."""
        if self.only is not None:
            return self.only.place(number)
        return max(0, min(number - self.book.ring.first, len(self.book.ring)))

    @property
    def below(self) -> int:
        """How many lines are shown below what is in sight."""
        return max(self.count - self._place(self._bottom) - 1, 0) if self.count else 0

    def numbers(self) -> list[int]:
        """All lines that are shown, in sight or not."""
        return list(self.only) if self.only is not None else list(range(self.book.ring.first, self.book.ring.end))

    def in_sight(self) -> list[int]:
        """The lines that are seen now."""
        if not self.count:
            return []
        return [self._number(place) for place in range(self._place(self.top), self._place(self._bottom) + 1)]

    # --- drawing -----------------------------------------------------------------------------------------

    @property
    def inner_height(self) -> int:
        """Rows that are seen at once."""
        return max(self.size.height - cost(self.frame), 0)

    def draw(self) -> None:
        """Draw what is in sight."""
        if not self.size:
            return
        self.look = replace(self.look, width=inner_width(self.frame, self.size.width))
        body = self._from_the_end() if self.following else self._from_the_top()
        body = (body + [()] * self.inner_height)[: self.inner_height]
        search, only = self.book.search, self.only
        place = (0, 0)
        if search is not None:
            at = search.place(self.current) + 1 if self.current is not None and search.has(self.current) else 0
            place = (at, len(search))
        said = heading(
            self.look.names, search.pattern if search else None, place, only.pattern if only else None,
            shift=self.look.shift,
        )  # fmt: skip
        head = title(said, focused=self.has_focus)
        above = self._place(self.top)
        lines = framed(self.frame, head, body, self.size.width, focused=self.has_focus, above=above, below=self.below)
        self.show(lines)

    def _rows(self, number: int) -> list[Line]:
        self.drawn += 1
        search = self.book.search
        pattern = search.pattern if search is not None else None
        return rows(self.book.ring, number, self.look, pattern, found=number == self.current)

    def _from_the_end(self) -> list[Line]:
        body: list[Line] = []
        place = self.count
        while place > 0 and len(body) < self.inner_height:
            place -= 1
            body[:0] = self._rows(self._number(place))
        self._skip = max(len(body) - self.inner_height, 0)
        if self.count:
            self.top, self._bottom = self._number(place), self._number(self.count - 1)
        return body[self._skip :]

    def _from_the_top(self) -> list[Line]:
        if self.top < self.book.ring.first:
            self._skip = 0
        body: list[Line] = []
        place = start = self._place(self.top)
        for place in range(start, self.count):
            body += self._rows(self._number(place))
            if len(body) - self._skip >= self.inner_height:
                break
        if len(body) - self._skip < self.inner_height:
            return self._from_the_end()
        self.top, self._bottom = self._number(start), self._number(place)
        return body[self._skip :]

    # --- moving ------------------------------------------------------------------------------------------

    def reveal(self, number: int, *, top: bool = False) -> None:
        """Bring a line into sight: to the top, or into the upper third where it is not in sight."""
        self._hold()
        if top or not self.top <= number <= self._bottom:
            self.top, self._skip = number, 0
            if not top:
                self._back(self.inner_height // 3)
        self._moved()

    def hold(self) -> None:
        """Stay at the lines in sight, whatever comes."""
        self._hold()
        self._moved()

    def _hold(self) -> None:
        self.following = False

    def _moved(self) -> None:
        self.draw()
        self.post_message(self.Moved())

    def action_scroll_by(self, by: int) -> None:
        """Scroll by so many rows; at the end it follows again."""
        self.touched += 1
        if by > 0:
            self._forth(by)
        else:
            self._hold()
            self._back(-by)
        self._moved()

    def action_page(self, by: int) -> None:
        """Scroll by what is seen at once."""
        self.action_scroll_by(by * max(self.inner_height - 1, 1))

    def action_first(self) -> None:
        """To the oldest line that is held."""
        self.touched += 1
        self._hold()
        self.top, self._skip = self.book.ring.first, 0
        self._moved()

    def action_last(self) -> None:
        """To the end, and follow."""
        self.touched += 1
        self.following = True
        self._moved()

    def action_shift(self, by: int) -> None:
        """Move long lines sideways."""
        self.look = replace(self.look, shift=max(self.look.shift + by * _STEP, 0))
        self._moved()

    def _forth(self, by: int) -> None:
        if self.following:
            return
        place = self._place(self.top)
        self._skip += by
        while place < self.count and self._skip >= (size := self._height(place)):
            self._skip -= size
            place += 1
        if place >= self.count or self._shown_from(place) <= self.inner_height:
            self.following = True
        else:
            self.top = self._number(place)

    def _back(self, by: int) -> None:
        place = self._place(self.top)
        self._skip -= by
        while self._skip < 0 and place > 0:
            place -= 1
            self._skip += self._height(place)
        self._skip = max(self._skip, 0)
        if self.count:
            self.top = self._number(min(place, self.count - 1))

    def _height(self, place: int) -> int:
        return row_count(self.book.ring, self._number(place), self.look)

    def _shown_from(self, place: int) -> int:
        """Rows from there to the end, counted no further than they fit."""
        total = -self._skip
        for size in self._heights(place):
            total += size
            if total > self.inner_height:
                break
        return total

    def _heights(self, place: int) -> Iterator[int]:
        return (self._height(each) for each in range(place, self.count))

    def on_key(self, event: events.Key) -> None:
        """What belongs to a line that is typed goes no further.

        It is taken here, where keys come first: over a slow line they come in bursts, and a binding would be heard of
        only after the keys behind it.
        """
        if self.take_key(event.key, event.character):
            event.stop()
            event.prevent_default()

    def on_mouse_scroll_down(self) -> None:
        """The wheel."""
        self.action_scroll_by(3)

    def on_mouse_scroll_up(self) -> None:
        """The wheel."""
        self.action_scroll_by(-3)

    def on_focus(self) -> None:
        """The frame shows who gets the keys."""
        self.draw()

    def on_blur(self) -> None:
        """And who no longer does."""
        self.draw()

    def on_resize(self) -> None:
        """Draw what fits now."""
        super().on_resize()
        self.draw()
