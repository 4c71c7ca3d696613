"""What of a pane's rows is shown, and in which order: the filter that is typed into its title, and the sorting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from opsconsole.tui.presentation.filtering import kept, told
from opsconsole.tui.presentation.footer import KeyHint
from opsconsole.tui.presentation.ordering import Order, by, next_order, ordered
from opsconsole.tui.presentation.spans import Line, Span, line
from opsconsole.tui.presentation.table import SORT, Row
from opsconsole.tui.typed import TypedLine

_TYPING: Final = (
    KeyHint("⏎", "keep it", 0, "enter"),
    KeyHint("esc", "show all", 1, "escape"),
    KeyHint("↑ ↓", "move", 3),
    KeyHint("!word", "leaves out", 4),
)


class Sift:
    """The filter and the order of one pane. They last until they are taken back, whatever rows come."""

    def __init__(self) -> None:
        self.order: Order | None = None
        self.typing = False
        self._line = TypedLine()

    @property
    def words(self) -> str:
        """The filter; empty where there is none."""
        return self._line.words

    def begin(self) -> None:
        """What is typed from now on belongs to the filter."""
        self.typing = True

    def end(self, *, keep: bool) -> None:
        """Nothing more is typed; without `keep` there is no filter any more."""
        self.typing = False
        if not keep:
            self._line = TypedLine()

    def press(self, key: str, character: str | None) -> bool:
        """Take a key while typing; whether anything is another than before."""
        if key in ("enter", "escape"):
            self.end(keep=key == "enter")
            return True
        return self._line.press(key, character)

    def paste(self, text: str) -> None:
        """Take pasted text while typing."""
        self._line.paste(text)

    def sort(self, rows: Sequence[Row]) -> None:
        """Sort by the next column."""
        self.order = next_order(self.order, rows)

    def sort_by(self, column: str, rows: Sequence[Row]) -> None:
        """Sort by that column, or the other way round where it is the one already."""
        now = self.order
        self.order = now.turned if now is not None and now.column == column else by(column, rows)

    def turn(self) -> None:
        """The other way round."""
        self.order = self.order.turned if self.order is not None else None

    # --- what comes of it ----------------------------------------------------------------------------------

    def apply(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows that are kept, in the order that is wanted."""
        return ordered(kept(rows, self.words), self.order) if self.words or self.order else rows

    def told(self, shown: Sequence[Row], rows: Sequence[Row]) -> Line:
        """What the title says of it."""
        filtered = told(self.words, shown, rows, typing=self.typing)
        sorted_by = line((f"{self.order} ", "key")) if self.order is not None else ()
        gap = (Span(" "),)
        return (*(filtered + gap if filtered else ()), *sorted_by)

    def titles(self, head: Line) -> Line:
        """The titles of the columns, that which is sorted by lit."""
        lit = f"{SORT}{self.order.column}" if self.order is not None else None
        return tuple(span._replace(style="key") if span.to == lit else span for span in head)

    def hints(self) -> Sequence[KeyHint]:
        """What keys do while typing."""
        return _TYPING
