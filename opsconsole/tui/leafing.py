"""What screens with pages to read can do: search in them, and follow their links; Back returns to where one was."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.binding import Binding

from opsconsole.model.runbook import Runbook
from opsconsole.model.text import one_line
from opsconsole.model.trouble import Trouble, TroubleError

if TYPE_CHECKING:
    from opsconsole.runbook.links import Goal, Outside
    from opsconsole.tui.console import Console
    from opsconsole.tui.page import Page
    from opsconsole.tui.screens.base import OpsScreen

SEARCH = (
    Binding("slash", "search", "search", id="keep-7.search"),
    Binding("n", "again(1)", "next match", id="keep-7.again"),
    Binding("N", "again(-1)", "match before", show=False),
)
"""Keys for a page that can be searched."""

_LONGEST = 60


def search(screen: OpsScreen, page: Page, beyond: str = "") -> None:
    """Ask for words and go to where they are; `beyond` says where more may be than the page holds."""
    from opsconsole.tui.screens.ask import Ask

    def sought(words: str | None) -> None:
        if words is not None:
            page.seek("")
            _say(screen, page, words.strip(), 0, beyond)

    ask = Ask("Search for: (small letters find capitals too; nothing ends the search)", yes="search", no="back",
              typed=True, start=page.sought)  # fmt: skip
    screen.app.push_screen(ask, sought)


def again(screen: OpsScreen, page: Page, by: int, beyond: str = "") -> None:
    """The next place, or the one before."""
    if page.sought:
        _say(screen, page, page.sought, by, beyond)
    else:
        screen.note("/ searches")


def _say(screen: OpsScreen, page: Page, words: str, by: int, beyond: str) -> None:
    if not words:
        screen.note("nothing is searched for any more")
        return
    number, many = page.seek(words, by)
    said = f"match {number} of {many}" if many else f"no {one_line(words, 30)} here"
    screen.note(f"{said}; {beyond}" if beyond else said)


def list_links(screen: OpsScreen, page: Page, here: Runbook) -> None:
    """All links of a page, to choose from."""
    from opsconsole.tui.screens.choose import Choose

    links = page.links
    names = [f"{one_line(said, _LONGEST)}  → {one_line(to, 200)}" for said, to in links]

    def chosen(name: str | None) -> None:
        if name is not None:
            follow(screen.console, here, links[names.index(name)][1])

    screen.app.push_screen(Choose("Links", names), chosen)


def follow(console: Console, here: Runbook, to: str) -> None:
    """Open what a link in `here` leads to, over the screen in front; what is outside is shown as text to copy."""
    parts = console.parts
    if parts is None:
        return
    library = parts.library

    def look() -> Goal | Outside | Trouble:
        from opsconsole.runbook.links import follow as lead

        return lead(to, here, library)

    async def open_it() -> None:
        from opsconsole.runbook.links import Goal, Outside
        from opsconsole.tui.screens.reading import ReadScreen
        from opsconsole.tui.screens.tell import Tell

        found = await asyncio.to_thread(look)
        if isinstance(found, Goal):
            console.push_screen(ReadScreen(found.runbook, found.section.line if found.section else None))
        elif isinstance(found, Outside):
            console.push_screen(Tell(f"This does not open here; to copy:\n\n{found.address}"))
        else:
            console.push_screen(Tell.of(TroubleError(found)))

    console.run_worker(open_it(), group="following a link", exclusive=True, exit_on_error=False)
