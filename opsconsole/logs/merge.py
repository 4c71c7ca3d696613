"""Several logs as one, in the order of their times. Pure: it is told what the time is."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from math import inf
from typing import Final, NamedTuple

from opsconsole.logs.lines import Raw

PATIENCE: Final = 0.3
"""Seconds for which a new line waits for older ones of other logs."""

SILENCE: Final = 3.0
"""Seconds after which a log that says nothing is no longer waited for."""


class Merged(NamedTuple):
    """A line and the place of its source. Lines are put in order by the first two."""

    key: float
    source: int
    came: float
    line: Raw


class Merge:
    """Takes lines of several sources and gives them back by time, once nothing older can be expected.

    What was written before the look began is held back until all sources have read theirs. The lines of one source
    stay in the order in which they came, whatever their clocks say; what is joined to a line stays with it.
    """

    def __init__(self, sources: int, now: float) -> None:
        self._waiting: list[deque[Merged]] = [deque() for _ in range(sources)]
        self._behind = set(range(sources))
        self._heard = [now] * sources
        self._keys = [-inf] * sources

    @property
    def behind(self) -> bool:
        """Whether any source still reads what was written before."""
        return bool(self._behind)

    @property
    def waiting(self) -> int:
        """Lines that are held back."""
        return sum(map(len, self._waiting))

    def feed(self, source: int, lines: Iterable[Raw], now: float) -> None:
        """Take the next lines of a source."""
        self._heard[source] = now
        for line in lines:
            if line.time is not None and not line.joined:
                self._keys[source] = max(self._keys[source], line.time)
            self._waiting[source].append(Merged(self._keys[source], source, now, line))

    def caught_up(self, source: int) -> None:
        """All that a source had written before is here, or will not come."""
        self._behind.discard(source)

    def ready(self, now: float, most: int) -> list[Merged]:
        """Lines that may be shown, at most `most` of them; ask again for the others."""
        alone = len(self._waiting) == 1
        if not alone and any(now - self._heard[source] < SILENCE for source in self._behind):
            return []
        given: list[Merged] = []
        settled = inf if alone else now - PATIENCE
        while len(given) < most:
            heads = [lines[0] for lines in self._waiting if lines]
            # One that may be shown lets go all that are older than it, however new they are.
            if not any(head.came <= settled for head in heads):
                break
            first = min(heads, key=_order)
            given.append(self._waiting[first.source].popleft())
        return given


def _order(one: Merged) -> tuple[float, int]:
    return one.key, one.source
