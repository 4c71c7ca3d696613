"""Every row of the overview: services, queues, endpoints, findings. Going there is opening it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from opsconsole.model.text import one_line
from opsconsole.tui.clicking import back_to
from opsconsole.tui.palette import Entry
from opsconsole.tui.panes import FINDINGS
from opsconsole.tui.presentation.view import RUN_KEY

if TYPE_CHECKING:
    from opsconsole.tui.console import Console
    from opsconsole.tui.pane import Pane
    from opsconsole.tui.presentation.table import Row

_KINDS: Final = {"memory": "service", "processes": "service", "queues": "queue", "health": "health"}


async def entries(console: Console) -> list[Entry]:
    """Findings first; a service that several panes have is found once."""
    overview = console.overview
    found: dict[str, Entry] = {}
    for pane in sorted(overview.panes, key=lambda pane: pane.pane_name != FINDINGS):
        kind = "finding" if pane.pane_name == FINDINGS else _KINDS.get(pane.pane_name, pane.title.lower())
        for row in pane.given:
            if not row.key.startswith(RUN_KEY):
                entry = Entry(kind, _name(row), _opening(console, pane, row), _about(row))
                found.setdefault(entry.id, entry)
    return list(found.values())


def _name(row: Row) -> str:
    return one_line(" / ".join(filter(None, row.key.split("\n"))), 80)


def _about(row: Row) -> str:
    return row.level.name if row.level else ""


def _opening(console: Console, pane: Pane, row: Row) -> Callable[[], object]:
    def go() -> None:
        back_to(console, 0)
        pane.reveal(row.key)
        console.overview.go_to(pane)
        pane.action_open()

    return go
