"""The log of a container, by the engine that keeps it; it may be stopped, removed and made anew meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Final

from opsconsole.logs.cleaning import Cleaner
from opsconsole.logs.lines import Piece, Raw, Wanted
from opsconsole.logs.readers import AGAIN, sliced, waiting
from opsconsole.model.readings import ContainerReading
from opsconsole.model.sample import Problem
from opsconsole.model.service import ContainerRef
from opsconsole.probes.base import World
from opsconsole.probes.engine.logs import LogStreams, Splitter
from opsconsole.probes.hush import secrets_of

_PATIENCE: Final = 3.0  # seconds for a question to the engine


class Stamps:
    """Times as the engine writes them before each line, in nanoseconds; the last one, to go on from."""

    def __init__(self) -> None:
        self.last = b""
        self._second = b""
        self._epoch = 0

    def take(self, line: bytes) -> tuple[float | None, bytes] | None:
        """The time of a line and the line itself; None for one that was here already."""
        stamp, _, text = line.partition(b" ")
        epoch = self._seconds(stamp[:19])
        if epoch is None or not stamp.endswith(b"Z"):
            return None, line
        if stamp <= self.last:
            return None
        self.last = stamp
        return epoch + float(b"0" + stamp[19:-1] if stamp[19:-1] else 0), text

    @property
    def since(self) -> str:
        """The last time as the engine wants to be asked."""
        return f"{self._seconds(self.last[:19])}{self.last[19:-1].decode()}"

    def _seconds(self, second: bytes) -> int | None:
        if second != self._second:
            try:
                self._epoch = int(datetime.fromisoformat(second.decode()).replace(tzinfo=UTC).timestamp())
            except ValueError:
                return None
            self._second = second
        return self._epoch


class Containers:
    """Reads the logs of containers of one engine, by connections of its own: probes must not have to wait for them."""

    def __init__(self, world: World, most: int) -> None:
        self._engine = world.engine
        self._most = most
        self._streams: LogStreams | None = None

    async def close(self) -> None:
        """Let go of connections."""
        streams, self._streams = self._streams, None
        if streams is not None:
            await streams.close()

    async def read(self, ref: ContainerRef, wanted: Wanted, follow: bool) -> AsyncGenerator[Piece, None]:
        """See `Reader`. One that has stopped or is gone is waited for; a new one of its name is read on."""
        stamps = Stamps()
        ended: tuple[str, float | None] | None = None
        while True:
            found = await self._engine.find(ref, _PATIENCE)
            if isinstance(found, Problem):
                yield Piece(caught_up=True, said=waiting(found.reason, follow))
                ended = None
            elif ended == (found.id, found.started_at) and found.state != "running":
                yield Piece(said=_stopped(found))
            else:
                try:
                    async with aclosing(self._lines(found, wanted, stamps, follow)) as lines:
                        async for piece in lines:
                            yield piece
                    ended = (found.id, found.started_at)
                except _UnreadError as fault:
                    yield Piece(caught_up=True, said=waiting(fault.problem.reason, follow))
            if not follow:
                return
            await asyncio.sleep(AGAIN)

    async def _lines(
        self, container: ContainerReading, wanted: Wanted, stamps: Stamps, follow: bool
    ) -> AsyncGenerator[Piece, None]:
        cleaner = Cleaner(await self._secrets(container))
        yield Piece(said="")  # what was said of it before holds no longer
        if not stamps.last:
            came = 0
            async with aclosing(self._stream(container, _query(wanted), stamps, cleaner)) as lines:
                async for piece in lines:
                    came += len(piece.lines)
                    yield piece
            yield Piece(caught_up=True, whole=wanted.since is None and came < wanted.lines)
        if follow:
            query = {"follow": "1", "tail": "all"} | ({"since": stamps.since} if stamps.last else {})
            if not stamps.last and wanted.since is not None:
                query["since"] = f"{wanted.since:.3f}"
            async with aclosing(self._stream(container, query, stamps, cleaner)) as lines:
                async for piece in lines:
                    yield piece

    async def _stream(
        self, container: ContainerReading, query: Mapping[str, str], stamps: Stamps, cleaner: Cleaner
    ) -> AsyncGenerator[Piece, None]:
        raw: list[bytes] = []
        splitter = Splitter(raw.append, stamped=True)
        async with aclosing(self._opened().pieces(container.id, {"timestamps": "1", **query})) as coming:
            async for data in coming:
                if isinstance(data, Problem):
                    raise _UnreadError(data)
                splitter.feed(data)
                for lines in sliced(raw):
                    yield Piece(_understood(lines, stamps, cleaner))
                raw.clear()
        splitter.end()
        yield Piece(_understood(raw, stamps, cleaner))

    async def _secrets(self, container: ContainerReading) -> frozenset[str]:
        """Values of its variables that are secret by their names: a log may repeat them."""
        environment = await self._engine.environment(container.id, _PATIENCE)
        if isinstance(environment, Problem):
            return frozenset()
        return secrets_of(dict(one.partition("=")[::2] for one in environment))

    def _opened(self) -> LogStreams:
        if self._streams is None:
            streams = self._engine.log_streams(self._most)
            if isinstance(streams, Problem):
                raise _UnreadError(streams)
            self._streams = streams
        return self._streams


class _UnreadError(Exception):
    """Reading ended; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.reason)
        self.problem = problem


def _query(wanted: Wanted) -> dict[str, str]:
    if wanted.since is not None:
        return {"since": f"{wanted.since:.3f}", "tail": "all"}
    return {"tail": str(wanted.lines)}


def _understood(raw: Sequence[bytes], stamps: Stamps, cleaner: Cleaner) -> list[Raw]:
    found = []
    for line in raw:
        timed = stamps.take(line)
        if timed is not None:
            found.append(Raw(cleaner(timed[1].decode(errors="replace")), timed[0]))
    return found


def _stopped(container: ContainerReading) -> str:
    how = f", exit code {container.exit_code}" if container.exit_code is not None else ""
    return f"container {container.name} is {container.state}{how} · waits for it to run again"
