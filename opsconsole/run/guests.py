"""The holder's side of a connection with one console. Standard library only."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from opsconsole.run import wire

BEHIND: Final = 1 << 20
"""Bytes a console may be behind before it is let go: it can come back and read the journal and the output."""


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
