"""The log of commands, and the records behind it: what they need of the disk, off the event loop."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from opsconsole.tui.console import Console

THIS_CONSOLE: Final = os.getpid()
"""By what journals know who steered: the process."""


def open_record(console: Console, run_id: str, title: str) -> None:
    """The report of a run, open or not, to be read."""
    parts = console.parts
    assert parts is not None

    async def open_it() -> None:
        from opsconsole.tui.screens.past_runs import ReportScreen

        report, fault = await asyncio.to_thread(parts.report_of, run_id)
        console.push_screen(ReportScreen(title, report, fault))

    console.run_worker(open_it(), group="reading a record", exclusive=True, exit_on_error=False)
