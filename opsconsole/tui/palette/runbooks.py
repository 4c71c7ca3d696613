"""All runbooks of the stack, by their titles."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from opsconsole.model.text import one_line
from opsconsole.tui.palette import Entry

if TYPE_CHECKING:
    from opsconsole.model.runbook import Runbook
    from opsconsole.tui.console import Console


async def entries(console: Console) -> list[Entry]:
    """Read from disk; what each treats is told beside it."""
    parts = console.parts
    if parts is None:
        return []
    books = await asyncio.to_thread(parts.library.all)
    return [Entry("runbook", one_line(book.title, 80), _opening(console, book), _about(book)) for book in books]


def _about(book: Runbook) -> str:
    return one_line(f"treats {', '.join(book.treats)}", 80) if book.treats else ""


def _opening(console: Console, book: Runbook) -> Callable[[], object]:
    from opsconsole.tui import opening

    return lambda: opening.open_runbook(console, book, "", {})
