"""Every log that is known: of each service, of each check of a log, and all of them as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from opsconsole.logs.sources import known
from opsconsole.model.text import one_line
from opsconsole.tui.opening_logs import open_logs
from opsconsole.tui.palette import Entry

if TYPE_CHECKING:
    from opsconsole.tui.console import Console


async def entries(console: Console) -> list[Entry]:
    """Each by the name that people know it by."""
    if console.parts is None:
        return []
    names = known(console.parts.stack)
    found = [Entry("logs", f"logs of {one_line(name, 60)}", _open(console, [name])) for name in names]
    if len(names) > 1:
        found.append(Entry("logs", "logs of everything", _open(console, names), about="merged by time"))
    return found


def _open(console: Console, names: Sequence[str]) -> Callable[[], object]:
    return lambda: open_logs(console, names)
