"""An engine that answers what was recorded, for boxes that we do not have: the client that asks is the real one."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any


@asynccontextmanager
async def recorded_engine(socket: Path, answers: Mapping[str, Any]) -> AsyncIterator[list[str]]:
    """Serve `answers` (JSON by path, without the query) on `socket`; 404 for all else. Yields the paths asked for."""
    asked: list[str] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split(b" ", 2)[1].decode().partition("?")[0]
                asked.append(path)
                found = path in answers
                body = json.dumps(answers[path] if found else {"message": f"no such thing: {path}"}).encode()
                status = b"200 OK" if found else b"404 Not Found"
                writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body))
                await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(handle, socket)
    try:
        yield asked
    finally:
        server.close()


def one_container(id: str, name: str, pid: int, **more: Any) -> dict[str, Any]:
    """The answers of an engine that has one running container."""
    described = {
        "Id": id,
        "Name": f"/{name}",
        "State": {"Status": "running" if pid else "exited", "Pid": pid},
        "Config": {"Image": "img"},
        **more,
    }
    return {"/containers/json": [{"Id": id}], f"/containers/{id}/json": described}
