"""A log that is read by its real reader until the test is over, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from opsconsole.logs.lines import Piece
from tests.support.waiting import wait_for


@dataclass
class Heard:
    """Everything that a reader has said so far."""

    texts: list[str] = field(default_factory=list)
    times: list[float | None] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    caught_up: bool = False
    whole: bool = False

    def take(self, piece: Piece) -> None:
        self.texts += [line.text for line in piece.lines]
        self.times += [line.time for line in piece.lines]
        if piece.said is not None and piece.said != (self.said or [""])[-1]:
            self.said.append(piece.said)
        self.caught_up = self.caught_up or piece.caught_up
        self.whole = self.whole or piece.whole

    async def line(self, text: str) -> None:
        """Wait until that line has come."""
        await wait_for(f"the line {text!r} (came: {self.texts[-5:]}, said: {self.said})", lambda: text in self.texts)

    async def words(self, words: str) -> None:
        """Wait until the reader has said that of its log."""
        await wait_for(f"{words!r} to be said", lambda: any(words in said for said in self.said))


@asynccontextmanager
async def heard_of(pieces: AsyncGenerator[Piece, None]) -> AsyncIterator[Heard]:
    """What a reader says while the test goes on; cancelled at its end."""
    heard = Heard()

    async def hear() -> None:
        async for piece in pieces:
            heard.take(piece)

    task = asyncio.create_task(hear())
    try:
        await wait_for("what was written before", lambda: heard.caught_up or task.done())
        yield heard
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await pieces.aclose()


async def all_of(pieces: AsyncGenerator[Piece, None]) -> Heard:
    """What a reader says that does not follow."""
    heard = Heard()
    async for piece in pieces:
        heard.take(piece)
    return heard
