"""From names of styles to what a terminal is told, and from lines of spans to strips of cells."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from opsconsole.model.text import plain
from opsconsole.tui.presentation.spans import Line

if TYPE_CHECKING:
    from opsconsole.tui.theme import Theme

_ASCII: Final = str.maketrans(
    dict(zip("✓✗▸→⏎·…—─│┌┐└┘┊▕▏█×≥−±↑↓☐☑•┃▲▼›", "vx>>^-.--|++++|[]#x>-+^v_v*|^v>", strict=True))
    | dict.fromkeys("╭╮╰╯├┤┬┴┼", "+")
    | dict(zip("▎▍▌▋▊▉←", "..:###<", strict=True))
    | dict(zip("▁▂▃▄▅▆▇", "_.-=+*#", strict=True))
)
"""For terminals that are not told of UTF-8: one plain character for each of our signs."""


class Ink:
    """The styles of one theme. Without colours only weight, underline and reverse are left."""

    def __init__(
        self, styles: Mapping[str, str], plain_styles: Mapping[str, str], *, colours: bool, signs: bool
    ) -> None:
        self._written = dict(styles)
        self._plain = dict(plain_styles)
        self._colours = colours
        self._signs = signs
        self._styles: dict[tuple[str, str], Style] = {}

    def style(self, name: str, over: str = "") -> Style:
        """The style for a name, or for several with blanks between; `over` is laid under all of a line."""
        key = (name, over)
        found = self._styles.get(key)
        if found is None:
            found = self._named("base")
            for part in (over, *name.split()):
                if part:
                    found += self._named(part)
            self._styles[key] = found
        return found

    def strip(self, spans: Line, room: int, over: str = "") -> Strip:
        """A line as exactly `room` cells. Nothing that is not printable gets through, whoever wrote it."""
        inked = [(self.safe(span.text), self.style(span.style, over)) for span in spans]
        used = sum(cell_len(text) for text, _ in inked)
        if used < room:
            inked.append((" " * (room - used), self.style("", over)))
        segments = list(_joined(inked))
        return Strip(segments).crop(0, room) if used > room else Strip(segments, room)

    def safe(self, text: str) -> str:
        """`text` as this terminal may see it."""
        if not text.isprintable():
            text = "".join(character if character.isprintable() else " " for character in plain(text))
        if not self._signs and not text.isascii():
            text = in_ascii(text)
        return text

    def _named(self, name: str) -> Style:
        if self._colours:
            return Style.parse(self._written.get(name, ""))
        if name in self._plain:
            return Style.parse(self._plain[name])
        return Style.parse(self._written.get(name, "")).without_color


def _joined(inked: Iterable[tuple[str, Style]]) -> Iterator[Segment]:
    """Neighbours as one where nobody could see a difference: each change of style costs some twenty bytes."""
    text, style = "", Style.null()
    for more, its in inked:
        same = its == style or (its.bgcolor == style.bgcolor and more.isspace() and not _seen_on_blanks(its, style))
        if text and not same:
            yield Segment(text, style)
            text = ""
        style = style if text else its
        text += more
    if text:
        yield Segment(text, style)


def _seen_on_blanks(*styles: Style) -> bool:
    return any(style.reverse or style.underline for style in styles)


def make_ink(theme: Theme, *, colours: bool = True) -> Ink:
    """The ink for this terminal: with its signs only where it is told of UTF-8."""
    return Ink(theme.styles, theme.plain, colours=colours, signs=knows_signs())


def knows_signs() -> bool:
    """Whether the terminal is told of UTF-8. Where LC_ALL says C, Python itself writes UTF-8 all the same (PEP 540)."""
    if os.environ.get("LC_ALL") in ("C", "POSIX"):
        return False
    encoding = (getattr(sys.__stderr__, "encoding", None) or "utf-8").lower().replace("-", "")
    return encoding.startswith("utf")


def in_ascii(text: str) -> str:
    """`text` with our signs as plain ones, and what else is not ASCII as question marks, as wide as it was."""
    if text.isascii():
        return text
    return "".join(
        character if character.isascii() else "?" * cell_len(character) for character in text.translate(_ASCII)
    )
