"""From a row of a pane to the screen that looks closely at what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsconsole.tui.console import Console


def open_row(console: Console, pane: str, key: str) -> None:
    """Look closely at the service, endpoint or queue of the row with `key` in that pane."""
    snapshot = console.snapshot
    if snapshot is None:
        return
    name, _, queue = key.partition("\n")
    if pane == "queues":
        from opsconsole.tui.screens.queue import QueueScreen

        target = next((one for one in snapshot.stack.watched if one.kind == "queue" and one.name == name), None)
        if target is not None:
            console.push_screen(QueueScreen(target, queue, snapshot))
        return
    from opsconsole.tui.screens.service import ServiceScreen

    console.push_screen(ServiceScreen(name, snapshot))
