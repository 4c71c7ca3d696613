"""Which of the consoles at a run steers it; the others watch. The holder's side. Standard library only.

The first that comes steers. It stays so until it hands over or its connection ends; then nobody does, and whoever
watches may take over. A console of the same user may take over at any time: it is the same person, whose other
connection may hang. Steps run as the holder's user, so a console of another user never steers this holder: it asks the
holder to make way, and starts one of its own.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Callable, Mapping
from typing import Any, Final

from opsconsole.run.guests import Guest, Refused

_STEERS: Final = frozenset({"append", "start", "input", "resize", "interrupt", "terminate", "attach"})
"""Orders of the one who steers. Everybody may say hello, look on, and ask for the helm."""


class Helm:
    """Who steers. `tell` is called with an event for every guest whenever that changes."""

    def __init__(self, tell: Callable[[dict[str, Any]], None]) -> None:
        self._tell = tell
        self._guest: Guest | None = None
        self._who: dict[str, str] = {}

    def event(self) -> dict[str, Any]:
        """Who steers now, for a console; `who` is null where nobody does."""
        return {"event": "helm", "who": self._who if self._guest is not None else None}

    def take(self, guest: Guest, message: Mapping[str, Any]) -> dict[str, Any]:
        """Let `guest` steer, who is `who`. With `anyway` also where another console of this user does."""
        _only_ours(guest)
        if self._guest not in (None, guest) and not message.get("anyway"):
            raise Refused(self._words(), "watching")
        self._set(guest, {str(key): str(value) for key, value in dict(message.get("who") or {}).items()})
        return {}

    def admit(self, guest: Guest, order: str) -> None:
        """Refused where `guest` may not give this order now. Where nobody steers, whoever gives one does from then."""
        if order not in _STEERS or guest is self._guest:
            return
        _only_ours(guest)
        if self._guest is not None:
            raise Refused(self._words(), "watching")
        self._set(guest, {})

    def hand_over(self, guest: Guest) -> dict[str, Any]:
        """`guest` steers no longer."""
        if guest is self._guest:
            self._set(None, {})
        return {}

    def make_way(self, busy: bool) -> None:
        """Refused where the holder cannot leave for another one: somebody steers, or a step is running."""
        if self._guest is not None:
            raise Refused(self._words(), "watching")
        if busy:
            raise Refused("a step is still running", "busy")

    def _set(self, guest: Guest | None, who: dict[str, str]) -> None:
        self._guest, self._who = guest, who
        self._tell(self.event())

    def _words(self) -> str:
        return f"{self._who.get('user') or 'another console'} steers this run"


def _only_ours(guest: Guest) -> None:
    if uid_of(guest.connection) != os.geteuid():
        raise Refused("this run's holder belongs to another user", "stranger")


def uid_of(connection: socket.socket) -> int:
    """Whose the process at the other end is, as the kernel says."""
    packed = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", packed)[1])
