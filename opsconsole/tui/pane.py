"""The one table of the console: keyed rows in a frame, with a cursor that stays on its row whatever moves around it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from opsconsole.tui.canvas import Canvas
from opsconsole.tui.presentation.frames import Frame, cost, framed, inner_width, title
from opsconsole.tui.presentation.spans import Line, line
from opsconsole.tui.presentation.table import Row, marked


class Pane(Canvas, can_focus=True):
    """Rows in a frame. The frame is a box, or a single line on top where height is short."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "down", show=False),
        Binding("k,up", "move(-1)", "up", show=False),
        Binding("g,home", "move(-100000)", "first", show=False),
        Binding("G,end", "move(100000)", "last", show=False),
        Binding("pagedown", "page(1)", "page down", show=False),
        Binding("pageup,b", "page(-1)", "page up", show=False),
        Binding("enter", "open", "open", id="keep-0.open"),
    ]

    class Opened(Message):
        """Enter or a click on a row."""

        def __init__(self, pane: Pane, key: str) -> None:
            super().__init__()
            self.pane, self.key = pane, key

    class Moved(Message):
        """The cursor is on another row."""

        def __init__(self, pane: Pane) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self, name: str, title: str, *, number: int | None = None, empty: str = "") -> None:
        super().__init__(id=name)
        self.pane_name = name
        self.title = title
        self.number = number
        self.empty = empty
        self.frame: Frame = "box"
        self.why = ""
        self.cursor: str | None = None
        self._rows: Sequence[Row] = ()
        self._marked: Collection[str] = ()
        self._top = 0

    # --- what is shown -----------------------------------------------------------------------------------

    @property
    def inner_width(self) -> int:
        """Cells that a row may take."""
        return inner_width(self.frame, self.size.width)

    @property
    def wants(self) -> int:
        """The height that shows everything, frame included."""
        lines = sum(len(row.lines) for row in self._rows) or 1
        return lines + cost(self.frame)

    @property
    def rows(self) -> Sequence[Row]:
        """The rows in their order."""
        return self._rows

    def show_rows(self, rows: Sequence[Row], why: str = "", marked: Collection[str] = ()) -> None:
        """Show these rows. `why` says in the title why they are not fresh, `marked` are the keys of marked ones.

        The cursor stays on its row by key.
        """
        place = self._place()
        self._rows, self.why, self._marked = rows, why, marked
        if self.cursor is None or all(row.key != self.cursor for row in rows):
            self.cursor = rows[min(place, len(rows) - 1)].key if rows else None
        self._draw()

    def _place(self) -> int:
        return next((place for place, row in enumerate(self._rows) if row.key == self.cursor), 0)

    def _inner_height(self) -> int:
        return max(self.size.height - cost(self.frame), 0)

    def _draw(self) -> None:
        if not self.size:
            return
        height, room = self._inner_height(), self.inner_width
        flat = [(row.key, self._seen(row, y)) for row in self._rows for y in range(len(row.lines))]
        self._scroll(flat, height)
        shown = flat[self._top : self._top + height]
        hidden = len(flat) - self._top - len(shown)
        body: list[Line] = [spans for _, spans in shown] if flat else [line((cut_text(self.empty, room), "dim"))]
        body += [()] * (height - len(body))
        under = {y + 1: "cursor" for y, (key, _) in enumerate(shown) if key == self.cursor and self.has_focus}
        focused = self.has_focus
        head = title(self.title, focused=focused, number=self.number, why=self.why)
        lines = framed(self.frame, head, body[:height], self.size.width, focused=focused, above=self._top, below=hidden)
        self.show(lines, under)

    def _seen(self, row: Row, y: int) -> Line:
        """A line of a row, the first with its mark."""
        return marked(row.lines[y]) if y == 0 and row.key in self._marked else row.lines[y]

    def _scroll(self, flat: Sequence[tuple[str, Line]], height: int) -> None:
        """Keep the cursor's row in sight, all of it where it fits."""
        own = [y for y, (key, _) in enumerate(flat) if key == self.cursor]
        if own and own[-1] >= self._top + height:
            self._top = own[-1] - height + 1
        if own and own[0] < self._top:
            self._top = own[0]
        self._top = max(0, min(self._top, len(flat) - height))

    # --- what is done with it ----------------------------------------------------------------------------

    def select(self, key: str) -> None:
        """Put the cursor on a row."""
        self.cursor = key
        self._draw()
        self.post_message(self.Moved(self))

    def action_move(self, by: int) -> None:
        """Move the cursor by so many rows, as far as there are any."""
        if self._rows:
            self.select(self._rows[max(0, min(self._place() + by, len(self._rows) - 1))].key)

    def action_page(self, by: int) -> None:
        """Move the cursor by what is seen at once."""
        self.action_move(by * max(self._inner_height() - 1, 1))

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self.cursor is not None:
            self.post_message(self.Opened(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        """A click selects; one on what is selected opens."""
        flat = [row.key for row in self._rows for _ in row.lines]
        place = self._top + event.y - 1
        if not 0 <= place < len(flat) or event.y < 1:
            return
        if flat[place] == self.cursor and event.chain > 1:
            self.action_open()
        else:
            self.select(flat[place])

    def on_mouse_scroll_down(self) -> None:
        """The wheel moves the cursor, so that it never leaves what is seen."""
        self.action_move(1)

    def on_mouse_scroll_up(self) -> None:
        """The same upwards."""
        self.action_move(-1)

    def on_focus(self) -> None:
        """The frame and the cursor show who gets the keys."""
        self._draw()

    def on_blur(self) -> None:
        """And who no longer does."""
        self._draw()

    def on_resize(self) -> None:
        """Rows were made for another width; the owner makes them anew, this draws what is there."""
        super().on_resize()
        self._draw()


def cut_text(text: str, room: int) -> str:
    """`text` in at most `room` characters."""
    return text if len(text) <= room else text[: max(room - 1, 0)] + "…"
