"""Logs that are open: their readers, and the one ring that they fill."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from math import inf
from typing import Final

from opsconsole.logs.joining import Joiner
from opsconsole.logs.lines import Piece, Reader, Source, Wanted
from opsconsole.logs.matches import LOOK, Matches, Pattern
from opsconsole.logs.merge import Merge
from opsconsole.logs.ring import Ring
from opsconsole.model.text import one_line

SLICE: Final = 200
"""Lines that are taken in without a pause: a millisecond or two, so that no key waits for more."""

_REST: Final = 0.05
"""Seconds between two looks for lines that may be shown."""


@dataclass(slots=True)
class Standing:
    """How far the reader of one source has come: `said` is why nothing comes, or what has happened to its log."""

    source: Source
    caught_up: bool = False
    said: str = ""
    whole: bool = False
    lines: int = 0
    joiner: Joiner = field(default_factory=Joiner)


class Book:
    """Reads logs into a ring until it is closed; used from one event loop. Looking changes nothing.

    `revision` grows with every change. With `since` reading ends when the ring is full, so that what was asked for
    stays in it; `stopped` says so. Otherwise the oldest lines make way for new ones. Without `follow` reading ends with
    what was written before.
    """

    def __init__(self, sources: Sequence[Source], read: Reader, wanted: Wanted, *, follow: bool = True) -> None:
        self.wanted = wanted
        self.ring = Ring()
        self.revision = 0
        self.stopped = False
        self.filter: Matches | None = None
        self.search: Matches | None = None
        self.standings = [Standing(source) for source in sources]
        self._read = read
        self._follow = follow
        self._merge = Merge(len(sources), time.monotonic())
        self._turn = asyncio.Lock()
        self._moved = asyncio.Event()
        self._caught_up = False
        self._tasks: list[asyncio.Task[None]] = []
        self._reading: list[asyncio.Task[None]] = []

    # --- reading -----------------------------------------------------------------------------------------

    def open(self) -> None:
        """Begin to read."""
        self._reading = [asyncio.create_task(self._read_one(place)) for place in range(len(self.standings))]
        self._tasks = [*self._reading, asyncio.create_task(self._settle()), asyncio.create_task(self._find())]

    async def close(self) -> None:
        """End all readers, and what they have started."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def reading(self) -> bool:
        """Whether what was written before is still being read."""
        if not self._caught_up:
            held = self._merge.waiting if not self._follow else self._merge.waiting - SLICE
            self._caught_up = not self._merge.behind and held <= 0
        return not self.stopped and not self._caught_up

    @property
    def whole(self) -> bool:
        """Whether nothing older exists than what was read."""
        return self.ring.first == 0 and all(standing.whole for standing in self.standings)

    async def _read_one(self, place: int) -> None:
        standing = self.standings[place]
        try:
            async with aclosing(self._read(standing.source, self.wanted, self._follow)) as pieces:
                async for piece in pieces:
                    await self._take(place, standing, piece)
        except Exception as fault:
            self._say(standing, f"a fault of ours: {one_line(f'{type(fault).__name__}: {fault}', 120)}")
            raise
        finally:
            self._merge.caught_up(place)
            standing.caught_up = True

    async def _take(self, place: int, standing: Standing, piece: Piece) -> None:
        if piece.said is not None:
            self._say(standing, piece.said)
        standing.whole = standing.whole or piece.whole
        async with self._turn:  # one source at a time, however many have something to say
            if piece.lines:
                self._merge.feed(place, standing.joiner.join(piece.lines), time.monotonic())
                self._move()
            await asyncio.sleep(0)
        if self._merge.waiting > 2 * self.ring.most:  # what is held back is bounded, too
            await self._moved.wait()
        standing.lines += len(piece.lines)
        if piece.caught_up and not standing.caught_up:
            standing.caught_up = True
            self._merge.caught_up(place)
            self.revision += 1

    def _say(self, standing: Standing, words: str) -> None:
        if words != standing.said:
            standing.said = words
            self.revision += 1

    async def _settle(self) -> None:
        """Lines that had to wait for older ones of others."""
        while True:
            async with self._turn:
                moved = self._move()
            if self.stopped:
                for task in self._reading:
                    task.cancel()
            await asyncio.sleep(0 if moved == SLICE else _REST)

    def _move(self) -> int:
        """From the merge into the ring, at most a slice of lines; how many that were."""
        over = not self._follow and not self._merge.behind  # nothing older can come any more
        ready = self._merge.ready(inf if over else time.monotonic(), SLICE)
        if self._merge.waiting > 2 * self.ring.most:
            self._moved.clear()
        else:
            self._moved.set()
        for merged in ready:
            if self.stopped:
                break
            line = merged.line
            self.ring.append(line.text, line.time, merged.source, level=line.level, joined=line.joined)
            if self.wanted.since is not None and not self._caught_up and self.ring.full:
                self.stopped = True
        if ready:
            self.revision += 1
            self._caught_up = self._caught_up or not self.reading
        return len(ready)

    # --- finding -----------------------------------------------------------------------------------------

    def narrow(self, pattern: Pattern | None) -> None:
        """Show only what holds `pattern`; a message and its traceback are one."""
        self.filter = Matches(pattern, self.ring, whole=True) if pattern is not None else None
        self.seek(self.search.pattern if self.search is not None else None)

    def seek(self, pattern: Pattern | None) -> None:
        """Look for `pattern` among what is shown."""
        self.search = Matches(pattern, self.ring, within=self.filter) if pattern is not None else None
        self.revision += 1

    async def _find(self) -> None:
        """Go through the lines in small looks, those of a filter first."""
        while True:
            behind = [each for each in (self.filter, self.search) if each is not None and each.behind]
            for each in behind:
                found = len(each)
                each.look(LOOK)
                self.revision += len(each) != found or not each.behind
            await asyncio.sleep(0 if behind else _REST)
