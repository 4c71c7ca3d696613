"""Most scripts are a few lines of bare words: those are read here as the grammar would, in a tenth of its time. Pure.

Whatever has a quote, a pipe, a variable or any other sign in it is not read here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_WORD: Final = r"[A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:@%+,=-]*"
_COMMAND: Final = re.compile(rf"[A-Za-z_./][A-Za-z0-9_./:@%+,-]*(?: +{_WORD})*")
_COMMENT: Final = re.compile(r"#[^\\`\x00-\x08\x0b-\x1f]*")
_NOT_SIMPLE_NAMES: Final = (
    "if then elif else fi for while until do done case esac in function select time coproc declare typeset export "
    "readonly local unset unsetenv let test"
)
_NOT_SIMPLE: Final = frozenset(_NOT_SIMPLE_NAMES.split())
"""Words that the grammar takes for more than the name of a program, where they stand first."""


@dataclass(frozen=True, slots=True)
class PlainLine:
    """A command of bare `words`, or a comment (no words). `begin` and `end` count bytes, `row` lines from 0."""

    begin: int
    end: int
    row: int
    words: tuple[str, ...]


@lru_cache(maxsize=16)
def plain_lines(source: str) -> tuple[PlainLine, ...] | None:
    """The lines of a script that has nothing but commands of bare words and comments; None for any other."""
    found: list[PlainLine] = []
    at = 0
    for row, line in enumerate(source.split("\n")):
        text = line.lstrip(" ")
        size = len(line.encode())
        begin = at + len(line) - len(text)
        if text.startswith("#"):
            if not _COMMENT.fullmatch(text):
                return None
            found.append(PlainLine(begin, at + size, row, ()))
        elif text := text.rstrip(" "):
            words = tuple(text.split())
            if not _COMMAND.fullmatch(text) or words[0] in _NOT_SIMPLE:
                return None
            found.append(PlainLine(begin, begin + len(text), row, words))
        at += size + 1
    return tuple(found)
