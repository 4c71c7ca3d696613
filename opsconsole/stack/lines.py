"""Where each key of a TOML document stands. Only asked when something is wrong: `tomllib` does not say.

The document is known to be valid, since `tomllib` has read it, so this only has to find its way through.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from typing import Final

from opsconsole.stack.keys import Key

_SKIP: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANK: Final = re.compile(r"[ \t]*")
_STRING: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR: Final = re.compile(r"[^,\]}#\r\n]+")


def lines(text: str) -> dict[Key, int]:
    """The line (from 1) where each key, table and array element of a valid document first appears."""
    return _Walk(text).found


class _Walk:
    """One walk through a document."""

    def __init__(self, text: str) -> None:
        self.found: dict[Key, int] = {}
        self._text = text
        self._at = 0
        self._ends = [match.start() for match in re.finditer("\n", text)]
        self._arrays: dict[Key, int] = {}
        self._document()

    def _document(self) -> None:
        table: Key = ()
        while self._skip(_SKIP) < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Key:
        """`[a.b]` or `[[a.b]]`; where a name stands for an array of tables, its newest one is meant."""
        start = self._at
        many = self._text.startswith("[[", start)
        self._at += 2 if many else 1
        path: Key = ()
        names = self._dotted()
        for place, name in enumerate(names):
            path = (*path, name)
            if many and place == len(names) - 1:
                self._arrays[path] = self._arrays.get(path, -1) + 1
            self._note(path, start)
            if path in self._arrays:
                path = (*path, self._arrays[path])
                self._note(path, start)
        self._at += 2 if many else 1
        return path

    def _pair(self, table: Key) -> None:
        start = self._at
        path = table
        for name in self._dotted():
            path = (*path, name)
            self._note(path, start)
        self._at += 1  # the equals sign
        self._value(path)

    def _dotted(self) -> list[str]:
        names = [self._name()]
        while self._text[self._at] == ".":
            self._at += 1
            names.append(self._name())
        return names

    def _name(self) -> str:
        """One part of a key, and the blanks around it."""
        self._skip(_BLANK)
        quoted = _STRING.match(self._text, self._at)
        bare = quoted or _BARE_KEY.match(self._text, self._at)
        assert bare is not None, "the document is valid"
        self._at = bare.end()
        self._skip(_BLANK)
        return str(tomllib.loads(f"x = {quoted[0]}")["x"]) if quoted else bare[0]

    def _value(self, path: Key) -> None:
        self._skip(_BLANK)
        match self._text[self._at]:
            case "[":
                self._array(path)
            case "{":
                self._inline_table(path)
            case _:
                found = _STRING.match(self._text, self._at) or _SCALAR.match(self._text, self._at)
                assert found is not None, "the document is valid"
                self._at = found.end()

    def _array(self, path: Key) -> None:
        self._at += 1
        number = 0
        while self._next() != "]":
            self._note((*path, number), self._at)
            self._value((*path, number))
            number += 1
        self._at += 1

    def _inline_table(self, path: Key) -> None:
        self._at += 1
        while self._next() != "}":
            self._pair(path)
        self._at += 1

    def _next(self) -> str:
        """The first character of the next element, or the bracket that closes."""
        self._skip(_SKIP)
        if self._text[self._at] == ",":
            self._at += 1
            self._skip(_SKIP)
        return self._text[self._at]

    def _skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._at

    def _note(self, path: Key, at: int) -> None:
        self.found.setdefault(path, bisect_right(self._ends, at - 1) + 1)
