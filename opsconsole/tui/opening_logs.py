"""From what a row, a screen or a mark is about to its logs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from opsconsole.model.text import one_line
from opsconsole.tui.panes import FINDINGS

if TYPE_CHECKING:
    from opsconsole.tui.console import Console
    from opsconsole.tui.screens.overview import Overview


def open_logs(console: Console, names: Sequence[str]) -> None:
    """The logs of these services and checks of logs, by their names, on one screen; which have none is said."""
    parts = console.parts
    if parts is None:
        return
    stack = parts.stack

    async def open_it() -> None:
        from opsconsole.logs.readers.processes import spread
        from opsconsole.logs.sources import sources
        from opsconsole.tui.screens.logs import LogScreen

        found, none = sources(stack, names)
        if found:
            console.push_screen(LogScreen(await spread(parts.world, found)))
        if none:
            console.say(f"no log is known of {one_line(', '.join(none), 60)}")

    console.run_worker(open_it(), group="opening logs", exclusive=True, exit_on_error=False)


def of_overview(screen: Overview) -> list[str]:
    """The names whose logs are meant: those of the marked services, or what the row under the cursor is about."""
    if services := screen.meant():
        return [service.name for service in services]
    pane, snapshot = screen.focused_pane, screen.snapshot
    if pane is None or pane.cursor is None or snapshot is None:
        return []
    name = pane.cursor.partition("\n")[0]
    standing = snapshot.standings.get(name) if pane.pane_name == FINDINGS else None
    return [standing.check.target.name if standing is not None else name]


def open_from_overview(screen: Overview) -> None:
    """The logs that are meant there."""
    if names := of_overview(screen):
        open_logs(screen.console, names)
    else:
        screen.note("choose a row, or mark services with space")
