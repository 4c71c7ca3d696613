"""The panes of the overview. Adding one is a module in `presentation`, a line here, and its tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from opsconsole.tui.presentation import findings, health, memory, processes, queues
from opsconsole.tui.presentation.table import Row
from opsconsole.tui.presentation.view import View


@dataclass(frozen=True, slots=True)
class PaneKind:
    """One pane: its title, which kinds of target it draws, its rows for a width, and what it says when it has none."""

    name: str
    title: str
    kinds: tuple[str, ...]
    rows: Callable[[View, int], Sequence[Row]]
    empty: str


FINDINGS: Final = "findings"

PANES: Final = (
    PaneKind("memory", "Memory", ("memory",), memory.rows, "no service to watch"),
    PaneKind("processes", "Processes", processes.KINDS, processes.rows, "no service to watch"),
    PaneKind("queues", "Queues", ("queue",), queues.rows, "no queue to watch"),
    PaneKind("health", "Health", ("health",), health.rows, "no endpoint to watch"),
    PaneKind(FINDINGS, "Findings", (), findings.rows, "nothing is wrong"),
)
"""In the order of their numbers, from 1."""
