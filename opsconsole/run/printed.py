"""Reading what a part prints while it prints it."""

from __future__ import annotations

import codecs
import os
import re
from pathlib import Path
from typing import Final

from opsconsole.model.units import size

CHUNK: Final = 64 << 10
BEHIND: Final = 512 << 10
"""Bytes a reader may be behind; what is older is left to the file, which has all of it."""
JUDGED: Final = 1 << 20
"""Bytes at the end of the output that a judgement looks at."""

_BEGINS: Final = re.compile(r"\x1b\[\?(?:47|1047|1049)h")
_ENDS: Final = re.compile(r"\x1b\[\?(?:47|1047|1049)l")
_MAYBE: Final = re.compile(r"\x1b(?:\[(?:\?[0-9]{0,4})?)?\Z")
_DREW: Final = "[a full-screen program]"


class Lines:
    """Takes out of a stream what full-screen programs drew: as lines it means nothing. Escapes may come in pieces."""

    def __init__(self) -> None:
        self._inside = False
        self._rest = ""

    def feed(self, text: str) -> str:
        """What there is to be read in it."""
        text, self._rest = self._rest + text, ""
        if cut := _MAYBE.search(text, max(0, len(text) - 10)):
            text, self._rest = text[: cut.start()], cut[0]
        kept: list[str] = []
        at = 0
        while True:
            turn = (_ENDS if self._inside else _BEGINS).search(text, at)
            if not self._inside:
                kept.append(text[at : turn.start() if turn else None])
            if turn is None:
                return "".join(kept)
            if not self._inside:
                kept.append(_DREW)
            self._inside, at = not self._inside, turn.end()


def without_screens(text: str) -> str:
    """The end of an output without what full-screen programs drew, also where it begins in the midst of that."""
    first, last = _BEGINS.search(text), _ENDS.search(text)
    if last is not None and (first is None or last.start() < first.start()):
        text = _DREW + text[last.end() :]
    return Lines().feed(text)


class Printed:
    """The growing output of one part, as text."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path
        self._at = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._lines = Lines()

    def more(self) -> str:
        """What there is to be read in what came since; empty when nothing came. Far behind, it goes ahead and says so.

        It looks at 64 KiB at a time.
        """
        while chunk := self._more():
            if text := self._lines.feed(chunk):
                return text
        return ""

    def _more(self) -> str:
        try:
            with self._path.open("rb", buffering=0) as file:
                end = os.fstat(file.fileno()).st_size
                skipped = 0
                if end - self._at > BEHIND:
                    skipped = end - CHUNK - self._at
                    self._at += skipped
                    self._decoder.reset()
                file.seek(self._at)
                chunk = file.read(CHUNK)
        except OSError:
            return ""
        self._at += len(chunk)
        notice = f"\r\n[{size(skipped)} not shown here; all of it is in {self._path}]\r\n" if skipped else ""
        return notice + self._decoder.decode(chunk)


def end_of(path: Path, most: int = JUDGED) -> str:
    """The end of an output, at most `most` bytes of it; empty where there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - most))
            return without_screens(file.read(most).decode("utf-8", "replace"))
    except OSError:
        return ""
