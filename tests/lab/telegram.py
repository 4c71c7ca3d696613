"""A real HTTP server on loopback that answers as the documentation of Telegram's Bot API says that it does."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

TOKEN = "123456:AAbb-CCdd_EEffGGhhIIjjKKllMMnnOOpp"


@dataclass(frozen=True)
class Question:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class Answers:
    """Plays one bot. `script` are the answers to come, the last for ever: each (status, body), "hang" or "close".

    Without a script it does what Telegram does: it knows the bot by its token alone, counts the text in UTF-16 units,
    and takes HTML with nothing but `<b>` in it.
    """

    script: deque[tuple[int, object] | str] = field(default_factory=deque)
    asked: list[Question] = field(default_factory=list)
    headers: tuple[str, ...] = ()
    port: int = 0
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Its root."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def texts(self) -> list[str]:
        """What was asked to be sent."""
        return [question.body["text"] for question in self.asked]

    def will(self, *answers: tuple[int, object] | str) -> None:
        """Answer so from now on, the last one again and again."""
        self.script = deque(answers)

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop, and drop every connection."""
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
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._serve(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        _, path, _ = head[0].split(" ")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)}
        body = json.loads(await reader.readexactly(int(headers["content-length"])))
        question = Question(path, headers, body)
        self.asked.append(question)
        answer = self._next(question)
        if answer == "hang":
            await asyncio.Event().wait()
        if answer == "close" or isinstance(answer, str):
            return
        status, said = answer
        content = said if isinstance(said, bytes) else json.dumps(said).encode()
        lines = [f"HTTP/1.1 {status} Word", "Content-Type: application/json", f"Content-Length: {len(content)}"]
        writer.write(("\r\n".join([*lines, *self.headers]) + "\r\n\r\n").encode() + content)
        await writer.drain()

    def _next(self, question: Question) -> tuple[int, object] | str:
        if not self.script:
            return _as_telegram(question)
        return self.script.popleft() if len(self.script) > 1 else self.script[0]


def refusal(code: int, description: str, **parameters: int) -> tuple[int, object]:
    """An answer that says no, in the form of the Bot API."""
    more = {"parameters": parameters} if parameters else {}
    return code, {"ok": False, "error_code": code, "description": description, **more}


TAKEN = 200, {"ok": True, "result": {"message_id": 7, "date": 1767794531}}


def _as_telegram(question: Question) -> tuple[int, object]:
    if question.path != f"/bot{TOKEN}/sendMessage":
        return refusal(404, "Not Found") if not question.path.startswith("/bot1") else refusal(401, "Unauthorized")
    text = question.body["text"]
    if question.body.get("parse_mode") == "HTML":
        from tests.watch.senders.html import NotHtmlError, read

        try:
            text = read(text)
        except NotHtmlError as fault:
            return refusal(400, f"Bad Request: can't parse entities: {fault}")
    if not text.strip():
        return refusal(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) // 2 > 4096:
        return refusal(400, "Bad Request: message is too long")
    return TAKEN


@pytest.fixture
async def telegram() -> AsyncIterator[Answers]:
    """A bot's server that is up."""
    server = Answers()
    await server.start()
    yield server
    await server.stop()
