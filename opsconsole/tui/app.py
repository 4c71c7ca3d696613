"""The way in: open the console, and give the terminal back whatever happens."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsconsole.tui.console import Console
    from opsconsole.wiring import Parts


def run_console(parts: Parts | Callable[[], Awaitable[Parts]], *, read_only: bool = False) -> int:
    """Open the console on `parts`, or on what `parts()` finds once the first frame is painted.

    The exit code: 0, or 128 and the number of the signal that ended it. What `parts()` raises as TroubleError, and a
    fault of ours, is raised from here after the terminal has been given back.
    """
    # Nothing of what is imported and built before the first frame is garbage: looking for it costs a tenth of a start.
    # The console turns this on again when it is up.
    gc.disable()
    try:
        from opsconsole.tui.console import Console

        return asyncio.run(_run(Console(parts, read_only=read_only)))
    finally:
        gc.enable()


async def _run(console: Console) -> int:
    try:
        await console.run_async(mouse=not os.environ.get("OPSCONSOLE_NO_MOUSE"))
    finally:
        if console.desk is not None:
            await console.desk.close()
        await console.close_parts()
    if console.crash is not None:
        raise console.crash
    return console.return_code or 0
