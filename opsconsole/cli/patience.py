"""What a command says while it takes its time: on stderr, where somebody sits, and what it waits for."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Collection, Coroutine
from typing import TYPE_CHECKING, Any, Final, TypeVar

from opsconsole.model.text import one_line

if TYPE_CHECKING:
    from opsconsole.model.sample import Target

T = TypeVar("T")

PATIENCE: Final = 0.5
"""Seconds after which it is said that something goes on, and then again."""

_NAMED: Final = 3
"""Targets that are named; of more it is said how many they are."""


async def patiently(work: Coroutine[Any, Any, T], waits_for: Callable[[], str], stream: Any = None) -> T:
    """Wait for `work`, and say in a line what it `waits_for` when that takes long. Ctrl-C stops it, as ever."""
    stream = stream or sys.stderr
    shown = stream is not None and stream.isatty() and os.environ.get("TERM", "dumb") not in ("", "dumb")
    task = asyncio.ensure_future(work)
    said, halves = False, 0
    try:
        while not (await asyncio.wait((task,), timeout=PATIENCE))[0]:
            halves += 1
            if shown:
                said = True
                _say(stream, f"{halves * PATIENCE:.0f} s: {waits_for()}; Ctrl-C stops it")
        return task.result()
    finally:
        task.cancel()
        if said:
            _say(stream, "")


def for_targets(waiting: Collection[Target]) -> str:
    """`still waiting for health web, queue jobs and 2 more`."""
    names = [f"{target.kind} {one_line(target.name, 40)}" for target in waiting]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"still waiting for {', '.join(names[:_NAMED])}{more}" if names else "putting it together"


def _say(stream: Any, words: str) -> None:
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
        stream.write(f"\r{words[: columns - 1]}\x1b[K")
        stream.flush()
    except OSError:
        return  # nobody is there any more
