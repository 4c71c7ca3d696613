"""What changed on this box lately, read when a page wants it and never before. Reading happens off the event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from opsconsole.tui.presentation.lately import Beside, whole

if TYPE_CHECKING:
    from opsconsole.model.check import Finding
    from opsconsole.tui.console import Console
    from opsconsole.tui.desk import Desk

_LOOKING: Final = "looking for what changed…"


def look(console: Console, desk: Desk) -> None:
    """Find out what changed before what the desk's run is to treat; the page shows it when it is known."""
    parts = console.parts
    if parts is None or desk.beside is not None or desk.state is not None:
        return

    async def read() -> None:
        seen = await parts.lately(desk.since)
        desk.beside = Beside(seen, desk.since, desk.inputs.get("service", ""))
        desk.changed()

    console.run_worker(read(), group="reading what changed", exclusive=True, exit_on_error=False)


def show(console: Console, since: float | None = None, service: str = "", known: Beside | None = None) -> None:
    """The whole list, beside what is wrong since `since`; `known` where it has been read already."""
    parts = console.parts
    if parts is None:
        return
    if known is None:
        console.say(_LOOKING)

    async def read() -> None:
        from opsconsole.tui.screens.leaf import LeafScreen

        try:
            beside = known or Beside(await parts.lately(since), since, service)
        finally:
            console.unsay(_LOOKING)
        console.push_screen(LeafScreen("What changed here lately (UTC)", lambda width: whole(beside, width)))

    console.run_worker(read(), group="reading what changed", exclusive=True, exit_on_error=False)


def show_beside(console: Console, found: Finding | None) -> None:
    """The whole list, beside a finding where one is selected."""
    if found is None:
        show(console)
        return
    standing = console.snapshot.standings.get(found.check) if console.snapshot else None
    show(console, found.since, standing.check.target.name if standing else "")
