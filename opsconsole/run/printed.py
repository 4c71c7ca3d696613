"""Reading what a part prints while it prints it."""

from __future__ import annotations

import codecs
import os
from pathlib import Path
from typing import Final

from opsconsole.model.units import size

CHUNK: Final = 64 << 10
BEHIND: Final = 512 << 10
"""Bytes a reader may be behind; what is older is left to the file, which has all of it."""
JUDGED: Final = 1 << 20
"""Bytes at the end of the output that a judgement looks at."""


class Printed:
    """The growing output of one part, as text."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path
        self._at = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def more(self) -> str:
        """What came since, at most 64 KiB of it; empty when there is nothing. Far behind, it goes ahead and says so."""
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
            return file.read(most).decode("utf-8", "replace")
    except OSError:
        return ""
