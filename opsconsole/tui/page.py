"""Lines to read in a frame: they can be scrolled, and may follow what is added at their end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from opsconsole.tui.canvas import Canvas
from opsconsole.tui.presentation.frames import Frame, cost, framed, inner_width, title
from opsconsole.tui.presentation.search import holds, marked
from opsconsole.tui.presentation.spans import Line, at, links_of

Source = Callable[[int, int], Sequence[Line]]
"""Lines from a place on, at most so many."""


class Page(Canvas, can_focus=True):
    """Text in a frame. With `follow` it stays at its end until somebody scrolls up, and again once they are back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll_by(1)", "down", show=False),
        Binding("k,up", "scroll_by(-1)", "up", show=False),
        Binding("pagedown,space", "scroll_page(1)", "page down", show=False),
        Binding("pageup,b", "scroll_page(-1)", "page up", show=False),
        Binding("g,home", "scroll_by(-1000000)", "to the top", show=False),
        Binding("G,end", "scroll_by(1000000)", "to the end", show=False),
    ]

    class Followed(Message):
        """Somebody clicked on a link."""

        def __init__(self, to: str) -> None:
            super().__init__()
            self.to = to

    class Resized(Message):
        """There is another width to make the lines for."""

    def __init__(self, name: str, heading: str, *, follow: bool = False) -> None:
        super().__init__(id=name)
        self.heading = heading
        self.follow = follow
        self.frame: Frame = "box"
        self._count = 0
        self._source: Source = lambda start, count: ()
        self._top = self._told_width = 0
        self._at_end = follow
        self._written: Sequence[Line] = ()
        self._links: list[tuple[str, str]] | None = None
        self._sought = ""
        self._found = -1
        self.seen_to = 0  # lines, from the beginning, that have been in sight since `top`

    @property
    def inner_width(self) -> int:
        """Cells that a line may take."""
        return inner_width(self.frame, self.size.width)

    @property
    def inner_height(self) -> int:
        """Lines that are seen at once."""
        return max(self.size.height - cost(self.frame), 0)

    @property
    def wants(self) -> int:
        """The height that shows everything, frame included."""
        return max(self._count, 1) + cost(self.frame)

    def show_page(self, lines: Sequence[Line], *, top: bool = False) -> None:
        """Show these lines; with `top` from their beginning."""
        if lines is not self._written:
            self._written, self._links = lines, None
        self.show_source(len(lines), lambda start, count: lines[start : start + count], top=top)

    def show_source(self, count: int, source: Source, *, top: bool = False) -> None:
        """Show `count` lines that are asked for as they are seen."""
        self._count, self._source = count, source
        if top:
            self._top, self._at_end, self.seen_to = 0, self.follow, 0
        self.draw()

    def draw(self) -> None:
        """Draw what is in sight."""
        if not self.size:
            return
        height = self.inner_height
        last = max(self._count - height, 0)
        self._top = last if self._at_end else max(0, min(self._top, last))
        body = [marked(each, self._sought) for each in self._source(self._top, height)]
        self.seen_to = max(self.seen_to, self._top + height)
        body += [()] * (height - len(body))
        sought = f" /{self._sought}" if self._sought else ""
        head = title(f"{self.heading}{sought}", focused=self.has_focus)
        below = self._count - self._top - height
        self.show(framed(self.frame, head, body, self.size.width, focused=self.has_focus, above=self._top, below=below))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is all in sight cannot be scrolled."""
        return self._count > self.inner_height if action in ("scroll_by", "scroll_page") else True

    # --- searching and links -----------------------------------------------------------------------------

    @property
    def sought(self) -> str:
        """What is being looked for; empty where nothing is."""
        return self._sought

    def seek(self, sought: str, by: int = 0) -> tuple[int, int]:
        """Look for words: with `by` 0 from what is in sight on, with 1 and -1 for the next and the last place.

        Gives which match it is and how many there are, (0, 0) where there is none. Empty words end the search.
        """
        lines = self._source(0, self._count)
        places = [number for number, each in enumerate(lines) if holds(each, sought)]
        if sought != self._sought or self._found < 0:
            by = 0
        self._sought = sought
        if not places:
            self._found = -1
            self.draw()
            return 0, 0
        self._found = _next(places, self._found if by else self._top, by)
        self.reveal(self._found)
        return places.index(self._found) + 1, len(places)

    def reveal(self, number: int, *, top: bool = False) -> None:
        """Bring a line into sight: to the top, or into the upper third where it is not in sight."""
        height = self.inner_height
        if top or not self._top <= number < self._top + height:
            self._at_end = False
            self._top = number if top else max(number - height // 3, 0)
        self.draw()

    @property
    def links(self) -> list[tuple[str, str]]:
        """What each link of its lines says, and where it leads; each once."""
        if self._links is None:
            self._links = links_of(self._written)
        return self._links

    def on_click(self, event: events.Click) -> None:
        """A click on a link follows it."""
        lines = self.shown()
        span = at(lines[event.y], event.x) if 0 <= event.y < len(lines) else None
        if span is not None and span.to:
            self.post_message(self.Followed(span.to))

    def action_scroll_by(self, by: int) -> None:
        """Scroll by so many lines, as far as there are any."""
        height = self.inner_height
        last = max(self._count - height, 0)
        self._top = max(0, min(self._top + by, last))
        self._at_end = self.follow and self._top >= last
        self.draw()

    def action_scroll_page(self, by: int) -> None:
        """Scroll by what is seen at once."""
        self.action_scroll_by(by * max(self.inner_height - 1, 1))

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
        """Draw what fits now; whoever makes the lines hears of another width."""
        super().on_resize()
        self.draw()
        if self.inner_width != self._told_width:
            self._told_width = self.inner_width
            self.post_message(self.Resized())


def _next(places: Sequence[int], here: int, by: int) -> int:
    """The place after `here` or before it, round the ends; with `by` 0 the first from `here` on."""
    if by < 0:
        return next((place for place in reversed(places) if place < here), places[-1])
    return next((place for place in places if (place > here if by else place >= here)), places[0])
