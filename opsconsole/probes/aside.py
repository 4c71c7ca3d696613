"""Calls that may hang in the kernel (a dead network mount, a process stuck in it), made where that harms nobody."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


async def aside(work: Callable[[], T], timeout: float) -> T:
    """What `work` returns or raises, made in a thread of its own; TimeoutError after `timeout` seconds.

    The thread is a daemon, unlike those of `asyncio.to_thread`: one that hangs does not keep the program from
    leaving. It cannot be ended, so do not ask again for what hangs before it has come back (see `Busy`).
    """
    async with asyncio.timeout(timeout):
        return await _begun(work)


class Busy:
    """Keeps at most one call `aside` under way for each key."""

    def __init__(self) -> None:
        self._under_way: set[object] = set()

    async def call(self, key: object, work: Callable[[], T], timeout: float) -> T:
        """As `aside`; TimeoutError at once while an earlier call for `key` still hangs."""
        if key in self._under_way:
            raise TimeoutError

        def once() -> T:
            try:
                return work()
            finally:
                self._under_way.discard(key)

        self._under_way.add(key)
        return await aside(once, timeout)


class Shared:
    """Keeps at most one call `aside` under way for each key; who asks for the same meanwhile gets the same answer."""

    def __init__(self) -> None:
        self._under_way: dict[object, asyncio.Future[Any]] = {}

    async def call(self, key: object, work: Callable[[], T], timeout: float) -> T:
        """As `aside`. What takes longer than `timeout` goes on, and may be ready for who asks again."""
        answer: asyncio.Future[T] | None = self._under_way.get(key)
        if answer is None:
            answer = self._under_way[key] = _begun(work)
            answer.add_done_callback(lambda done: self._over(key, done))
        async with asyncio.timeout(timeout):
            return await asyncio.shield(answer)

    def _over(self, key: object, done: asyncio.Future[Any]) -> None:
        self._under_way.pop(key, None)
        if not done.cancelled():
            done.exception()  # looked at, lest asyncio complains where everybody had given up


def _begun(work: Callable[[], T]) -> asyncio.Future[T]:
    """What will be the outcome of `work`, which has begun in a thread."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def settle(value: T | None, fault: BaseException | None) -> None:
        if answer.done():
            return
        if fault is not None:
            answer.set_exception(fault)
        else:
            answer.set_result(value)  # type: ignore[arg-type]  # None only where T is

    def run() -> None:
        value, fault = None, None
        try:
            value = work()
        except BaseException as raised:
            fault = raised
        with suppress(RuntimeError):  # the loop is closed: nobody is left to be told
            loop.call_soon_threadsafe(settle, value, fault)

    threading.Thread(target=run, name="aside", daemon=True).start()
    return answer
