"""What a program that has the person's terminal may do to it: draw, but not reach beyond its window. Pure.

Taken out are all strings that a terminal obeys (OSC, DCS and their like: the clipboard, titles, palettes, answers that
come back as keys), the handling of its window, its printer, and answer-back. Drawing, colours, the mouse and questions
about the cursor stay.
"""

from __future__ import annotations

import re
from typing import Final

_LONGEST: Final = 256
"""Bytes of an unfinished escape that are waited for; a longer one is no escape."""

_STRING: Final = re.compile(rb"\x1b[\]PX^_]|\xc2[\x90\x98\x9d-\x9f]")
_STRING_END: Final = re.compile(rb"\x07|\x1b\\|\xc2\x9c|\x18|\x1a")
_REACHING: Final = re.compile(
    rb"(?:\x1b\[|\xc2\x9b)[0-?]*[ -/]*[ti]"  # the window, the printer
    rb"|\x05|\xc2[\x80-\x9a\x9c]"  # answer-back, other controls in two bytes
)
_CUT_OFF: Final = re.compile(rb"(?:\x1b(?:\[[0-?]*[ -/]*)?|\xc2(?:\x9b[0-?]*[ -/]*)?)\Z")


class Passing:
    """Feed it what was printed; it gives back what the terminal may get. Escapes may come in pieces."""

    def __init__(self) -> None:
        self._rest = b""
        self._in_string = False

    def feed(self, chunk: bytes) -> bytes:
        """What may pass of it by now."""
        data, self._rest = self._rest + chunk, b""
        passed: list[bytes] = []
        at = 0
        while at < len(data):
            if self._in_string:
                end = _STRING_END.search(data, at)
                if end is None:
                    self._rest = data[-1:] if data[-1:] in b"\x1b\xc2" else b""
                    break
                self._in_string, at = False, end.end()
                continue
            begin = _STRING.search(data, at)
            if begin is None:
                passed.append(self._up_to_cut(data[at:]))
                break
            passed.append(data[at : begin.start()])
            self._in_string, at = True, begin.end()
        return _REACHING.sub(b"", b"".join(passed))

    def _up_to_cut(self, data: bytes) -> bytes:
        cut = _CUT_OFF.search(data, max(0, len(data) - _LONGEST))
        if cut is None:
            return data
        self._rest = cut[0]
        return data[: cut.start()]
