"""A widget that draws lines of spans, and repaints no more than the cells that changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from opsconsole.tui.presentation.spans import EMPTY, Line, Span, width

if TYPE_CHECKING:
    from opsconsole.tui.ink import Ink


class Canvas(Widget):
    """Shows lines. It draws all of itself, so Textual's own borders and content styles do not apply to it."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[tuple[Line, str]] = []
        self._strips: dict[int, Strip] = {}

    @property
    def ink(self) -> Ink:
        """The theme in use."""
        return cast("Ink", self.app.ink)  # type: ignore[attr-defined]

    def show(self, lines: Sequence[Line], under: Mapping[int, str] | None = None) -> None:
        """Draw these lines. `under` names the style that lies under the whole of a line, by its number."""
        marked = under or {}
        old, self._lines = self._lines, [(spans, marked.get(y, "")) for y, spans in enumerate(lines)]
        dirty: list[Region] = []
        for y in range(max(len(old), len(self._lines))):
            before = old[y] if y < len(old) else (EMPTY, "")
            after = self._lines[y] if y < len(self._lines) else (EMPTY, "")
            if before != after:
                self._strips.pop(y, None)
                dirty += [Region(x, y, size, 1) for x, size in _changed(before, after, self.size.width)]
        if dirty and self.size:
            self.refresh(*dirty)

    def redraw(self) -> None:
        """Paint everything anew, as after a change of size or theme."""
        self._strips.clear()
        self.refresh()

    def shown(self) -> list[Line]:
        """What is drawn now."""
        return [spans for spans, _ in self._lines]

    def on_resize(self) -> None:
        """Strips are as wide as the widget was when they were made."""
        self._strips.clear()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines as cells. Everything is drawn here; see the class."""
        return [self._strip(y).crop(crop.x, crop.right) for y in range(crop.y, crop.bottom)]

    def render_line(self, y: int) -> Strip:
        """One line as cells."""
        return self._strip(y)

    def _strip(self, y: int) -> Strip:
        found = self._strips.get(y)
        if found is None or found.cell_length != self.size.width:
            spans, under = self._lines[y] if 0 <= y < len(self._lines) else (EMPTY, "")
            found = self._strips[y] = self.ink.strip(spans, self.size.width, under)
        return found


def _changed(before: tuple[Line, str], after: tuple[Line, str], room: int) -> Iterator[tuple[int, int]]:
    """Where two versions of a line differ: place and width of each run of cells."""
    if before[1] != after[1]:
        yield 0, room
        return
    old, new = before[0], after[0]
    same_shape = len(old) == len(new) and all(width((a,)) == width((b,)) for a, b in zip(old, new, strict=True))
    if not same_shape:
        start = 0
        for a, b in zip(old, new, strict=False):
            if a != b:
                break
            start += width((a,))
        yield start, max(room - start, 1)
        return
    x = 0
    for a, b in zip(old, new, strict=True):
        size = width((b,))
        if a != b:
            skip = _same_beginning(a, b)
            yield x + skip, size - skip
        x += size


def _same_beginning(a: Span, b: Span) -> int:
    if a.style != b.style or not (a.text.isascii() and b.text.isascii()):
        return 0
    return next((place for place, (old, new) in enumerate(zip(a.text, b.text, strict=True)) if old != new), 0)
