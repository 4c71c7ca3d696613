"""A run: the outline, one step in full, what it prints, and the question that is open."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from textual import events
from textual.app import ComposeResult

from opsconsole.model.questions import Question
from opsconsole.model.snapshot import Snapshot
from opsconsole.tui import interrupting, lately
from opsconsole.tui.canvas import Canvas
from opsconsole.tui.offer import Offer
from opsconsole.tui.page import Page
from opsconsole.tui.presentation import question, runs
from opsconsole.tui.presentation.footer import KeyHint, written
from opsconsole.tui.presentation.help import without
from opsconsole.tui.presentation.question import Choice
from opsconsole.tui.presentation.reading import Around
from opsconsole.tui.presentation.spans import Line, line
from opsconsole.tui.screens.run_pages import RunPages
from opsconsole.tui.sheet import Asked

if TYPE_CHECKING:
    from opsconsole.tui.desk import Desk

_DRAW_EVERY: Final = 0.05
"""Seconds between two drawings of output that floods in."""


class RunScreen(RunPages):
    """One run at the desk. Before it is begun, the runbook can be read; nothing is written or started by that."""

    def __init__(self, desk: Desk, *, resume: bool = False) -> None:
        super().__init__(desk)
        self.pressed = ""
        self._resume = resume
        self._header = Canvas(id="header")
        self._offer = Offer()
        self._drawing = False

    # --- drawing -----------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Header, the sheet with the question, the footer."""
        yield self._header
        yield self.sheet
        yield Canvas(id="footer")

    def on_mount(self) -> None:
        """Take the desk: what moves there is drawn here."""
        self.desk.changed = self._changed
        self.sheet.page.focus()
        if self._resume and not self.begun:
            self.begin()
        elif not self.begun:
            lately.look(self.console, self.desk)

    def on_unmount(self) -> None:
        """The run goes on without being looked at."""
        if self.desk.changed == self._changed:
            from opsconsole.tui.desk import nobody

            self.desk.changed = nobody

    def on_resize(self) -> None:
        """Everything has to find its place anew."""
        self.call_after_refresh(self.draw)

    def on_page_resized(self, event: Page.Resized) -> None:
        """Lines are made for a width, and the run's terminal goes by it."""
        event.stop()
        self.draw()

    def on_screen_resume(self) -> None:
        """A question on top of this one is gone."""
        self.call_after_refresh(self.draw)

    def see(self, snapshot: Snapshot) -> None:
        """Live checks move."""
        self.draw()

    def tick(self, now: float) -> None:
        """Clocks move."""
        self._draw_header()
        if self.desk.question is None:
            self.sheet.draw_question(self._asked())

    def _changed(self) -> None:
        """The desk has moved. Floods of output are drawn some twenty times a second, not at every piece."""
        if not self._drawing and self.is_mounted:
            self._drawing = True
            self.set_timer(_DRAW_EVERY, self._draw_changed)

    def _draw_changed(self) -> None:
        self._drawing = False
        self.draw()

    def draw(self) -> None:
        """Draw all of it from the desk."""
        if not self.is_mounted or not self.size:
            return
        self._note_question()
        self._draw_header()
        self.sheet.draw(self._asked, self._around())
        self.draw_footer()

    def _note_question(self) -> None:
        """Turn to a new question: keys answer it once it has been painted and the keyboard was quiet for a moment."""
        if self._offer.turn_to(self.desk.asked, self.desk.question) and self.desk.question is not None:
            self.call_after_refresh(self._painted, self._offer.number)

    def _painted(self, number: int) -> None:
        at = self._offer.painted(number, time.monotonic())
        if at is not None:
            self._open_at(at)

    def _open_at(self, at: float) -> None:
        self.set_timer(max(at - time.monotonic(), 0) + 0.01, self._open)

    def _open(self) -> None:
        """Everything has its place by now: only what is in sight from here on counts as seen."""
        if self._offer.open(time.monotonic()):
            self.sheet.page.seen_to = 0
        self.draw()

    def _draw_header(self) -> None:
        desk = self.desk
        read_only = desk.read_only if desk.session is not None else self.console.read_only
        head = runs.Head(desk.runbook.title, desk.reason, desk.state, read_only, tuple(self.trail()[:-1]))
        self._header.show([runs.header(head, self.console.snapshot, self.size.width, self.console.now())])

    def _around(self) -> Around:
        parts, snapshot = self.console.parts, self.console.snapshot
        contacts = parts.stack.contacts if parts is not None else {}
        return Around(snapshot.standings if snapshot else {}, self.desk.met.seen, contacts, self.beside())

    def _asked(self) -> Asked:
        return Asked(self._words(), self.choices(), self._offer.number)

    def _words(self) -> list[Line]:
        desk = self.desk
        if not self.begun:
            guarded = " Read-only: only what looks can run." if self.console.read_only else ""
            return [line(("Begin this run?", "strong"), (guarded, "degraded"))]
        if desk.question is not None:
            return question.lines(desk.question, max(self.size.width - 2, 10))
        now = self.console.now()
        return [runs.waiting(desk.state, now, trouble=desk.trouble, left=desk.over, cut_short=desk.awaiting)]

    # --- keys --------------------------------------------------------------------------------------------

    def choices(self) -> tuple[Choice, ...]:
        """What keys can answer now; nothing before the question is ready for them."""
        if not self.begun:
            return question.BEGIN
        if self.desk.over:
            return question.BROKEN if self.desk.trouble else question.OVER
        if self.desk.question is not None:
            return self._answers(self.desk.question)
        if self.desk.running:
            asks = self.desk.state.prompt if self.desk.state is not None else None
            return question.PASSWORD if asks is not None and asks.secret else question.RUNNING
        return question.WAITING if self.desk.awaiting else ()

    def _answers(self, asked: Question) -> tuple[Choice, ...]:
        open_now = self._offer.is_open(self.desk.asked, time.monotonic())
        return question.choices(asked, read_on=self.sheet.read_on) if open_now else ()

    def key_groups(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """For the page of keys: those that answer come first."""
        offered = [(choice.keys, choice.does) for choice in self.choices()]
        if does := interrupting.does(self.desk):
            offered.insert(0, (("ctrl+c",), does))
        if offered:
            yield "Now", [(" ".join(map(written, keys)), does) for keys, does in offered]
        taken = {written(key) for keys, _ in offered for key in keys}
        yield from without(super().key_groups(), taken)

    def on_key(self, event: events.Key) -> None:
        """A key that answers. One that was typed before the question was ready for it, or is held down, does not."""
        name = event.character if event.character and event.character.isalpha() else event.key
        answers, later = self._offer.typed(name, event.time)
        if later is not None:
            self._open_at(later)
        choice = next((choice for choice in self.choices() if name in choice.keys), None)
        if choice is None:
            return
        event.stop()
        event.prevent_default()
        if answers:
            self.pressed = name
            self._act(choice.act)

    def _act(self, act: str) -> None:
        from opsconsole.tui.answering import ACTS

        ACTS[act](self)

    def begin(self) -> None:
        """Begin the run; one that was begun before is taken up."""
        from opsconsole.tui import opening

        resume = self._resume or self.desk.state is not None
        self.begun = True
        opening.play(self.console, self.desk, resume=resume)
        self.draw()

    def read_on(self) -> None:
        """Show more of a page that does not fit."""
        self.sheet.show_more()
        self.call_after_refresh(self.draw)

    def interrupt(self) -> bool:
        """Ctrl-C, to the running step or to what the run itself waits for; whether there was any of these."""
        said = interrupting.interrupt(self.desk)
        if said:
            self.note(said)
        return bool(said)

    def hints(self) -> list[KeyHint]:
        """What Ctrl-C does here comes first."""
        does = interrupting.does(self.desk)
        return [*([KeyHint("^C", does, 0)] if does else []), *super().hints()]
