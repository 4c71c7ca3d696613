"""What keys do on the screen in front, in its own words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from opsconsole.tui.palette import Entry
from opsconsole.tui.pane import Pane
from opsconsole.tui.presentation.ordering import columns

if TYPE_CHECKING:
    from textual.binding import ActiveBinding

    from opsconsole.tui.console import Console

_MOVING: Final = ("move", "page", "scroll_by", "scroll_page", "next", "turn", "pane", "palette")
"""What is not worth finding by its name, or is not to be found in itself."""


async def entries(console: Console) -> list[Entry]:
    """Every key that does something now, and each column that the pane with the keys can be sorted by."""
    front = console.front
    if front is None:
        return []
    found = []
    for active in front.active_bindings.values():
        action = active.binding.action.partition("(")[0].rpartition(".")[2]
        if active.enabled and active.binding.description and action not in _MOVING:
            name, key = front.words_for(active.binding)
            found.append(Entry("key", name, _doing(console, active), key=key))
    pane = front.focused
    if isinstance(pane, Pane):
        for column in columns(pane.given):
            found.append(Entry("sort", f"{pane.title} by {column}", _sorting(pane, column)))
    return list({entry.id: entry for entry in reversed(found)}.values())[::-1]


def _doing(console: Console, active: ActiveBinding) -> Callable[[], object]:
    return lambda: console.run_worker(_do(console, active), group="a key of the palette", exit_on_error=False)


async def _do(console: Console, active: ActiveBinding) -> None:
    await console.run_action(active.binding.action, active.node)


def _sorting(pane: Pane, column: str) -> Callable[[], object]:
    return lambda: pane.sort_by(column)
