"""From a finding, a library entry or an open run to the run's screen. Reading files happens off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from opsconsole.model.check import Finding
from opsconsole.model.runbook import Runbook
from opsconsole.model.text import one_line
from opsconsole.model.trouble import Trouble, TroubleError
from opsconsole.tui.presentation.ages import age
from opsconsole.tui.presentation.view import OpenRun

if TYPE_CHECKING:
    from opsconsole.run.folder import RunSummary
    from opsconsole.run.operator import Operator
    from opsconsole.run.session import Session
    from opsconsole.tui.console import Console
    from opsconsole.tui.desk import Desk
    from opsconsole.wiring import Parts


def look_for_runs(console: Console) -> None:
    """Find out which runs of this stack are open, and show them on the overview."""
    parts = console.parts
    assert parts is not None

    async def look() -> None:
        found = [run for run in await asyncio.to_thread(parts.runs) if run.ended is None]
        runs = tuple(OpenRun(run.id, run.title, _where(run, console.now())) for run in found)
        if runs != console.overview.runs:
            console.overview.runs = runs
            console.overview.draw()

    console.run_worker(look(), group="reading runs", exclusive=True, exit_on_error=False)


def _where(run: RunSummary, now: float) -> str:
    if run.fault:
        return one_line(run.fault)
    step = one_line(run.step, 60)
    doing = f"{step} is running" if run.running else f"last step {step}" if step else ""
    begun = f"begun {age(now - run.started)} ago" if now - run.started >= 10 else "just begun"
    return " · ".join(filter(None, (doing, f"by {run.user}", begun)))


def _all(parts: Parts) -> list[Runbook]:
    return parts.library.all()


def _treating(parts: Parts, found: Finding) -> list[Runbook]:
    return parts.library.treating(found.check, found.runbooks)


def read_titles(console: Console) -> None:
    """Read the titles of the runbooks, so that findings can name them."""
    parts = console.parts
    assert parts is not None

    async def read() -> None:
        books = await asyncio.to_thread(_all, parts)
        titles = {book.name: one_line(book.title, 80) for book in books}
        if titles != console.overview.titles:
            console.overview.titles = titles
            console.overview.draw()

    console.run_worker(read(), group="reading titles", exclusive=True, exit_on_error=False)


def open_finding(console: Console, found: Finding) -> None:
    """Open the runbook that treats `found`; where there are several, a choice of them."""
    parts = console.parts
    assert parts is not None

    async def open_it() -> None:
        books = await asyncio.to_thread(_treating, parts, found)
        reason = f"{found.check} {found.level.name}"
        inputs = _inputs(console, found)
        if not books and found.runbooks:
            _tell(console, _vanished(found, parts))
        elif not books:
            console.say(f"no runbook treats {found.check}; r shows all of them")
        else:
            open_one_of(console, books, f"Runbooks for {found.check}", reason, inputs, found.since)

    console.run_worker(open_it(), group="opening a runbook", exclusive=True, exit_on_error=False)


def open_named(console: Console, name: str, inputs: dict[str, str]) -> None:
    """Open the runbook that a stack file names for something, with inputs that are known from there."""
    parts = console.parts
    assert parts is not None

    async def open_it() -> None:
        book = next((one for one in await asyncio.to_thread(_all, parts) if one.name == name), None)
        if book is None:
            _tell(console, _gone(name, parts))
        else:
            open_runbook(console, book, "", inputs)

    console.run_worker(open_it(), group="opening a runbook", exclusive=True, exit_on_error=False)


def open_one_of(
    console: Console,
    books: Sequence[Runbook],
    title: str,
    reason: str,
    inputs: dict[str, str],
    since: float | None = None,
) -> None:
    """Open the one runbook that there is, or a list of them under that title."""
    if len(books) == 1:
        open_runbook(console, books[0], reason, inputs, since)
        return
    from opsconsole.tui.screens.library import LibraryScreen

    console.push_screen(LibraryScreen(books, title, lambda book: open_runbook(console, book, reason, inputs, since)))


def _inputs(console: Console, found: Finding) -> dict[str, str]:
    """The service that a finding is about fills the input of that name."""
    standing = console.snapshot.standings.get(found.check) if console.snapshot else None
    if standing is None or console.parts is None:
        return {}
    name = standing.check.target.name
    return {"service": name} if console.parts.stack.service(name) else {}


def open_library(console: Console) -> None:
    """All runbooks of the stack, to choose from."""
    parts = console.parts
    assert parts is not None

    async def open_it() -> None:
        from opsconsole.tui.screens.library import LibraryScreen

        books = await asyncio.to_thread(_all, parts)
        console.push_screen(LibraryScreen(books, "Runbooks", lambda book: open_runbook(console, book, "", {})))

    console.run_worker(open_it(), group="reading runbooks", exclusive=True, exit_on_error=False)


def open_runbook(
    console: Console, book: Runbook, reason: str, inputs: dict[str, str], since: float | None = None
) -> None:
    """Show a runbook as its file is now, ready to begin, beside what changed on the box before `since`.

    Nothing is written or started by looking at it.

    One that cannot be read (any more) is not shown; why is told instead.
    """
    if console.desk is not None and not console.desk.over:
        console.say("another run is open in this console; o goes back to it")
        return
    parts = console.parts
    assert parts is not None

    async def open_it() -> None:
        from opsconsole.tui.desk import Desk as NewDesk
        from opsconsole.tui.screens.run import RunScreen

        try:
            now = await asyncio.to_thread(_as_it_is_now, parts, book)
        except TroubleError as error:
            _tell(console, error)
            return
        desk = NewDesk(now, reason, inputs)
        desk.since = since
        console.push_screen(RunScreen(desk))

    console.run_worker(open_it(), group="reading a runbook", exclusive=True, exit_on_error=False)


def _as_it_is_now(parts: Parts, book: Runbook) -> Runbook:
    """Lists are older than their files: somebody may have changed or removed it since."""
    return parts.library.find(str(book.path)) if book.path is not None else book


def _vanished(found: Finding, parts: Parts) -> TroubleError:
    """The runbooks that a check names were there when the stack file was read, or are among its faults."""
    files = " and ".join(f"{name}.md" for name in found.runbooks)
    where = f"in {parts.stack.runbook_folder}" if parts.stack.runbook_folder else "to be found"
    what = f"no runbook treats {found.check}: {files} is not {where} (any more)"
    return TroubleError(Trouble(what, remedy="put it back; r shows all that are there"))


def _gone(name: str, parts: Parts) -> TroubleError:
    where = f"in {parts.stack.runbook_folder}" if parts.stack.runbook_folder else "to be found"
    return TroubleError(
        Trouble(f"{name}.md is not {where} (any more)", remedy="put it back; r shows all that are there")
    )


def _tell(console: Console, error: TroubleError) -> None:
    from opsconsole.tui.screens.tell import Tell

    console.push_screen(Tell.of(error))


def take_up(console: Console, run_id: str) -> None:
    """Take up an open run where it is: the one at hand at once, another one from its journal."""
    from opsconsole.tui.desk import Desk as NewDesk
    from opsconsole.tui.screens.run import RunScreen

    parts = console.parts
    assert parts is not None
    desk = console.desk
    if desk is not None and not desk.over and desk.state is not None:
        if desk.state.id == run_id:
            console.push_screen(RunScreen(desk))
        else:
            console.say("another run is open in this console; leave it first")
        return

    async def take() -> None:
        state = await asyncio.to_thread(parts.run_state, run_id)
        again = NewDesk(state.runbook, state.reason, dict(state.inputs))
        again.state = state
        console.push_screen(RunScreen(again, resume=True))

    console.run_worker(take(), group="taking up a run", exclusive=True, exit_on_error=False)


def play(console: Console, desk: Desk, *, resume: bool) -> None:
    """Begin the desk's run, or take it up, in the background: it goes on whichever screen is in front."""
    from opsconsole.run.real import is_at_terminal
    from opsconsole.tui.lending import lent

    parts: Parts | None = console.parts
    assert parts is not None
    console.desk = desk
    desk.read_only = console.read_only  # of the guard that the run has, whatever the stack file says later
    desk.say = console.say
    if not console.is_headless and is_at_terminal():
        desk.lend = lambda: lent(console)

    async def begin(operator: Operator) -> Session:
        if resume and desk.state is not None:
            session = await parts.resume_run(desk.state.id, operator)
        else:
            lately = desk.beside.lately if desk.beside is not None else None
            session = await parts.begin_run(
                desk.runbook, operator, reason=desk.reason, inputs=desk.inputs, lately=lately
            )
        console.runs_here[session.state.id] = None
        return session

    console.run_worker(desk.play(begin), group="run", exclusive=True, exit_on_error=False)
