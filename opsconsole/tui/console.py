"""The console: paints its first frame, then lets the collector look, and hands each snapshot to the screen in front."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.worker import Worker, WorkerState

from opsconsole.model.text import one_line
from opsconsole.model.trouble import TroubleError
from opsconsole.tui import styles, terminal, theming
from opsconsole.tui.everywhere import Everywhere
from opsconsole.tui.ink import make_ink
from opsconsole.tui.liking import liked
from opsconsole.tui.mouse import Mouse
from opsconsole.tui.screens.base import OpsScreen
from opsconsole.tui.screens.overview import Overview
from opsconsole.tui.theme import css_colours

if TYPE_CHECKING:
    from textual.driver import Driver
    from textual.screen import Screen

    from opsconsole.model.check import Finding
    from opsconsole.model.snapshot import Snapshot
    from opsconsole.tui.desk import Desk
    from opsconsole.wiring import Parts

_SIGNALLED: Final = 128


class Seen(Message):
    """The collector has a new snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self.snapshot = snapshot


class Console(Everywhere):
    """The app. It owns the parts, the newest snapshot and the run at hand; screens own what is drawn."""

    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None
    CSS = styles.CSS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "interrupt", "leave", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", "put aside; fg comes back", show=False, priority=True),
    ]

    def __init__(
        self,
        parts: Parts | Callable[[], Awaitable[Parts]],
        *,
        read_only: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.theme_here, self.theme_troubles = liked(os.environ)
        super().__init__(ansi_color=True)
        self.no_color = bool(os.environ.get("NO_COLOR"))
        self.ink = make_ink(self.theme_here, colours=not self.no_color)
        self._filters[:] = theming.filters(colours=not self.no_color)
        self._make = parts if callable(parts) else None
        self.parts: Parts | None = None if callable(parts) else parts
        self._told_read_only = read_only
        self._done_with: list[Parts] = []
        self._wants_library = False
        self.read_only = read_only or (self.parts is not None and self.parts.read_only)
        self.now = clock
        self.snapshot: Snapshot | None = None
        self.desk: Desk | None = None
        self.runs_here: dict[str, None] = {}
        self.crash: Exception | None = None
        self.mouse = Mouse()
        self.recent: list[str] = []
        self.overview = Overview(self.parts.stack if self.parts else None)

    def get_css_variables(self) -> dict[str, str]:
        """Textual's own, and the colours of our theme for the few widgets of Textual that we use."""
        colours = css_colours(self.theme_here)
        return {**super().get_css_variables(), **{f"console-{name}": value for name, value in colours.items()}}

    def get_driver_class(self) -> type[Driver]:
        """Textual's, which can lend its terminal."""
        from opsconsole.tui.lending import LendingDriver

        chosen = super().get_driver_class()
        return LendingDriver if issubclass(LendingDriver, chosen) else chosen

    def get_default_screen(self) -> Screen[int]:
        """The overview."""
        return self.overview

    # --- the course of a console --------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Nothing may stand between the start and the first frame: the rest begins after it."""
        terminal.leave_on_signals(self._signalled)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.set_interval(1.0, self._tick)
        self.run_worker(self._look(), group="look", name="look", exit_on_error=False)
        self.set_timer(2.0, _tidy)
        theming.tell_troubles(self)

    async def _look(self) -> None:
        if self.parts is None and self._make is not None:
            self.overview.saying = "looking at what is here…"
            began = time.time_ns()
            try:
                self.parts = await self._make()
            except TroubleError as trouble:
                self.crash = trouble
                self.exit(return_code=1)
                return
            self.overview.saying = ""
            self._took(self.parts)
            if self._wants_library:
                self.open_library()
            self.run_worker(self._watch_file(began), group="watching the stack file", exit_on_error=False)
        if self.parts is not None:
            await self.parts.collector(self._changed, self.snapshot).run()

    def _took(self, parts: Parts) -> None:
        self.overview.stack = parts.stack
        self.overview.marks.keep(parts.stack)
        self.read_only = self._told_read_only or parts.read_only
        self.overview.draw()

    async def _watch_file(self, began: int) -> None:
        from opsconsole.tui.reloading import keep_watch

        await keep_watch(self, began)

    async def read_stack_again(self) -> None:
        """The stack file has changed: go by what it says now, on whichever screen is in front.

        A run that is open keeps the stack it began with, and so the rules of its guard.
        """
        from opsconsole.stack.blemish import KIND as FAULT

        if self._make is None or self.parts is None:
            return
        try:
            parts = await self._make()
        except TroubleError as trouble:
            self.say(f"the stack file has changed: {one_line(str(trouble.troubles[0]), 120)}")
            return
        self.workers.cancel_group(self, "look")
        self._done_with.append(self.parts)
        self.parts = parts
        self._took(parts)
        self.run_worker(self._look(), group="look", name="look", exit_on_error=False)
        self._read_library()
        self.look_for_runs()
        faults = sum(check.kind == FAULT for check in parts.stack.checks)
        said = f"; {faults} fault{'s' * (faults > 1)} in it" if faults else ""
        kept = "; the open run keeps the rules it began with" if self.desk is not None and not self.desk.over else ""
        self.say(f"the stack file has changed and was read again{said}{kept}")

    async def close_parts(self) -> None:
        """Let go of everything that was opened."""
        for parts in (*self._done_with, self.parts):
            if parts is not None:
                await parts.close()

    def _changed(self, snapshot: Snapshot) -> None:
        self.post_message(Seen(snapshot))

    def on_seen(self, event: Seen) -> None:
        """Hand the snapshot to the screen in front; the others take the newest when they come to the front."""
        first = self.snapshot is None
        self.snapshot = self.overview.snapshot = event.snapshot
        if front := self.front:
            front.see(event.snapshot)
        if first:
            self.set_timer(1.0, self._read_library)
            self.set_timer(0.3, self.look_for_runs)
            self.set_timer(0.6, self._follow_watch)

    def _tick(self) -> None:
        if not self.is_headless and terminal.is_dead():
            self._signalled(1)
            return
        if front := self.front:
            front.tick(self.now())

    @property
    def front(self) -> OpsScreen | None:
        """The screen that is seen: a small question over it does not stop the world."""
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, OpsScreen)), None)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Work in the background that failed is said, and ends nothing else."""
        error = event.worker.error
        if event.state is not WorkerState.ERROR or error is None:
            return
        if isinstance(error, TroubleError):
            words = one_line(str(error.troubles[0]) if error.troubles else str(error))
        else:
            words = f"fault of ours while {event.worker.group}: {one_line(f'{type(error).__name__}: {error}', 120)}"
        if event.worker.group == "look":
            self.overview.saying = words
            self.overview.draw()
        self.say(words)

    def say(self, words: str) -> None:
        """A note at the foot of the screen in front."""
        if isinstance(self.screen, OpsScreen):
            self.screen.note(words)

    def unsay(self, words: str) -> None:
        """Take such a note back, on whichever screen it stands."""
        for screen in self.screen_stack:
            if isinstance(screen, OpsScreen):
                screen.unsay(words)

    def send(self, sequence: str) -> None:
        """Send the terminal something beside what is drawn, as it is."""
        if self._driver is not None:
            self._driver.write(sequence)

    def copy_to_clipboard(self, text: str) -> None:
        """Where a field copies what is marked in it: our way. What is typed unseen stays where it is."""
        from opsconsole.tui import clipboard

        if not getattr(self.focused, "password", False):
            self._clipboard = text
            clipboard.copy(self, clipboard.Excerpt("what is marked", text))

    # --- leaving -----------------------------------------------------------------------------------------

    def _signalled(self, number: int) -> None:
        dead = terminal.is_dead() if not self.is_headless else False
        if dead:
            terminal.end_without_ceremony(_SIGNALLED + number)
        self.exit(return_code=_SIGNALLED + number)

    def _handle_exception(self, error: Exception) -> None:
        """A crash gives the terminal back and is told by the command line, in one line."""
        self.crash = self.crash or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        self._close_messages_no_wait()

    async def action_leave(self) -> None:
        """Quit; where a step is running, only when that is confirmed."""
        if self.desk is not None and self.desk.running:
            from opsconsole.tui.screens.ask import Ask

            words = "A step is running. It goes on when you leave; the next opsconsole takes it up."
            self.push_screen(Ask(words, yes="leave", no="stay"), self._leave_if)
        else:
            self.exit(0)

    def _leave_if(self, yes: str | None) -> None:
        if yes is not None:
            self.exit(0)

    async def action_quit(self) -> None:
        """Textual's own word for it."""
        await self.action_leave()

    async def action_interrupt(self) -> None:
        """Ctrl-C: interrupts the step on a run's screen, else leaves."""
        interrupt = getattr(self.screen, "interrupt", None)
        if interrupt is None or not interrupt():
            await self.action_leave()

    # --- runbooks and runs -------------------------------------------------------------------------------

    def open_finding(self, found: Finding) -> None:
        """Open the runbook that treats a finding."""
        from opsconsole.tui import opening

        opening.open_finding(self, found)

    def open_library(self) -> None:
        """Show all runbooks, as soon as the stack file is read."""
        self._wants_library = self.parts is None
        if self.parts is not None:
            from opsconsole.tui import opening

            opening.open_library(self)

    def take_up(self, run_id: str) -> None:
        """Take up an open run."""
        from opsconsole.tui import opening

        opening.take_up(self, run_id)

    def look_for_runs(self) -> None:
        """Read which runs of this stack are open."""
        if self.parts is not None:
            from opsconsole.tui import opening

            opening.look_for_runs(self)

    def _follow_watch(self) -> None:
        from opsconsole.tui import last_watch

        last_watch.follow(self)

    def _read_library(self) -> None:
        if self.parts is not None:
            from opsconsole.tui import opening

            opening.read_titles(self)


def _tidy() -> None:
    """What was made at the start stays: keep the collector of garbage from going through it again and again."""
    gc.enable()
    gc.collect()
    gc.freeze()
