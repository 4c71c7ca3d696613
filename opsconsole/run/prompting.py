"""What a running program asks for, told by its last unfinished line and by what the terminal does with what is typed.

Standard library only: the holder looks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any, Final

from opsconsole.model.run import Prompt
from opsconsole.model.text import one_line, plain
from opsconsole.run.mask import hide

QUIET: Final = 0.3
"""Seconds without output after which an unfinished line may be a question."""
SHORTEST: Final = 4
"""A shorter answer to a hidden prompt is no password, and to hide every place where it stands would hide too much."""

_SAID: Final = ("reason", "note", "value", "why")
"""What of an entry may repeat a password."""
_TOLD: Final = ("reason", "note", "why")
"""What of it a person has said, and nothing is done with."""
_MOST: Final = 1024  # bytes of a line that are looked at
_LONGEST: Final = 160  # characters of it that are shown
_SECRET: Final = re.compile(
    r"(?i)(pass ?(word|phrase|code|wd)\w*|\bpin\b|secret|token|\botp\b|verification code|парол\w*|\bкод\b)"
    r".{0,120}[:?]\s*$"
)
_QUESTION: Final = re.compile(r"[:?>\])]\s*$")
_PASTED: Final = re.compile(rb"\x1b\[20[01]~")


class Asking:
    """Feed it what was printed; `prompt` says what is asked for."""

    def __init__(self) -> None:
        self._line = b""

    def feed(self, chunk: bytes) -> None:
        """More of the output."""
        _, end, rest = chunk[-_MOST:].rpartition(b"\n")
        self._line = rest if end or len(chunk) >= _MOST else (self._line + rest)[-_MOST:]

    def prompt(self, *, echo: bool, by_line: bool) -> Prompt | None:
        """What is asked for now, None for nothing.

        `echo`: the terminal shows what is typed; `by_line`: it hands it on line by line. A terminal that does the
        second and not the first waits for a password.
        """
        text = one_line(plain(self._line.decode("utf-8", "replace").rpartition("\r")[2])[-_LONGEST:])
        if (by_line and not echo) or (text and _SECRET.search(text)):
            return Prompt(text or "a password", secret=True)
        if by_line and text and _QUESTION.search(text):
            return Prompt(text)
        return None


class Typed:
    """What is typed at a hidden prompt, until its line is complete."""

    def __init__(self) -> None:
        self._line = bytearray()

    def feed(self, keys: bytes) -> list[str]:
        """The answers that these keys complete."""
        answers = []
        for key in _PASTED.sub(b"", keys):
            if key in b"\r\n":
                answers.append(self._line.decode("utf-8", "surrogateescape"))
                self._line.clear()
            elif key in b"\x7f\x08":
                while self._line and self._line[-1] & 0xC0 == 0x80:  # a letter of several bytes
                    del self._line[-1:]
                del self._line[-1:]
            elif key in b"\x15\x03\x04":
                self._line.clear()
            else:
                self._line.append(key)
        return [answer for answer in answers if len(answer.strip()) >= SHORTEST]


class Passwords:
    """What was typed at hidden prompts of a run: nobody is to see it from then on."""

    def __init__(self) -> None:
        self.known: set[str] = set()
        self._typed = Typed()

    def typed(self, keys: bytes) -> None:
        """More of what is typed at one."""
        self.known.update(self._typed.feed(keys))

    def hidden(self, data: dict[str, Any]) -> dict[str, Any]:
        """The data of a journal entry with none of them in what people have said or programs have printed."""
        return without(self.known, data, _SAID)


def without(secrets: Collection[str], data: dict[str, Any], keys: Iterable[str] = _TOLD) -> dict[str, Any]:
    """The data of a journal entry with none of the secrets in what stands under `keys`."""
    if not secrets:
        return data
    return {**data, **{key: hide(data[key], secrets) for key in keys if isinstance(data.get(key), str)}}
