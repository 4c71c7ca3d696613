"""The holder's side of a connection with one console. Standard library only."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from opsconsole.run import wire

BEHIND: Final = 1 << 20
"""Bytes a console may be behind before it is let go: it can come back and read the journal and the output."""

WINDOW: Final = 256 << 10
"""Bytes on their way to an attached terminal at most; what comes while it does not keep up is left to the output."""


class Refused(Exception):
    """The holder does not do what it was asked: one line for people, and one word for programs."""

    def __init__(self, message: str, why: str) -> None:
        super().__init__(message)
        self.why = why


class Guest:
    """One console that watches or drives the run. Nothing here ever waits for it."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self.connection = connection
        self.gone = False
        self.attached = False
        self._on_the_way = 0
        self._missed = 0
        self._heard = b""
        self._unsaid = b""

    @property
    def behind(self) -> bool:
        """Whether there was no room for all that was said."""
        return bool(self._unsaid) and not self.gone

    def messages(self) -> Iterator[dict[str, Any]]:
        """What has come in since, message by message."""
        try:
            chunk = self.connection.recv(256 << 10)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        if not chunk:
            self.gone = True
            return
        *lines, self._heard = (self._heard + chunk).split(b"\n")
        if len(self._heard) > wire.LINE_LIMIT:
            self.gone = True
        for line in lines:
            with suppress(ValueError):
                yield wire.decode(line)

    def say(self, message: Mapping[str, Any]) -> None:
        """Send it, or as much of it as there is room for; the rest goes before what comes next."""
        self._unsaid += wire.encode(message)
        self.flush()
        if len(self._unsaid) > BEHIND:
            self.gone = True

    def flush(self) -> None:
        """Send what is still unsaid, as far as there is room."""
        try:
            while self._unsaid:
                self._unsaid = self._unsaid[self.connection.send(self._unsaid) :]
        except BlockingIOError:
            return
        except OSError:
            self.gone = True
            self._unsaid = b""

    # --- where it is attached: its terminal shows what is printed as it is printed ---------------------------------

    def attach(self) -> None:
        """From now on it is shown what is printed."""
        self.attached = True
        self._on_the_way = self._missed = 0

    def show(self, chunk: bytes) -> None:
        """More of what is printed, unless its terminal cannot keep up."""
        if self._on_the_way > WINDOW:
            self._missed += len(chunk)
        else:
            self._on_the_way += len(chunk)
            self.say({"event": "screen", "data": wire.as_text(chunk)})

    def seen(self, count: int, recent: bytes) -> None:
        """Its terminal has drawn `count` bytes more. After a gap it goes on with what was printed most recently."""
        self._on_the_way = max(0, self._on_the_way - count)
        if self._missed and self._on_the_way < WINDOW // 2:
            skipped, self._missed = max(0, self._missed - len(recent)), 0
            self._on_the_way += len(recent)
            self.say({"event": "screen", "data": wire.as_text(recent), "skipped": skipped})
