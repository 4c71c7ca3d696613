"""What the palette finds. Each kind of thing is one provider: a module here or elsewhere, and a line in `PROVIDERS`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from opsconsole.tui.console import Console

Provider: TypeAlias = "Callable[[Console], Awaitable[Iterable[Entry]]]"
"""Gives what there is at this moment. It may read files, off the loop; the palette shows the others meanwhile."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to go to or to do: what kind of thing it is, its name, a few words about it, and the key for it.

    `go` is called when the palette is closed and the screen that was in front is so again.
    """

    kind: str
    name: str
    go: Callable[[], object]
    about: str = ""
    key: str = ""

    @property
    def id(self) -> str:
        """What stays the same while it lives."""
        return f"{self.kind}\n{self.name}"


PROVIDERS: Final = (
    "opsconsole.tui.palette.keys",
    "opsconsole.tui.palette.places",
    "opsconsole.tui.palette.rows",
    "opsconsole.tui.palette.logs",
    "opsconsole.tui.palette.runs",
    "opsconsole.tui.palette.runbooks",
    "opsconsole.tui.palette.themes",
)
"""Modules with an `async def entries(console)`, in the order in which they stand where nothing is typed yet."""


async def entries_of(provider: str, console: Console) -> list[Entry]:
    """What one provider has now."""
    entries: Provider = import_module(provider).entries
    return list(await entries(console))
