"""Keys one after the other: the next one is looked at when all that the last one does has begun.

Textual hands a key to the widget in front and goes on with the next before the first has come back up to the bindings.
Whoever types `/web` or `:logs` faster than that, or over a line that brings keys in bunches, would lose letters, or do
with them what they mean elsewhere.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from textual import events
from textual.app import App
from textual.message import Message
from textual.timer import Timer

_PATIENCE: Final = 0.25
"""Seconds after which the next key is taken in any case: what had the last one is gone."""


class KeyDone(Message):
    """Goes the way of a key behind it, from the widget in front up to the app. Keys are numbered."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class InOrder(App[int], inherit_bindings=False):
    """The part of the app that takes keys one after the other."""

    def __init__(self, *, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self._key_number = 0
        self._typed_ahead: deque[events.Key] = deque()
        self._giving_up: Timer | None = None

    async def on_event(self, event: events.Event) -> None:
        """A key that comes while another is on its way waits for it."""
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
        elif self._giving_up is not None:
            self._typed_ahead.append(event)
        else:
            await self._take(event)

    async def _take(self, event: events.Key) -> None:
        self._giving_up = self.set_timer(_PATIENCE, self._next)
        self._key_number += 1
        to = self.focused or self.screen
        await super().on_event(event)
        if not to.post_message(KeyDone(self._key_number)):
            await self._next()

    async def on_key_done(self, event: KeyDone) -> None:
        """All that the last key does has begun."""
        if event.number == self._key_number:
            await self._next()

    async def _next(self) -> None:
        if self._giving_up is not None:
            self._giving_up.stop()
            self._giving_up = None
        if self._typed_ahead:
            await self._take(self._typed_ahead.popleft())
