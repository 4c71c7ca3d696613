"""Memory of single processes, for services that no control group counts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final

PSS: Final = re.compile(rb"^Pss:\s+(\d+) kB", re.MULTILINE)
RSS: Final = re.compile(rb"^VmRSS:\s+(\d+) kB", re.MULTILINE)

SHARE: Final = 0.02
"""The most of one core that reading may take. The kernel walks all pages of a process for its PSS: 200 ms for 20 G."""


@dataclass(frozen=True, slots=True)
class _Known:
    """Bytes of one process, when they were read, and until when they are good enough (monotonic seconds)."""

    size: int
    at: float
    until: float


class Resident:
    """Sums processes up, and reads one that is costly to read less often.

    The proportional share (PSS) counts each shared page once over all processes that share it, so that forked
    workers are not counted many times over; RSS is the stand-in where another user's pages may not be looked at.
    """

    def __init__(self, proc: Path) -> None:
        self._proc = proc
        self._known: dict[tuple[int, float], _Known] = {}

    def total(self, processes: Iterable[tuple[int, float]]) -> tuple[int, float] | None:
        """Bytes of all processes, each given by its pid and start time, and how many seconds ago the oldest was read.

        None where all of them are gone. Blocks for as long as the kernel takes.
        """
        known: dict[tuple[int, float], _Known] = {}
        for process in processes:
            last = self._known.get(process)
            now = monotonic()
            if last is not None and now < last.until:
                known[process] = last
            elif (size := size_of(self._proc, process[0])) is not None:
                took = monotonic() - now
                known[process] = _Known(size, now, now + took / SHARE)
        self._known = known
        if not known:
            return None
        return sum(one.size for one in known.values()), monotonic() - min(one.at for one in known.values())


def size_of(proc: Path, pid: int) -> int | None:
    """Bytes of one process: its proportional share, or its resident pages where that may not be seen; None if gone."""
    for file, pattern in (("smaps_rollup", PSS), ("status", RSS)):
        try:
            found = pattern.search((proc / str(pid) / file).read_bytes())
        except OSError:  # not ours to look at, or gone in the meantime
            continue
        if found:
            return int(found[1]) * 1024
    return None
