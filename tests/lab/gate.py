"""A gate before the real engine: its socket can be shut, held or slammed while the engine itself is left alone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.lab.engine import LabEngine


class Gate:
    """Passes everything on between `socket` and the engine, until told otherwise. `requests` are the request lines."""

    def __init__(self, behind: str, socket: Path) -> None:
        self.socket = socket
        self.requests: list[str] = []
        self._behind = behind.removeprefix("unix://")
        self._server: asyncio.Server | None = None
        self._through = asyncio.Event()
        self._through.set()
        self._passing: set[asyncio.Task[None]] = set()

    @property
    def host(self) -> str:
        """As in DOCKER_HOST."""
        return f"unix://{self.socket}"

    async def open(self) -> None:
        """Let connections in."""
        self._server = await asyncio.start_unix_server(self._let_through, self.socket)

    def slam(self) -> None:
        """Break all connections; new ones still get in."""
        for task in self._passing:
            task.cancel()

    async def shut(self) -> None:
        """Break all connections and take the socket away, as an engine does that is stopped."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.slam()
        await asyncio.gather(*self._passing, return_exceptions=True)
        self.socket.unlink(missing_ok=True)

    def hold(self) -> None:
        """Take what comes in and pass nothing on, as an engine does that hangs."""
        self._through.clear()

    def release(self) -> None:
        """Pass on again, also what was held."""
        self._through.set()

    async def _let_through(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        behind_reader, behind_writer = await asyncio.open_unix_connection(self._behind)
        ways = [
            asyncio.create_task(self._pump(reader, behind_writer, asked=True)),
            asyncio.create_task(self._pump(behind_reader, writer, asked=False)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            pass  # slammed
        finally:
            self._passing.discard(task)
            for way in ways:
                way.cancel()
            for one in (writer, behind_writer):
                with contextlib.suppress(OSError):
                    one.close()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, asked: bool) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                if asked and data.split(b" ", 1)[0] in (b"GET", b"POST"):
                    self.requests.append(data.split(b"\r\n", 1)[0].decode().rpartition(" ")[0])
                await self._through.wait()
                sink.write(data)
                await sink.drain()


@asynccontextmanager
async def gate_before(engine: LabEngine, folder: Path) -> AsyncIterator[Gate]:
    """A gate that stands open before `engine`, with its socket in `folder`."""
    gate = Gate(engine.host, folder / "gate.sock")
    await gate.open()
    try:
        yield gate
    finally:
        gate.release()
        await gate.shut()
