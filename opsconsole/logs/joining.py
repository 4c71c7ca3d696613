"""Which lines belong to the one before them: the rest of a traceback, of a statement, of a message. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, Literal

from opsconsole.logs.lines import Raw

_INDENTED: Final = re.compile(r"[ \t]|[\])}]|Caused by: |Suppressed: |\.\.\. \d+ more$")
"""Beginnings of lines that nobody writes as the first of a message."""

_TRACEBACK: Final = "Traceback (most recent call last)"
_BETWEEN: Final = (
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
)
_RAISED: Final = re.compile(r"[A-Za-z_][\w.]*(?::|$)")
_SOON: Final = 1.0
"""Seconds within which a traceback follows the message that it belongs to."""


class Joiner:
    """Says of the lines of one source, one after the other, which belong to the one before.

    A line without a time of its own, where others have one, goes with the one before and takes its time over.
    """

    def __init__(self) -> None:
        self._begun = False
        self._last: float | None = None
        self._traceback: Literal["", "inside", "ended"] = ""

    def join(self, lines: Iterable[Raw]) -> Iterator[Raw]:
        """The lines with `joined` set, and each with a time as soon as one was seen."""
        for line in lines:
            more = self._more(line)
            joined = self._begun and (line.joined or more)
            self._begun = True
            time = self._last = line.time if line.time is not None else self._last
            same = joined is line.joined and time is line.time
            yield line if same else line._replace(time=time, joined=joined)

    def _more(self, line: Raw) -> bool:
        text = line.text
        if text.startswith(_TRACEBACK):
            follows = bool(self._traceback) or self._follows(line)
            self._traceback = "inside"
            return follows
        if not text.strip() or _INDENTED.match(text) or (self._traceback and text.startswith(_BETWEEN)):
            return True
        inside, self._traceback = self._traceback == "inside", ""
        if inside and _RAISED.match(text):
            self._traceback = "ended"  # but for another one that it led to
            return True
        return line.time is None and self._last is not None

    def _follows(self, line: Raw) -> bool:
        return line.time is None or self._last is None or line.time - self._last < _SOON
