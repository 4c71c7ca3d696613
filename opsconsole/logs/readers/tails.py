"""Where in a log file reading begins: before its last lines, or at a time. No more of it is read than that takes."""

from __future__ import annotations

from typing import BinaryIO, Final

from opsconsole.probes.logfile import BLOCK
from opsconsole.probes.logtimes import time_of

MOST: Final = 256 << 20
"""Bytes that are gone back through at most."""

NEAR: Final = 256 << 10
"""Bytes within which a time is looked for line by line."""


def begin_of_tail(file: BinaryIO, lines: int, most: int = MOST) -> tuple[int, int]:
    """Where the last `lines` lines begin, and how many they are. What nothing has ended is a line too."""
    end = file.seek(0, 2)
    if end == 0 or lines <= 0:
        return end, 0
    file.seek(end - 1)
    at = stop = end - 1 if file.read(1) == b"\n" else end
    found = 0
    while at > 0 and stop - at < most:
        begin = max(0, at - BLOCK)
        file.seek(begin)
        block = file.read(at - begin)
        count = block.count(b"\n")
        if found + count >= lines:
            place = len(block)
            for _ in range(lines - found):
                place = block.rfind(b"\n", 0, place)
            return begin + place + 1, lines
        found, at = found + count, begin
    return at, found + 1


def begin_since(file: BinaryIO, time: float, now: float) -> int:
    """Where the first line stands that was written at `time` or later; the beginning where no line has a time.

    Lines are in the order of their times, more or less: the place is found by halving.
    """
    low, high = 0, file.seek(0, 2)
    while high - low > NEAR:
        middle = (low + high) // 2
        found = _first_time(file, middle, high, now)
        if found is None or found >= time:
            high = middle
        else:
            low = middle
    file.seek(low)
    at = low + (len(file.readline()) if low else 0)
    timed = False
    while at <= high + NEAR and (line := file.readline()):
        written = time_of(line.decode(errors="replace"), now)
        timed = timed or written is not None
        if written is not None and written >= time:
            return at
        at += len(line)
    return at if timed else 0


def _first_time(file: BinaryIO, at: int, end: int, now: float) -> float | None:
    """The time of the first line that has one and begins between `at` and `end`, near to `at`."""
    file.seek(at)
    file.readline()
    end = min(end, at + NEAR)
    while file.tell() < end and (line := file.readline()):
        written = time_of(line.decode(errors="replace"), now)
        if written is not None:
            return written
    return None
