"""A stack file that was corrected is read again, without opening the console anew."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from opsconsole.tui.console import Console

EVERY: Final = 2.0
"""Seconds between two looks at the file; it is read when it was the same at two of them, so never half written."""

Stamp: TypeAlias = tuple[int, int, int] | None


class FileWatch:
    """Tells when a file has changed and come to rest. Looks at nothing itself."""

    def __init__(self) -> None:
        self._read: Stamp = None
        self._last: Stamp = None

    def was_read(self, stamp: Stamp) -> None:
        """The file was read in this state."""
        self._read = self._last = stamp

    def is_news(self, stamp: Stamp) -> bool:
        """Whether it is another file by now, and at rest; one that is not there at the moment is no news."""
        at_rest, self._last = stamp == self._last, stamp
        return stamp is not None and at_rest and stamp != self._read


def stamp_of(path: Path | None) -> Stamp:
    """What tells one state of a file from the next; None where there is no such file."""
    try:
        seen = path.stat() if path is not None else None
    except OSError:
        return None
    return (seen.st_ino, seen.st_mtime_ns, seen.st_size) if seen else None


async def keep_watch(console: Console, began: int) -> None:
    """Look at the stack file for as long as the console is open, and have it read again when it has changed.

    `began` is when it began to be read the first time, in nanoseconds: what was written since then may be news.
    """
    watch = FileWatch()
    parts = console.parts
    path = parts.file if parts is not None else None
    if path is None:
        return
    first = await asyncio.to_thread(stamp_of, path)
    watch.was_read(first if first is not None and first[1] < began else None)
    while True:
        await asyncio.sleep(EVERY)
        stamp = await asyncio.to_thread(stamp_of, path)
        if watch.is_news(stamp):
            watch.was_read(stamp)
            await console.read_stack_again()
