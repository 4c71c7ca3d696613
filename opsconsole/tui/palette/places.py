"""The overview, its panes, and what keys of the overview open: from wherever one is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.binding import Binding

from opsconsole.tui.clicking import back_to
from opsconsole.tui.palette import Entry
from opsconsole.tui.palette.keys import entries as keys_of_front
from opsconsole.tui.screens.overview import Overview

if TYPE_CHECKING:
    from opsconsole.tui.console import Console
    from opsconsole.tui.pane import Pane


async def entries(console: Console) -> list[Entry]:
    """Places; the keys of the overview only where it is not in front, since there they are found as keys."""
    overview = console.overview
    found = [Entry("pane", pane.title, _to_pane(console, pane), key=str(pane.number or "")) for pane in overview.panes]
    if console.front is overview:
        return found
    found.insert(0, Entry("screen", "Overview", lambda: back_to(console, 0)))
    own = {binding.action for binding in Overview.BINDINGS if isinstance(binding, Binding)}
    known = {entry.name for entry in await keys_of_front(console)}
    for binding, shown in overview.possible():
        name, key = overview.words_for(binding)
        if shown and binding.action in own and name not in known:
            found.append(Entry("screen", name, _there(console, binding), about="from the overview", key=key))
    return found


def _to_pane(console: Console, pane: Pane) -> Callable[[], object]:
    def go() -> None:
        back_to(console, 0)
        console.overview.go_to(pane)

    return go


def _there(console: Console, binding: Binding) -> Callable[[], object]:
    async def do() -> None:
        await console.run_action(binding.action, console.overview)

    def go() -> None:
        back_to(console, 0)
        console.run_worker(do(), group="a key of the overview", exit_on_error=False)

    return go
