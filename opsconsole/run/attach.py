"""A person's own terminal on the pty of their run, by way of the holder: it outlives the console like any step."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from opsconsole.model.text import plain
from opsconsole.run import wire
from opsconsole.run.link import HolderGone, NotDone
from opsconsole.run.modes import VOID
from opsconsole.run.passing import Passing
from opsconsole.run.printed import without_screens
from opsconsole.run.real import DETACH_KEY, RealTerminal, terminal_size

if TYPE_CHECKING:
    from opsconsole.run.session import Session

NO_TERMINAL: Final = "it wants a terminal of its own, and there is none here"
_TERM: Final = re.compile(r"[\w.+-]{1,40}")


async def attach(run: Session, over: Callable[[], bool], whose: str, catch_up: Callable[[], None]) -> None:
    """Give what runs the person's terminal until `over`, or until they take it back. HolderGone when that dies.

    `whose` says in a few words what gets it; `catch_up` tells the operator what was printed meanwhile. Where there is
    no terminal to give, that is said.
    """
    try:
        with run.operator.lend_terminal() as real:
            if real is None:
                run.operator.tell(NO_TERMINAL)
            else:
                await _Seat(run, real).stay(over, whose)
                catch_up()
    except OSError as error:
        run.operator.tell(f"{NO_TERMINAL} ({error.strerror or error})")


class _Seat:
    """The person's terminal at the run's pty."""

    def __init__(self, run: Session, real: RealTerminal) -> None:
        self._run = run
        self._real = real
        self._passing = Passing()
        self._early: list[dict[str, Any]] | None = []

    async def stay(self, over: Callable[[], bool], whose: str) -> None:
        real, run = self._real, self._run
        ending = asyncio.ensure_future(run.until(over))
        taken_back = asyncio.ensure_future(real.back.wait())
        real.on_keys = lambda keys: run.tell("input", data=wire.as_text(keys))
        real.on_drawn = lambda count: run.tell("seen", count=count)
        real.on_size = self._resized
        real.on_woken = self._attach_again
        try:
            with real.raw():
                cols, rows = real.size
                real.draw(b"\x1b[0m" + _banner(f"{DETACH_KEY} takes the terminal back from {whose}", cols))
                run.seat = self._show
                self._begin(await run.link.ask("attach", cols=cols, rows=rows))
                await asyncio.wait((ending, taken_back), return_when=asyncio.FIRST_COMPLETED)
        except NotDone as refused:
            if not over():
                run.operator.tell(str(refused))
        finally:
            run.seat = None
            run.tell("detach")
            run.resize_back()
            for task in (ending, taken_back):
                task.cancel()
            found = await asyncio.gather(ending, taken_back, return_exceptions=True)
        if isinstance(found[0], HolderGone):
            raise found[0]

    def _attach_again(self) -> None:
        """The terminal was somebody else's for a while: all has to be drawn anew."""
        cols, rows = self._real.size
        self._early = []
        asking = asyncio.ensure_future(self._run.link.ask("attach", cols=cols, rows=rows))
        asking.add_done_callback(
            lambda done: None if done.cancelled() or done.exception() else self._begin(done.result())
        )

    def _begin(self, answer: dict[str, Any]) -> None:
        """How it looks so far, and then everything as it came since."""
        real = self._real
        recent = wire.as_bytes(answer["recent"])
        if answer["fresh"]:
            real.draw(self._passing.feed(recent))
        elif not answer["full_screen"]:
            shown = plain(without_screens(recent.decode("utf-8", "replace")).replace("\r\n", "\n"))
            real.draw("\r\n".join(shown.split("\n")[-real.size[1] :]).encode())
        if not answer["fresh"]:
            real.draw(wire.as_bytes(answer["modes"]))
        early, self._early = self._early or (), None
        for message in early:
            self._show(message)

    def _show(self, message: dict[str, Any]) -> None:
        """More of what is printed. What does not pass counts as drawn."""
        if self._early is not None:
            self._early.append(message)
            return
        chunk = wire.as_bytes(message["data"])
        gap = b""
        if skipped := message.get("skipped"):
            self._passing = Passing()
            gap = VOID + _banner(f"{skipped} bytes were too fast to be shown; all is in the output", 0)
        passed = self._passing.feed(chunk)
        self._run.tell("seen", count=max(0, len(chunk) - len(passed)))
        self._real.draw(gap + passed)

    def _resized(self) -> None:
        cols, rows = self._real.size
        self._run.tell("resize", cols=cols, rows=rows)


def make_room(run: Session) -> None:
    """Let what is about to start find the window as large as the terminal that it will have."""
    size = terminal_size()
    if size is not None and run.operator.has_terminal:
        run.resize(*size, for_good=False)


def _banner(words: str, cols: int) -> bytes:
    line = f"── opsconsole: {words} ──"
    return f"\r\n{line[:cols] if cols else line}\r\n".encode()


def terminal_type() -> str:
    """What the person's terminal is called, for the programs that get it."""
    term = os.environ.get("TERM", "")
    return term if _TERM.fullmatch(term) and term != "dumb" else wire.FIXED_ENVIRONMENT["TERM"]
