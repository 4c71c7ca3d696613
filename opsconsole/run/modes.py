"""Which modes a program has switched its terminal to, so that another terminal can take its place. Pure.

Standard library only: the holder keeps this for whoever attaches later.
"""

from __future__ import annotations

import re
from typing import Final

FULL_SCREEN: Final = frozenset({47, 1047, 1049})
_NORMALLY_ON: Final = frozenset({7, 25})
_MODE: Final = re.compile(rb"\x1b\[\?([0-9;]{1,40})([hl])|\x1b([=>])")
_CUT_OFF: Final = re.compile(rb"\x1b(?:\[(?:\?[0-9;]{0,40})?)?\Z")

VOID: Final = b"\x18\x1b[0m"
"""What makes the terminal forget an escape that was half said, and colours."""
ORDINARY: Final = b"\x1b7\x1b[r\x1b8\x1b[4l\x1b(B\x0f\x1b[>4;0m\x1b[<u\x1b[0 q"
"""The margins without the cursor leaping, no inserting, letters, the keyboard, the cursor's shape: as at the start."""


class Modes:
    """Feed it what was printed; `as_set` is what brings another terminal into the same modes."""

    def __init__(self) -> None:
        self._modes: dict[int, bool] = {}
        self._keypad = b""
        self._rest = b""

    @property
    def full_screen(self) -> bool:
        """Whether the program draws on a screen of its own."""
        return any(self._modes.get(number) for number in FULL_SCREEN)

    def feed(self, chunk: bytes) -> None:
        """More of the output."""
        data = self._rest + chunk
        for found in _MODE.finditer(data):
            if found[3]:
                self._keypad = found[0]
                continue
            for number in found[1].split(b";"):
                if number and len(number) <= 5:
                    self._set(int(number), found[2] == b"h")
        cut = _CUT_OFF.search(data, max(0, len(data) - 64))
        self._rest = cut[0] if cut else b""

    def _set(self, number: int, on: bool) -> None:
        if on == (number in _NORMALLY_ON):
            self._modes.pop(number, None)
        elif len(self._modes) < 100:
            self._modes[number] = on

    def as_set(self) -> bytes:
        """The escapes that switch them on."""
        switched = (b"\x1b[?%d%c" % (number, b"h" if on else b"l") for number, on in self._modes.items())
        return b"".join(switched) + self._keypad

    def undone(self) -> bytes:
        """The escapes that make it ordinary again, and no more: to leave a screen twice moves the cursor."""
        last_first = reversed(self._modes.items())
        switched = (b"\x1b[?%d%c" % (number, b"l" if on else b"h") for number, on in last_first)
        return VOID + b"".join(switched) + (b"\x1b>" if self._keypad == b"\x1b=" else b"") + ORDINARY
