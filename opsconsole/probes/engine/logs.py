"""The end of a container's log, as its engine keeps it."""

from __future__ import annotations

from collections import deque
from typing import Final
from urllib.parse import quote

from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.probes.engine.client import Client

_HEADER: Final = 8
_LONGEST_LINE: Final = 64 << 10


class Lines:
    """Takes the stream of a log apart into its last `most` lines, of both channels in the order in which they came.

    A container with a terminal has no frames: its stream is the text itself.
    """

    def __init__(self, most: int) -> None:
        self.came = 0
        self._kept: deque[bytes] = deque(maxlen=most)
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
        while len(data) >= _HEADER:
            length = int.from_bytes(data[4:_HEADER], "big")
            if len(data) < _HEADER + length:
                break
            self._take(data[0], data[_HEADER : _HEADER + length])
            data = data[_HEADER + length :]
        self._rest = data

    def end(self) -> tuple[str, ...]:
        """All lines that are kept, the last of each channel included where nothing ended it."""
        for rest in (self._open.pop(stream) for stream in sorted(self._open)):
            if rest:
                self._add(rest)
        if self._framed is None and self._rest:
            self._add(self._rest)
        return tuple(line.decode(errors="replace").rstrip("\r") for line in self._kept)

    def _take(self, stream: int, piece: bytes) -> None:
        *lines, rest = (self._open.get(stream, b"") + piece).split(b"\n")
        for line in lines:
            self._add(line)
        self._open[stream] = rest[:_LONGEST_LINE]

    def _add(self, line: bytes) -> None:
        self.came += 1
        self._kept.append(line[:_LONGEST_LINE])


async def last_lines(client: Client, container: str, lines: int, since: float | None) -> Lines | Problem:
    """The last `lines` lines, and of these those since `since`. GONE without the container. May raise EngineError."""
    query = {"stdout": "1", "stderr": "1", "tail": str(lines)}
    if since is not None:
        query["since"] = f"{since:.3f}"
    kept = Lines(lines)
    async with client.stream("GET", f"/containers/{quote(container, safe='')}/logs", query) as response:
        if response.status == 404:
            return Problem(ProblemKind.GONE, f"no container called {container}")
        async for piece in response.aiter_stream():
            kept.feed(piece)
    return kept
