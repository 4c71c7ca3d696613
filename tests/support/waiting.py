"""Waiting for something to become so, never for time to pass."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")

PAUSE = 0.02
"""Seconds between two looks: short beside anything that is waited for, long beside the look itself."""


@overload
async def wait_for(what: str, condition: Callable[[], Awaitable[T | None]], within: float = 10) -> T: ...
@overload
async def wait_for(what: str, condition: Callable[[], T | None], within: float = 10) -> T: ...
async def wait_for(what: str, condition: Callable[[], Any], within: float = 10) -> Any:
    """The first truthy value of `condition` (a function, or a coroutine function).

    AssertionError names `what` and the last value when there was none `within` seconds.
    """
    deadline = time.monotonic() + within
    while True:
        found = condition()
        value = await found if inspect.isawaitable(found) else found
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(_complaint(what, within, value))
        await asyncio.sleep(PAUSE)


def wait_until(what: str, condition: Callable[[], T | None], within: float = 10) -> T:
    """The same for code without an event loop."""
    deadline = time.monotonic() + within
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(_complaint(what, within, value))
        time.sleep(PAUSE)
    return value


def _complaint(what: str, within: float, value: object) -> str:
    return f"waited {within:g} s for {what}; the last look gave {value!r}"
