"""The console's side of the connection with a holder."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from opsconsole.run import wire


class HolderGone(Exception):
    """There is no holder at the other end, or no more."""


class NotDone(Exception):
    """The holder refused: one line for people, `why` is the word for it (moved, over, busy, locked, digest, disk)."""

    def __init__(self, message: str, why: str) -> None:
        super().__init__(message)
        self.why = why


class Link:
    """A connection with one holder.

    `on_event` gets what it says unasked, in order and always before the answer to what was asked later; None means
    that it is gone.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        on_event: Callable[[dict[str, Any] | None], None],
    ) -> None:
        self.warning = ""
        """What may end the holder before its time, where we have just started it."""
        self._on_event = on_event
        self._writer = writer
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._count = 0
        self._listening = asyncio.create_task(self._listen(reader))

    @classmethod
    async def open(cls, folder: Path, on_event: Callable[[dict[str, Any] | None], None]) -> Link:
        """A connection with the holder of the run in `folder`. HolderGone where there is none."""
        try:
            with wire.meeting_place(folder) as path:
                reader, writer = await asyncio.open_unix_connection(path, limit=wire.LINE_LIMIT)
        except OSError:
            raise HolderGone from None
        return cls(reader, writer, on_event)

    async def ask(self, do: str, **fields: Any) -> dict[str, Any]:
        """The holder's answer. NotDone where it refused, HolderGone where it died before it answered."""
        self._count += 1
        number = self._count
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        if self._listening.done():
            raise HolderGone
        self._writer.write(wire.encode({"do": do, "id": number, **fields}))
        try:
            message = await answer
        finally:
            self._answers.pop(number, None)
        if "error" in message:
            raise NotDone(message["error"], message.get("why", ""))
        return message

    def tell(self, do: str, **fields: Any) -> None:
        """Ask for something without waiting for the answer."""
        if not self._listening.done():
            self._writer.write(wire.encode({"do": do, "id": 0, **fields}))

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        with suppress(OSError, ValueError, asyncio.IncompleteReadError):
            while line := await reader.readline():
                message = wire.decode(line)
                if "event" in message:
                    self._on_event(message)
                elif (answer := self._answers.get(message.get("id", 0))) and not answer.done():
                    answer.set_result(message)
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(HolderGone())
        self._on_event(None)

    async def close(self) -> None:
        """Hang up. What runs goes on."""
        self._listening.cancel()
        with suppress(asyncio.CancelledError):
            await self._listening
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()
