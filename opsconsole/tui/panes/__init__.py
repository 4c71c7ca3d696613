"""The panes of the overview. Adding one is a module in `presentation`, a line here, and its tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from opsconsole.tui.presentation.table import Row
    from opsconsole.tui.presentation.view import View


@dataclass(frozen=True, slots=True)
class PaneKind:
    """One pane: which kinds of target it draws, and what it says when it has none.

    Its rows are worked out by the module of its name in `presentation`, which is imported when there is something to
    draw: the first frame does not wait for it.
    """

    name: str
    title: str
    kinds: tuple[str, ...]
    empty: str

    def rows(self, view: View, width: int) -> Sequence[Row]:
        """What the pane shows, each row at most `width` cells wide."""
        found: Sequence[Row] = import_module(f"opsconsole.tui.presentation.{self.name}").rows(view, width)
        return found


FINDINGS: Final = "findings"

PANES: Final = (
    PaneKind("memory", "Memory", ("memory",), "no service to watch"),
    PaneKind("processes", "Processes", ("process", "container", "unit"), "no service to watch"),
    PaneKind("queues", "Queues", ("queue",), "no queue to watch"),
    PaneKind("health", "Health", ("health",), "no endpoint to watch"),
    PaneKind(FINDINGS, "Findings", (), "nothing is wrong"),
)
"""In the order of their numbers, from 1."""
