"""Saving the lines of logs that are shown, in sight or not, into a new file."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from opsconsole.logs.book import SLICE
from opsconsole.logs.saving import place_for, save, written
from opsconsole.model.trouble import TroubleError
from opsconsole.model.units import count
from opsconsole.tui.screens.ask import Ask
from opsconsole.tui.screens.tell import Tell

if TYPE_CHECKING:
    from opsconsole.tui.screens.logs import LogScreen


def ask_and_save(screen: LogScreen) -> None:
    """Ask where, and save there; how many lines and where is told, or why not."""
    parts, numbers = screen.console.parts, screen.pane.numbers()
    if parts is None or not numbers:
        screen.note("there is nothing to save")
        return
    start = place_for(parts.state_folder, screen.pane.look.names, screen.console.now())

    def chosen(to: str | None) -> None:
        if to is not None and to.strip():
            place = Path(to.strip()).expanduser().absolute()
            screen.run_worker(_save(screen, place, numbers), group="saving lines", exit_on_error=False)

    words = f"Save {count(len(numbers))} lines as: (a new file; nothing is written over)"
    screen.app.push_screen(Ask(words, yes="save", no="back", typed=True, start=str(start)), chosen)


async def _save(screen: LogScreen, place: Path, numbers: Sequence[int]) -> None:
    ring, names = screen.book.ring, screen.pane.look.names
    lines: list[str] = []
    for begin in range(0, len(numbers), SLICE):
        lines += written(ring, (number for number in numbers[begin : begin + SLICE] if number >= ring.first), names)
        await asyncio.sleep(0)  # no key waits for it
    try:
        await asyncio.to_thread(save, place, lines)
    except TroubleError as error:
        screen.app.push_screen(Tell.of(error))
        return
    screen.app.push_screen(Tell(f"{count(len(lines))} lines are saved in\n\n{place}"))
