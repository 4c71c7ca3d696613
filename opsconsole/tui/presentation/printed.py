"""What a step prints, as the screen may show it: bounded, colours kept, every other escape taken out. No I/O."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import Final

from opsconsole.model.text import plain
from opsconsole.tui.presentation.spans import Line, Span

KEPT: Final = 5000
"""Lines kept for the screen; the whole output is on disk."""

_LONGEST: Final = 4000  # characters of one line; more is cut off
_PIECES: Final = re.compile(
    r"\x1b\[([0-9;:]*)m"  # colours, weight: kept
    r"|\x1b\[[0-?]*([ -/]*)([@-ln-~])"  # all other CSI
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\)"  # OSC, DCS and the like
    r"|\x1b[ -/]*[0-Z\\^-~]"  # two-character escapes
    r"|(\r\n|\n|\r|\x08)",
    re.DOTALL,
)
_UNFINISHED: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]{0,4096}|[ -/]*)?\Z|\r\Z")
_COLOURS: Final = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")


class Printed:
    """Lines of output. `version` counts changes, so that whoever draws knows whether there is something new."""

    def __init__(self, kept: int = KEPT) -> None:
        self.version = 0
        self.dropped = 0
        self._lines: deque[Line] = deque(maxlen=kept)
        self._current: list[Span] = []
        self._length = 0
        self._style = ""
        self._return = False
        self._rest = ""

    def feed(self, text: str) -> None:
        """Take in more text, as it came; an escape may be cut in two."""
        text = self._rest + text
        self._rest = ""
        unfinished = _UNFINISHED.search(text, max(len(text) - 5000, 0))
        if unfinished:
            text, self._rest = text[: unfinished.start()], unfinished[0]
        text = self._only_the_end(text)
        place = 0
        for piece in _PIECES.finditer(text):
            self._add(text[place : piece.start()])
            place = piece.end()
            self._obey(piece)
        self._add(text[place:])
        self.version += 1

    def mark(self, spans: Line) -> None:
        """A line of our own between what was printed."""
        if self._current:
            self._newline()
        self._return = False
        self._style = ""
        self._push(spans)
        self.version += 1

    def lines(self) -> list[Line]:
        """All lines that are kept, the unfinished last one too."""
        return [*self._lines, tuple(self._current)] if self._current else list(self._lines)

    def __len__(self) -> int:
        return len(self._lines) + bool(self._current)

    def slice(self, start: int, count: int) -> list[Line]:
        """At most `count` lines from the place `start` on."""
        return [self._at(place) for place in range(max(start, 0), min(start + count, len(self)))]

    def _at(self, place: int) -> Line:
        return self._lines[place] if place < len(self._lines) else tuple(self._current)

    def _only_the_end(self, text: str) -> str:
        """Of a flood only what can be kept is looked at."""
        kept = self._lines.maxlen or KEPT
        if len(text) < 200_000:
            return text
        place = len(text)
        for _ in range(kept):
            place = text.rfind("\n", 0, place)
            if place < 0:
                return text[-kept * 200 :]
        self.dropped += text.count("\n", 0, place)
        self._current, self._length = [], 0
        return text[place + 1 :]

    def _obey(self, piece: re.Match[str]) -> None:
        if piece[1] is not None:
            self._style = _restyled(self._style, piece[1])
        elif piece[3] == "K":
            if self._return:
                self._current, self._length, self._return = [], 0, False
        elif piece[4] in ("\n", "\r\n"):
            self._newline()
        elif piece[4] == "\r":
            self._return = True
        elif piece[4] == "\x08" and self._current:
            last = self._current.pop()
            self._length -= 1
            if len(last.text) > 1:
                self._current.append(Span(last.text[:-1], last.style))

    def _add(self, text: str) -> None:
        text = plain(text)
        if not text:
            return
        if self._return:
            # What is longer than the new text is left out: progress bars write whole lines.
            self._return = False
            self._current, self._length = [], 0
        text = self._tabs(text)
        room = _LONGEST - self._length
        if room <= 0:
            return
        self._current.append(Span(text[:room], self._style))
        self._length += len(text[:room])

    def _tabs(self, text: str) -> str:
        """Tabs reach to the next eighth place of the line, whatever stood in it before."""
        before = self._length % 8
        return (" " * before + text).expandtabs(8)[before:] if "\t" in text else text

    def _newline(self) -> None:
        self._return = False
        self._push(tuple(self._current))
        self._current, self._length = [], 0

    def _push(self, spans: Line) -> None:
        if len(self._lines) == self._lines.maxlen:
            self.dropped += 1
        self._lines.append(spans)


def _restyled(style: str, codes: str) -> str:
    """The style after an SGR sequence, in words of our theme: `ansi-…` names are terminal colours."""
    words = set(style.split())
    numbers = _numbers(codes)
    for code in numbers:
        if code == 0:
            words.clear()
        elif code in _FLAGS:
            words.add(_FLAGS[code])
        elif code == 22:
            words -= {"ansi-bold", "ansi-dim"}
        elif code in (23, 24, 27):
            words.discard({23: "ansi-italic", 24: "ansi-underline", 27: "ansi-reverse"}[code])
        elif 30 <= code <= 37 or 90 <= code <= 97:
            words = {word for word in words if not word.startswith("ansi-fg-")} | {f"ansi-fg-{_COLOURS[code % 10]}"}
        elif code == 39:
            words = {word for word in words if not word.startswith("ansi-fg-")}
        elif code in (38, 48):
            _skip_extended(numbers)
    return " ".join(sorted(words))


_FLAGS: Final = {1: "ansi-bold", 2: "ansi-dim", 3: "ansi-italic", 4: "ansi-underline", 7: "ansi-reverse"}


def _numbers(codes: str) -> Iterator[int]:
    return iter([int(code) if code.isdigit() and len(code) < 4 else 0 for code in re.split("[;:]", codes)])


def _skip_extended(numbers: Iterator[int]) -> None:
    """Take the rest of a 256-colour or true-colour code out of the way."""
    for _ in range({5: 1, 2: 3}.get(next(numbers, 0), 0)):
        next(numbers, 0)
