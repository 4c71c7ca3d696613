"""A container's log, as its engine keeps it: its end, or all that comes."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Final
from urllib.parse import quote

from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.probes.engine.client import Client
from opsconsole.probes.engine.endpoint import EngineError

_HEADER: Final = 8
_LONGEST_LINE: Final = 64 << 10


class Splitter:
    """Takes the stream of a log apart into its lines, of both channels in the order in which they end.

    A container with a terminal has no frames: its stream is the text itself. The engine cuts a long line into pieces,
    each with a time of its own where times were asked for (`stamped`): the line has that of the first.
    """

    def __init__(self, add: Callable[[bytes], None], *, stamped: bool = False) -> None:
        self._add = add
        self._stamped = stamped
        self._open: dict[int, bytes] = {}
        self._rest = b""
        self._framed: bool | None = None

    def feed(self, data: bytes) -> None:
        """Take the next bytes, cut anywhere."""
        data = self._rest + data
        if self._framed is None and len(data) >= 4:
            self._framed = data[0] in (0, 1, 2, 3) and data[1:4] == bytes(3)
        if not self._framed:
            self._rest = b"" if self._framed is False else data
            if self._framed is False:
                self._take(0, data)
            return
        at = 0
        while len(data) - at >= _HEADER:
            begin = at + _HEADER
            end = begin + int.from_bytes(data[at + 4 : begin], "big")
            if len(data) < end:
                break
            self._take(data[at], data[begin:end])
            at = end
        self._rest = data[at:]

    def end(self) -> None:
        """Nothing more comes: the last line of each channel counts also where nothing ended it."""
        for rest in (self._open.pop(stream) for stream in sorted(self._open)):
            if rest:
                self._add(rest)
        if self._framed is None and self._rest:
            self._add(self._rest)
        self._rest = b""

    def _take(self, stream: int, piece: bytes) -> None:
        before = self._open.get(stream, b"")
        if before and self._stamped and self._framed:
            piece = piece.partition(b" ")[2]
        *lines, rest = (before + piece).split(b"\n")
        for line in lines:
            self._add(line[:_LONGEST_LINE])
        self._open[stream] = rest[:_LONGEST_LINE]


class Lines:
    """The last `most` lines of a log, and how many there came."""

    def __init__(self, most: int) -> None:
        self.came = 0
        self._kept: deque[bytes] = deque(maxlen=most)
        self._splitter = Splitter(self._add)

    def feed(self, data: bytes) -> None:
        """Take the next bytes, cut anywhere."""
        self._splitter.feed(data)

    def end(self) -> tuple[str, ...]:
        """All lines that are kept, the last of each channel included where nothing ended it."""
        self._splitter.end()
        return tuple(line.decode(errors="replace").rstrip("\r") for line in self._kept)

    def _add(self, line: bytes) -> None:
        self.came += 1
        self._kept.append(line)


async def last_lines(client: Client, container: str, lines: int, since: float | None) -> Lines | Problem:
    """The last `lines` lines, and of these those since `since`. GONE without the container. May raise EngineError."""
    query = {"tail": str(lines)}
    if since is not None:
        query["since"] = f"{since:.3f}"
    kept = Lines(lines)
    async for piece in pieces(client, container, query):
        if isinstance(piece, Problem):
            return piece
        kept.feed(piece)
    return kept


async def pieces(client: Client, container: str, query: Mapping[str, str]) -> AsyncGenerator[bytes | Problem, None]:
    """The stream of a log in the pieces in which it comes. GONE without the container. May raise EngineError."""
    path = f"/containers/{quote(container, safe='')}/logs"
    async with client.stream("GET", path, {"stdout": "1", "stderr": "1", **query}) as response:
        if response.status == 404:
            yield Problem(ProblemKind.GONE, f"no container called {container}")
            return
        yield b""  # it has begun, whether or not anything has been written yet
        async for piece in response.aiter_stream():
            yield piece


class LogStreams:
    """Logs of containers of one engine as they come, by connections of their own: no probe waits behind them."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def pieces(self, container: str, query: Mapping[str, str]) -> AsyncGenerator[bytes | Problem, None]:
        """A log in the pieces in which it comes; what went wrong is the last of them."""
        begun = False
        try:
            async with aclosing(pieces(self._client, container, query)) as coming:
                async for piece in coming:
                    begun = True
                    yield piece
        except EngineError as fault:
            # What breaks off in the middle is no HTTP, but that is not what is wrong with it.
            gone = Problem(ProblemKind.NO_TOOL, "the connection to the engine broke")
            yield gone if begun and not fault.answered else fault.unseen

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.close()
