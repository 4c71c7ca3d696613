"""Runs that are open."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from opsconsole.tui.palette import Entry

if TYPE_CHECKING:
    from opsconsole.tui.console import Console


async def entries(console: Console) -> list[Entry]:
    """As the overview shows them."""
    return [Entry("run", run.title, _taking(console, run.id), run.where) for run in console.overview.runs]


def _taking(console: Console, run_id: str) -> Callable[[], object]:
    return lambda: console.take_up(run_id)
