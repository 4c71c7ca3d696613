"""The containers at any time, for the price of one listing and of the events since."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Final

from opsconsole.model.readings import ContainerReading
from opsconsole.model.sample import Problem
from opsconsole.probes.engine import questions
from opsconsole.probes.engine.client import Client
from opsconsole.probes.engine.describe import Event
from opsconsole.probes.engine.endpoint import EngineError, late
from opsconsole.probes.engine.memory import Remembered

FRESH: Final = 0.5
"""Seconds for which a listing is good enough while no events are followed: all probes of one round share it."""

FRESH_FOLLOWED: Final = 60.0
"""The same while events are followed: a listing now and then, in case one was lost."""

LONGEST: Final = 10.0
"""Seconds after which a listing is given up, whether anybody still waits for it or not."""

BACK_OFF: Final = (0.2, 5.0)
"""Seconds until the events are followed again after a break: at first, doubled each time, at most."""

BURST: Final = 0.01
"""Seconds in which events are gathered: a stop alone makes four of them."""


class Containers:
    """Lists, remembers and follows. Belongs to one event loop; `tell` gets the names of what changed."""

    def __init__(
        self, client: Callable[[], Client], clock: Callable[[], float], tell: Callable[[set[str]], None]
    ) -> None:
        self._client = client
        self._clock = clock
        self._tell = tell
        self._remembered = Remembered()
        self._problem: Problem | None = None
        self._listed: float | None = None
        self._listing: asyncio.Task[None] | None = None
        self._followed = False
        self._heard_of: float | None = None
        self._touched: set[str] = set()
        self._touch = asyncio.Event()
        # What was asked first must not overwrite what was asked later.
        self._asking = asyncio.Lock()

    async def look(self, timeout: float) -> Mapping[str, ContainerReading] | Problem:
        """All by name, from memory where that is fresh; else listed, by all who ask meanwhile together."""
        if not self._fresh():
            if self._listing is None or self._listing.done():
                self._listing = asyncio.create_task(self._list())
            # Waited for, not awaited: whoever is cancelled must not take the listing from the others.
            done, _ = await asyncio.wait({self._listing}, timeout=timeout)
            if not done:
                return late(self._client().endpoint, timeout).unseen
            self._listing.result()  # a fault of ours must not pass for an empty list
        if self._problem is not None:
            return self._problem
        self._remembered.forget_old_ooms(self._clock())
        return self._remembered.by_name

    def doubt(self) -> None:
        """What is remembered may be out of date: the next look asks."""
        self._listed = None

    async def follow(self) -> None:
        """Keep the memory right by the engine's events, until cancelled. Connects again after each break."""
        first, longest = BACK_OFF
        pause = first
        while True:
            try:
                await self._follow_once()
            except* (EngineError, TimeoutError):
                pass
            finally:
                broken, self._followed = self._followed, False
                self.doubt()
            if broken:
                pause = first
                self._tell(set(self._remembered.by_name))
            await asyncio.sleep(pause)
            pause = min(pause * 2, longest)

    async def _follow_once(self) -> None:
        """Until the stream breaks, or the engine fails to answer what an event made us ask."""
        async with asyncio.TaskGroup() as tasks, questions.events(self._client(), self._heard_of) as events:
            await self._list()
            self._followed = self._problem is None
            mending = tasks.create_task(self._mend())
            async for event in events:
                self._heard(event)
            mending.cancel()

    async def close(self) -> None:
        """End the listing under way."""
        if self._listing is not None and not self._listing.done():
            self._listing.cancel()
            await asyncio.wait({self._listing})

    def _fresh(self) -> bool:
        if self._listed is None:
            return False
        longest = FRESH_FOLLOWED if self._followed and self._problem is None else FRESH
        return time.monotonic() - self._listed < longest

    async def _list(self) -> None:
        """Ask for everything; what comes of it is in `_remembered` or in `_problem`."""
        try:
            async with asyncio.timeout(LONGEST), self._asking:
                described = await questions.all_containers(self._client())
                self._problem = None
                self._tell(self._remembered.replace_all(described, self._clock()))
        except EngineError as fault:
            self._problem = fault.unseen
        except TimeoutError:
            self._problem = late(self._client().endpoint, LONGEST).unseen
        self._listed = time.monotonic()

    def _heard(self, event: Event) -> None:
        self._heard_of = event.at
        if event.action == "oom":
            self._remembered.oom(event.container, event.at)
        self._touched.add(event.container)
        self._touch.set()

    async def _mend(self) -> None:
        """Describe anew what events were about, again and again. Raises when the engine fails to answer."""
        while True:
            await self._touch.wait()
            await asyncio.sleep(BURST)
            self._touch.clear()
            touched, self._touched = self._touched, set()
            async with asyncio.timeout(LONGEST), self._asking:
                described = await questions.describe_some(self._client(), touched)
                changed = self._remembered.update(described, self._clock())
            self._tell(changed)
