"""Reads now and then when the watch last looked, for the header."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from opsconsole.tui.console import Console

_EVERY: Final = 5.0


def follow(console: Console) -> None:
    """Read it now and every few seconds, for as long as the console is open."""

    async def reading() -> None:
        while console.parts is not None:
            console.overview.watched = await asyncio.to_thread(console.parts.last_watch)
            console.overview.watch_known = True
            await asyncio.sleep(_EVERY)

    console.run_worker(reading(), group="reading the watch", exclusive=True, exit_on_error=False)
