"""The one table of the console: keyed rows in a frame, with a cursor that stays on its row whatever moves around it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from opsconsole.tui.canvas import Canvas
from opsconsole.tui.presentation.frames import Frame, cost, framed, inner_width, title
from opsconsole.tui.presentation.spans import Line, at, words, wrap
from opsconsole.tui.presentation.table import SORT, Row, Rows, marked

if TYPE_CHECKING:
    from opsconsole.tui.presentation.footer import KeyHint
    from opsconsole.tui.sifting import Sift


class Pane(Canvas, can_focus=True):
    """Rows in a frame. The frame is a box, or a single line on top where height is short.

    What is typed behind `/` keeps some of the rows, and `s` sorts them by one column after the other; the title says
    both. `opens` is what Enter does to a row, in a word; empty where it does nothing. With `titled` the titles of the
    columns stand above the rows.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "down", show=False),
        Binding("k,up", "move(-1)", "up", show=False),
        Binding("g,home", "move(-100000)", "first", show=False),
        Binding("G,end", "move(100000)", "last", show=False),
        Binding("pagedown", "page(1)", "page down", show=False),
        Binding("pageup,b", "page(-1)", "page up", show=False),
        Binding("enter", "open", "open", id="keep-0.open"),
        Binding("escape", "unfilter", "show all", key_display="esc", id="keep-1.unfilter"),
        Binding("slash", "filter", "filter", id="keep-5.filter"),
        Binding("s", "sort", "sort", id="keep-7.sort"),
        Binding("S", "turn_order", "sort the other way", show=False),
    ]

    class Opened(Message):
        """Enter or a double click on a row."""

        def __init__(self, pane: Pane, key: str) -> None:
            super().__init__()
            self.pane, self.key = pane, key

    class Moved(Message):
        """The cursor is on another row, or other rows are there: other keys may be possible."""

        def __init__(self, pane: Pane) -> None:
            super().__init__()
            self.pane = pane

    class Grown(Message):
        """A double click on the title: all the room for this pane, or back to its place."""

        def __init__(self, pane: Pane) -> None:
            super().__init__()
            self.pane = pane

    def __init__(
        self,
        name: str,
        title: str,
        *,
        number: int | None = None,
        empty: str = "",
        opens: str = "open",
        titled: bool = False,
    ) -> None:
        super().__init__(id=name)
        self.pane_name = name
        self.title = title
        self.number = number
        self.empty = empty
        self.opens = opens
        self.titled = titled
        self.frame: Frame = "box"
        self.why = ""
        self.cursor: str | None = None
        self._given: Sequence[Row] = ()
        self._rows: Sequence[Row] = ()
        self._marked: Collection[str] = ()
        self._top = 0
        self._sift: Sift | None = None

    # --- what is shown -----------------------------------------------------------------------------------

    @property
    def inner_width(self) -> int:
        """Cells that a row may take."""
        return inner_width(self.frame, self.size.width)

    @property
    def wants(self) -> int:
        """The height that shows everything, frame included, whichever row has the cursor."""
        lines = sum(len(row.lines) for row in self._rows) or 1
        more = max((len(row.more) for row in self._rows), default=0)
        return lines + more + cost(self.frame) + bool(self._head)

    @property
    def rows(self) -> Sequence[Row]:
        """The rows that are shown, in their order."""
        return self._rows

    @property
    def given(self) -> Sequence[Row]:
        """All rows, those that a filter hides as well, in the order that they have of themselves."""
        return self._given

    @property
    def sift(self) -> Sift:
        """What is filtered and how it is sorted."""
        if self._sift is None:
            from opsconsole.tui.sifting import Sift

            self._sift = Sift()
        return self._sift

    @property
    def _head(self) -> Line:
        return self._given.head if self.titled and isinstance(self._given, Rows) else ()

    def show_rows(self, rows: Sequence[Row], why: str = "", marked: Collection[str] = ()) -> None:
        """Show these rows. `why` says in the title why they are not fresh, `marked` are the keys of marked ones.

        The cursor stays on its row by key.
        """
        place = self._place()
        self._given, self.why, self._marked = rows, why, marked
        self._rows = rows if self._sift is None else self._sift.apply(rows)
        if self.cursor is None or all(row.key != self.cursor for row in self._rows):
            self.cursor = self._rows[min(place, len(self._rows) - 1)].key if self._rows else None
        self._draw()

    def _place(self) -> int:
        return next((place for place, row in enumerate(self._rows) if row.key == self.cursor), 0)

    def _inner_height(self) -> int:
        return max(self.size.height - cost(self.frame) - bool(self._head), 0)

    def _flat(self) -> list[tuple[str, Line]]:
        return [(row.key, spans) for row in self._rows for spans in self._lines_of(row)]

    def _lines_of(self, row: Row) -> Sequence[Line]:
        """The lines of a row as they are now: the first with its mark, those for the cursor only under it."""
        lines = (*row.lines, *(row.more if row.key == self.cursor else ()))
        return (marked(lines[0]), *lines[1:]) if row.key in self._marked and lines else lines

    def _draw(self) -> None:
        if not self.size:
            return
        height, room, flat, focused = self._inner_height(), self.inner_width, self._flat(), self.has_focus
        self._scroll(flat, height)
        shown = flat[self._top : self._top + height]
        hidden = len(flat) - self._top - len(shown)
        empty = self.empty if not self._given else "nothing here has these words"
        body: list[Line] = [spans for _, spans in shown] if flat else wrap(words(empty, "dim", 300), room)
        body = ([self._titles()] if self._head else []) + body[:height]
        body += [()] * (height + bool(self._head) - len(body))
        first = 1 + bool(self._head)
        under = {y + first: "cursor" for y, (key, _) in enumerate(shown) if key == self.cursor and focused}
        head = self._headline()
        lines = framed(self.frame, head, body, self.size.width, focused=focused, above=self._top, below=hidden)
        self.show(lines, under)

    def _headline(self) -> Line:
        """The title, and what of the rows is not as they are of themselves."""
        head = title(self.title, focused=self.has_focus, number=self.number, why=self.why)
        return head if self._sift is None else (*head, *self._sift.told(self._rows, self._given))

    def _titles(self) -> Line:
        return self._head if self._sift is None else self._sift.titles(self._head)

    def _scroll(self, flat: Sequence[tuple[str, Line]], height: int) -> None:
        """Keep the cursor's row in sight, all of it where it fits."""
        own = [y for y, (key, _) in enumerate(flat) if key == self.cursor]
        if own and own[-1] >= self._top + height:
            self._top = own[-1] - height + 1
        if own and own[0] < self._top:
            self._top = own[0]
        self._top = max(0, min(self._top, len(flat) - height))

    # --- what is done with it ----------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What would do nothing is not offered."""
        sift, many = self._sift, len(self._rows) > 1
        possible = {
            "open": bool(self.opens) and self.cursor is not None,
            "filter": len(self._given) > 1,
            "sort": many and any(row.values for row in self._rows),
            "turn_order": sift is not None and sift.order is not None,
            "unfilter": sift is not None and bool(sift.words),
            "move": many,
            "page": many,
        }
        return possible.get(action, True)

    @property
    def typing(self) -> Sequence[KeyHint]:
        """What keys do while a filter is typed, which is when all others are text; else nothing."""
        return self._sift.hints() if self._sift is not None and self._sift.typing else ()

    def select(self, key: str) -> None:
        """Put the cursor on a row."""
        self.cursor = key
        self._draw()
        self.post_message(self.Moved(self))

    def reveal(self, key: str) -> None:
        """Put the cursor on a row, also on one that a filter hides: then the filter goes."""
        if all(row.key != key for row in self._rows) and self._sift is not None:
            self._sift.end(keep=False)
            self.sifted()
        self.select(key)

    def action_move(self, by: int) -> None:
        """Move the cursor by so many rows, as far as there are any."""
        if self._rows:
            self.select(self._rows[max(0, min(self._place() + by, len(self._rows) - 1))].key)

    def action_page(self, by: int) -> None:
        """Move the cursor by what is seen at once, however many lines its rows take."""
        if not self._rows:
            return
        left, place = self._inner_height() - 1, self._place()
        while (left := left - len(self._rows[place].lines)) >= 0 and 0 <= place + by < len(self._rows):
            place += by
        self.action_move((place - self._place()) or by)

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self.cursor is not None:
            self.post_message(self.Opened(self, self.cursor))

    def action_filter(self) -> None:
        """Take what is typed from now on as a filter."""
        self.sift.begin()
        self.sifted()

    def action_unfilter(self) -> None:
        """Show all rows again."""
        self.sift.end(keep=False)
        self.sifted()

    def action_sort(self) -> None:
        """Sort by the next column; after the last as the rows are of themselves."""
        self.sift.sort(self._given)
        self.sifted()

    def action_turn_order(self) -> None:
        """The other way round."""
        self.sift.turn()
        self.sifted()

    def sort_by(self, column: str) -> None:
        """Sort by a column; by the one that it is sorted by already the other way round."""
        self.sift.sort_by(column, self._given)
        self.sifted()

    def sifted(self) -> None:
        """Show the rows as the filter and the order are now."""
        self.show_rows(self._given, self.why, self._marked)
        self.post_message(self.Moved(self))

    def on_key(self, event: events.Key) -> None:
        """While a filter is typed, keys are its letters."""
        if self._sift is not None and self._sift.typing:
            if self._sift.press(event.key, event.character):
                self.sifted()
            elif event.key in ("up", "down"):
                self.action_move(1 if event.key == "down" else -1)
            event.stop()
            event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted while a filter is typed belongs to it."""
        if self._sift is not None and self._sift.typing:
            self._sift.paste(event.text)
            self.sifted()
            event.stop()

    # --- the mouse -----------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """A click selects a row, a second one opens it; on a column's title it sorts, on the pane's own it enlarges."""
        y, first = event.y, 1 + bool(self._head)
        if y == 0:
            if event.chain > 1:
                self.post_message(self.Grown(self))
            return
        if y < first:
            span = at(self.shown()[y], event.x)
            if span is not None and span.to.startswith(SORT):
                self.sort_by(span.to.removeprefix(SORT))
            return
        flat = [key for key, _ in self._flat()]
        place = self._top + y - first
        if not 0 <= place < len(flat):
            return
        if flat[place] == self.cursor and event.chain > 1:
            if self.check_action("open", ()):
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
        """And who no longer does: what is typed elsewhere is not for a filter here."""
        if self._sift is not None and self._sift.typing:
            self._sift.end(keep=True)
        self._draw()

    def on_resize(self) -> None:
        """Rows were made for another width; the owner makes them anew, this draws what is there."""
        super().on_resize()
        self._draw()
