"""The consoles at a run, as its holder hears them: who comes, what they ask for, who goes. Standard library only."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from opsconsole.run.guests import Guest, Refused


class Gathering:
    """They come by `listener`, in the loop of `selector`.

    `obey` does what one of them asks for, by the name of the order, and gives the answer; `left` hears who has gone.
    """

    def __init__(
        self,
        folder: Path,
        listener: socket.socket,
        selector: selectors.BaseSelector,
        obey: Callable[[Guest, str, dict[str, Any]], dict[str, Any]],
        left: Callable[[Guest], object],
    ) -> None:
        self.guests: list[Guest] = []
        self._folder = folder
        self._listener = listener
        self._selector = selector
        self._obey = obey
        self._left = left
        listener.setblocking(False)
        selector.register(listener, selectors.EVENT_READ, self._welcome)

    @property
    def behind(self) -> bool:
        """Whether somebody has not been told all yet."""
        return any(guest.behind for guest in self.guests)

    def tell(self, message: dict[str, Any]) -> None:
        """Say it to everybody."""
        for guest in self.guests:
            guest.say(message)

    def look_after(self) -> None:
        """Say on what there was no room for, and let go of those who are gone."""
        for guest in self.guests[:]:
            guest.flush()
            if guest.gone:
                self._farewell(guest)

    def _welcome(self) -> None:
        with suppress(BlockingIOError, OSError):
            connection, _ = self._listener.accept()
            guest = Guest(connection)
            self.guests.append(guest)
            self._selector.register(connection, selectors.EVENT_READ, lambda: self._hear(guest))

    def _farewell(self, guest: Guest) -> None:
        self.guests.remove(guest)
        self._left(guest)
        self._selector.unregister(guest.connection)
        guest.connection.close()

    def _hear(self, guest: Guest) -> None:
        for message in guest.messages():
            try:
                answer = self._obey(guest, str(message.get("do")), message)
            except Refused as refused:
                answer = {"error": str(refused), "why": refused.why}
            except OSError as error:
                answer = {"error": f"{error.filename or self._folder}: {error.strerror}", "why": "disk"}
            except (KeyError, TypeError, ValueError) as error:
                answer = {"error": f"the holder does not understand this: {error!r}", "why": "message"}
            guest.say({"id": message.get("id"), **answer})
