"""A watch that stays: it hears of changes from the collector, and tells of them within a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

from opsconsole.model.alerts import Item, Sender
from opsconsole.model.snapshot import Snapshot
from opsconsole.watch.alerts.box import Boot
from opsconsole.watch.alerts.state import Silence
from opsconsole.watch.alerts.watcher import Habits, Watcher
from opsconsole.watch.collector import Collector

HABITS: Final = Habits(patience=0.5, apart=5.0, gap=10.0)
"""What fails waits half a second for a look at its cause, and what is seen the same in five seconds is one round. The
first news goes out at once; what comes within ten seconds after it goes into the next message."""

_HELD: Final = 0.1  # seconds until what waits for its cause is looked at again
_IDLE: Final = 5.0  # seconds between two rounds where nothing is told
_PUBLISH: Final = 15.0  # as often as Prometheus usually asks
_ENDING: Final = 12.0  # seconds that a message under way gets when we are told to leave


class Stay:
    """One watch from its beginning to its end. `said` is called with what is new, `looked` after each round."""

    def __init__(
        self, watcher: Watcher, every: float, *, boot: Callable[[], Boot], silences: Callable[[], Sequence[Silence]],
        said: Callable[[Sequence[Item]], None], looked: Callable[[], None],
    ) -> None:  # fmt: skip
        self._watcher = watcher
        self._every = every
        self._boot = boot
        self._silences = silences
        self._said = said
        self._looked = looked
        self._wake = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        self._published = -_PUBLISH
        self._pinged = float("-inf")

    def news(self, snapshot: Snapshot) -> None:
        """For the collector: something was seen."""
        self._wake.set()

    async def run(self, collector: Collector) -> None:
        """Until cancelled; what is being sent then is sent to its end."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(collector.run())
                tasks.create_task(self._rounds(collector))
        except ExceptionGroup as group:
            raise group.exceptions[0] from None
        finally:
            if self._sending:
                await asyncio.wait(self._sending, timeout=_ENDING)

    async def _rounds(self, collector: Collector) -> None:
        pause = _IDLE
        while True:
            try:
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            snapshot = collector.snapshot()
            if snapshot.standings:
                pause = await self._round(snapshot)

    async def _round(self, snapshot: Snapshot) -> float:
        """One round; seconds until the next, if nothing is seen before."""
        found = self._watcher.saw(snapshot, self._boot(), self._silences())
        if found.items:
            self._said(found.items)
        for sender in self._watcher.due():
            self._send(sender)
        await self._beside(snapshot, bool(found.items))
        self._looked()
        due = self._watcher.next_due()
        return _HELD if found.held else min(_IDLE, max(due, _HELD)) if due is not None else _IDLE

    async def _beside(self, snapshot: Snapshot, new: bool) -> None:
        now = asyncio.get_running_loop().time()
        if new or now - self._published >= _PUBLISH:
            self._published = now
            await self._watcher.publish(snapshot)
        if now - self._pinged >= self._every and not self._sending:
            self._pinged = now
            self._begin(self._watcher.ping())

    def _send(self, sender: Sender) -> None:
        self._begin(self._watcher.send([sender]))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._sending.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._wake.set()
