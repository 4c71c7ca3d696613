"""A real HTTP server on loopback that can be as bad as servers are."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.parts import OUTER, lack


@dataclass
class LabHttp:
    """One server; each path is one way to behave.

    `/health` answers `status` and `body`; `/slow` does so when `release` is set; `/hang` takes the request and says
    nothing; `/garbage` is no HTTP; `/closed` closes at once; `/short` ends before its length; `/loop` redirects to
    itself, `/moved` to `/health`; `/endless` sends a body for ever as fast as it is read, `/drip` one byte and no more;
    `/bomb` a small gzip of a large body; `/header` a header without end.
    """

    status: int = 200
    body: bytes = b'{"status": "ok"}'
    content_type: str = "application/json"
    tls: ssl.SSLContext | None = None
    port: int = 0
    seen: list[dict[str, str]] = field(default_factory=list)
    sent: int = 0
    open: int = 0
    release: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Its root, without a slash at the end."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen, on the same port as before where there was one."""
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", self.port, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening, and drop every connection. Twice is fine."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.open += 1
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._serve(reader, writer)
        finally:
            self.open -= 1
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begun = await reader.readexactly(1)
        if begun == b"\x16":  # the first byte of TLS; servers answer that in plain HTTP
            await self._answer(writer, 400, b"plain HTTP here")
            return
        head = (begun + await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ")
        headers = dict(line.split(": ", 1) for line in head[1:] if line)
        self.seen.append({":method": method, ":path": path, **{name.lower(): value for name, value in headers.items()}})
        behave = getattr(self, f"_{path.strip('/').partition('?')[0]}", self._health)
        answering, leaving = asyncio.ensure_future(behave(writer)), asyncio.ensure_future(reader.read())
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            answering.cancel()
            leaving.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)

    async def _answer(self, writer: asyncio.StreamWriter, status: int, body: bytes, *more: str) -> None:
        lines = [f"HTTP/1.1 {status} Word", f"Content-Type: {self.content_type}", f"Content-Length: {len(body)}", *more]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
        await writer.drain()

    async def _health(self, writer: asyncio.StreamWriter) -> None:
        await self._answer(writer, self.status, self.body)

    async def _slow(self, writer: asyncio.StreamWriter) -> None:
        await self.release.wait()
        await self._health(writer)

    async def _hang(self, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async def _garbage(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x00\x01\x1b[31m this is no HTTP\r\n\r\n")
        await writer.drain()

    async def _closed(self, writer: asyncio.StreamWriter) -> None:
        """Says nothing."""

    async def _short(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this")
        await writer.drain()

    async def _loop(self, writer: asyncio.StreamWriter) -> None:
        await self._answer(writer, 302, b"", "Location: /loop")

    async def _moved(self, writer: asyncio.StreamWriter) -> None:
        await self._answer(writer, 302, b"", "Location: /health")

    async def _endless(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()
            self.sent += 65536

    async def _drip(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n.")
        await writer.drain()
        await asyncio.Event().wait()

    async def _bomb(self, writer: asyncio.StreamWriter) -> None:
        await self._answer(writer, 200, gzip.compress(b"a" * (8 << 20)), "Content-Encoding: gzip")

    async def _header(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()


@pytest.fixture
async def http_server() -> AsyncIterator[LabHttp]:
    """A server that answers."""
    server = LabHttp()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(scope="session")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of its own for 127.0.0.1, with its key, in one file."""
    if not shutil.which("openssl", path=OUTER.get("PATH")):
        lack("openssl", "there is no openssl")
    folder = tmp_path_factory.mktemp("tls")
    key, cert, both = folder / "key.pem", folder / "cert.pem", folder / "both.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=lab", "-days", "2"]
    made += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(made, check=True, capture_output=True)
    both.write_bytes(key.read_bytes() + cert.read_bytes())
    return both
