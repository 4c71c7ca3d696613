"""Themes, by their names."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from opsconsole.tui import theming
from opsconsole.tui.palette import Entry
from opsconsole.tui.theme import names

if TYPE_CHECKING:
    from opsconsole.tui.console import Console


async def entries(console: Console) -> list[Entry]:
    """All that there are, also of one's own; the key is that of the list in which they can be looked at."""
    return [Entry("theme", name, _taking(console, name), about) for name, about in names(os.environ).items()]


def _taking(console: Console, name: str) -> Callable[[], object]:
    return lambda: theming.use_named(console, name)
