"""A log file: its end, and what is added; it may be rotated, truncated, removed and made anew meanwhile."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from math import inf
from pathlib import Path
from time import monotonic
from typing import BinaryIO, Final

from opsconsole.logs.cleaning import Cleaner
from opsconsole.logs.lines import Piece, Raw, Wanted
from opsconsole.logs.readers import sliced, waiting
from opsconsole.logs.readers.tails import begin_of_tail, begin_since
from opsconsole.model.units import duration
from opsconsole.probes.aside import Busy
from opsconsole.probes.file import unreadable
from opsconsole.probes.logfile import rotated
from opsconsole.probes.logtimes import time_of

PIECE: Final = 256 << 10
_POLL: Final = 0.25
"""Seconds between two looks: a file tells nobody that it has grown, where it lies on another machine."""

_LINGERS: Final = 10.0
"""Seconds for which a file that was rotated away is still read: whoever writes it notices later."""

_UNENDED: Final = 1.0
"""Seconds after which a last line that nothing has ended is shown as it is."""

_PATIENCE: Final = 5.0
_LONGEST_LINE: Final = 64 << 10


class Open:
    """One open file, how far it was read, and the beginning of a line whose end is not there yet."""

    def __init__(self, file: BinaryIO, at: int = 0) -> None:
        self.file = file
        self.at = at
        status = os.fstat(file.fileno())
        self.identity = (status.st_dev, status.st_ino)
        self._rest = b""
        self._quiet = monotonic()
        self.gone_at = 0.0

    def more(self) -> list[bytes]:
        """The next lines, as far as they have been written."""
        self.file.seek(self.at)
        data = self.file.read(PIECE)
        if not data:
            if self._rest and monotonic() - self._quiet > _UNENDED:
                rest, self._rest = self._rest, b""
                return [rest]
            return []
        self.at += len(data)
        self._quiet = monotonic()
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _LONGEST_LINE:
            self._rest = self._rest[:_LONGEST_LINE]
        return lines

    def truncated(self) -> bool:
        """Whether it is shorter than what was read of it; then reading begins again at its beginning."""
        if os.fstat(self.file.fileno()).st_size >= self.at:
            return False
        self.at, self._rest = 0, b""
        return True


class Follower:
    """Follows one path through rotations. Its methods block, and are called aside."""

    def __init__(self, path: Path, now: float) -> None:
        self._path = path
        self._now = now
        self._files: list[Open] = []
        self.whole = False

    def open(self, wanted: Wanted) -> None:
        """Find where reading begins: in the file, or in the one that it was rotated from last. OSError without it."""
        file = _opened(self._path)
        try:
            own, whole, found = self._begin(file, wanted)
            self._files = [Open(file, own)]
        except BaseException:
            file.close()
            raise
        before = rotated(self._path) if whole else None
        if before is not None:
            with suppress(OSError):  # gone or not ours by now: what there is stands for itself
                older = _opened(before)
                wanted = wanted if wanted.since is not None else Wanted(wanted.lines - found)
                at, whole, _ = self._begin(older, wanted)
                self._files.insert(0, Open(older, at))
                self._files[0].gone_at = monotonic()
        self.whole = whole and before is None

    def _begin(self, file: BinaryIO, wanted: Wanted) -> tuple[int, bool, int]:
        if wanted.since is not None:
            at = begin_since(file, wanted.since, self._now)
            return at, at == 0, 0
        at, found = begin_of_tail(file, wanted.lines)
        return at, at == 0, found

    def more(self) -> list[bytes]:
        """What has been written since the last call, the older files first; empty where there is nothing for now."""
        for each in self._files:
            if lines := each.more():
                return lines
        return []

    def look(self) -> str | None:
        """See whether the path is another file by now, or is shorter; in words where it is. OSError without it."""
        now = monotonic()
        for each in [one for one in self._files if one.gone_at and now - one.gone_at > _LINGERS]:
            each.file.close()
            self._files.remove(each)
        status = self._path.stat()
        current = self._files[-1] if self._files else None
        if current is None or current.identity != (status.st_dev, status.st_ino):
            if current is not None:
                current.gone_at = current.gone_at or now
            self._files.append(Open(_opened(self._path)))
            return "was rotated · reads the new file" if current is not None else ""
        if current.truncated():
            return "was emptied · reads on from its beginning"
        return None

    def close(self) -> None:
        """Close what is open."""
        for each in self._files:
            each.file.close()


def _opened(path: Path) -> BinaryIO:
    """A pipe would keep whoever opens it waiting, and a device has no end."""
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "is no ordinary file")
    return file


async def read_file(
    path: Path, wanted: Wanted, follow: bool, clock: Callable[[], float]
) -> AsyncGenerator[Piece, None]:
    """See `opsconsole.logs.lines.Reader`. What was rotated away last belongs to it; what is packed does not."""
    follower = Follower(path, clock())
    busy = Busy()
    clean, caught_up, missing = Cleaner(), False, False
    told = inf  # when it was said that something has happened to the file, which is no news after a while
    try:
        try:
            await busy.call(path, lambda: follower.open(wanted), _PATIENCE)
        except OSError as fault:  # TimeoutError is one
            missing = True
            yield Piece(caught_up=True, said=waiting(_why(fault, path), follow))
        while True:
            try:
                lines = await busy.call(path, follower.more, _PATIENCE)
                if lines:
                    for part in sliced(lines):
                        yield Piece(_understood(part, clean, clock()))
                    continue
                if not caught_up:
                    caught_up = True
                    yield Piece(caught_up=True, whole=follower.whole)
                if not follow:
                    return
                await asyncio.sleep(_POLL)
                said = await busy.call(path, follower.look, _PATIENCE)
                if said is not None or missing or monotonic() - told > _LINGERS:
                    missing, told = False, monotonic() if said else inf
                    yield Piece(said=said or "")
            except OSError as fault:
                missing = True
                yield Piece(said=waiting(_why(fault, path), follow))
                await asyncio.sleep(_POLL)
    finally:
        follower.close()


def _why(fault: OSError, path: Path) -> str:
    if isinstance(fault, TimeoutError):
        return f"{path} does not answer within {duration(_PATIENCE)}"
    return unreadable(fault, str(path)).reason


def _understood(lines: Sequence[bytes], clean: Cleaner, now: float) -> list[Raw]:
    found = []
    for line in lines:
        text = clean(line.decode(errors="replace"))
        found.append(Raw(text, time_of(text, now)))
    return found
