"""A way to tell people that ends in time with an outcome, whatever becomes of it: none keeps another waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

from opsconsole.model.alerts import Digest, Failed, Outcome, Publisher, Sender
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.units import duration

_GRACE: Final = 1.0
"""Seconds that a way gets beyond its time-out: its own word on why it took so long is better than ours."""
_CLOSING: Final = 1.0


class GuardedSender:
    """`sender`, which gets `timeout` seconds and a little more."""

    def __init__(self, sender: Sender, timeout: float) -> None:
        self._sender = sender
        self._timeout = timeout

    @property
    def name(self) -> str:
        """As it calls itself."""
        return self._sender.name

    async def send(self, digest: Digest) -> Outcome:
        """An outcome in any case. A fault of ours is one too, without its words: these may hold what was sent."""
        return await _in_time(self.name, self._sender.send(digest), self._timeout)

    async def close(self) -> None:
        """Let go of it; nobody waits long for that."""
        await _closed(self._sender)


class GuardedPublisher:
    """The same for what shows where everything stands."""

    def __init__(self, publisher: Publisher, timeout: float) -> None:
        self._publisher = publisher
        self._timeout = timeout

    @property
    def name(self) -> str:
        """As it calls itself."""
        return self._publisher.name

    async def publish(self, snapshot: Snapshot) -> Outcome:
        """An outcome in any case."""
        return await _in_time(self.name, self._publisher.publish(snapshot), self._timeout)

    async def close(self) -> None:
        """Let go of it; nobody waits long for that."""
        await _closed(self._publisher)


async def _in_time(name: str, work: Coroutine[Any, Any, Outcome], timeout: float) -> Outcome:
    """Waited for, not awaited: what does not let itself be cancelled is left behind."""
    doing = asyncio.ensure_future(work)
    try:
        await asyncio.wait((doing,), timeout=timeout + _GRACE)
    finally:
        if not doing.done():
            doing.add_done_callback(_forget)
            doing.cancel()
    if not doing.done() or doing.cancelled():
        return Failed(f"{name} was not done within {duration(timeout)}", unsure=True)
    fault = doing.exception()
    if fault is not None:
        return Failed(f"our own fault in {name}: {type(fault).__name__}")
    return doing.result()


async def _closed(one: Sender | Publisher) -> None:
    closing = asyncio.ensure_future(one.close())
    closing.add_done_callback(_forget)
    await asyncio.wait((closing,), timeout=_CLOSING)


def _forget(task: asyncio.Task[Any]) -> None:
    """Nobody waits for it any more; look at how it ended, so that asyncio does not complain of it."""
    if not task.cancelled():
        task.exception()
