"""The log of commands and the records behind it: what they need of the disk, off the event loop."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from opsconsole.model.text import one_line
from opsconsole.model.trouble import TroubleError

if TYPE_CHECKING:
    from opsconsole.tui.console import Console

THIS_CONSOLE: Final = os.getpid()
"""By what journals know who steered: the process."""


def open_log(console: Console) -> None:
    """What this console had run."""
    from opsconsole.tui.screens.command_log import CommandLog

    console.push_screen(CommandLog())


def open_record(console: Console, run_id: str) -> None:
    """The report of a run, open or not, to be read."""
    parts = console.parts
    assert parts is not None

    async def open_it() -> None:
        from opsconsole.tui.presentation.prose import prose
        from opsconsole.tui.screens.leaf import LeafScreen

        text = await asyncio.to_thread(parts.record, run_id)
        console.push_screen(LeafScreen(f"Record of {one_line(run_id, 80)}", lambda width: prose(text, width)))

    console.run_worker(open_it(), group="reading a record", exclusive=True, exit_on_error=False)


def save(console: Console, text: str) -> None:
    """Ask for a new file, and write the log there."""
    from opsconsole.logs.saving import place_for
    from opsconsole.tui.screens.ask import Ask

    parts = console.parts
    assert parts is not None
    start = place_for(parts.state_folder, ["commands"], console.now())
    words = "Save the log as: (a new file; nothing is written over)"
    console.push_screen(
        Ask(words, yes="save", no="back", typed=True, start=str(start)), lambda to: _write(console, to, text)
    )


def _write(console: Console, to: str | None, text: str) -> None:
    if to is None or not to.strip():
        return
    path = Path(to.strip()).expanduser().absolute()

    async def write() -> None:
        from opsconsole.logs.saving import save as write_lines
        from opsconsole.tui.screens.tell import Tell

        try:
            await asyncio.to_thread(write_lines, path, text.splitlines())
        except TroubleError as error:
            console.push_screen(Tell.of(error))
        else:
            console.push_screen(Tell(f"The log is saved in\n\n{path}"))

    console.run_worker(write(), group="saving the log", exit_on_error=False)
