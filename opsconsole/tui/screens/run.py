"""A run: the outline, one step in full, what it prints, and the question that is open."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from opsconsole.model.run import Question
from opsconsole.model.snapshot import Snapshot
from opsconsole.tui.canvas import Canvas
from opsconsole.tui.offer import Offer
from opsconsole.tui.page import Page
from opsconsole.tui.pane import Pane
from opsconsole.tui.presentation import arrangement, prompt, question, reading, runs, steps
from opsconsole.tui.presentation.footer import KeyHint, written
from opsconsole.tui.presentation.frames import cost
from opsconsole.tui.presentation.help import without
from opsconsole.tui.presentation.question import Choice
from opsconsole.tui.presentation.spans import Line, Span, line
from opsconsole.tui.screens.base import OpsScreen

if TYPE_CHECKING:
    from opsconsole.tui.desk import Desk

_DRAW_EVERY: Final = 0.05
"""Seconds between two drawings of output that floods in."""


class RunScreen(OpsScreen):
    """One run at the desk. Before it is begun, the runbook can be read; nothing is written or started by that."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "turn(1)", "text or output", id="keep-6.turn"),
        Binding("shift+tab", "turn(-1)", "back", show=False),
        Binding("escape", "close", "overview", id="keep-3.close"),
        Binding("question_mark", "help", "help", id="keep-4.help"),
    ]

    def __init__(self, desk: Desk, *, resume: bool = False) -> None:
        super().__init__()
        self.desk = desk
        self._resume = resume
        self._begun = desk.session is not None
        self._header = Canvas(id="header")
        self._outline = Pane("outline", "Steps")
        self._outline.can_focus = False
        self._page = Page("page", "Runbook")
        self._output = Page("output", "Output", follow=True)
        self._asking = Canvas(id="question")
        self._offer = Offer()
        self._looked_at: tuple[int | None, int] | None = None
        self._vital = 0
        self._told: tuple[object, ...] = ()
        self._drawing = False
        self._version = -1

    # --- drawing -----------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Header, outline beside page and output, the question, the footer."""
        yield self._header
        with Horizontal(classes="fills"):
            yield self._outline
            with Vertical(id="right"):
                yield self._page
                yield self._output
        yield self._asking
        yield Canvas(id="footer")

    def on_mount(self) -> None:
        """Take the desk: what moves there is drawn here."""
        self.desk.changed = self._changed
        self._page.focus()
        if self._resume and not self._begun:
            self.begin()

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
            self._draw_question()

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
        self._arrange()
        self._draw_header()
        self._draw_outline()
        self._draw_page()
        self._draw_output()
        self._draw_question()
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
            self._page.seen_to = 0
        self.draw()

    @property
    def _mode(self) -> arrangement.Mode:
        return arrangement.mode(self.size.width, self.size.height)

    def _arrange(self) -> None:
        """Who gets how many lines: the question all it needs, then the page, then the output."""
        mode = self._mode
        self._outline.display = mode == "wide"
        for page in (self._page, self._output):
            page.frame = "box" if mode == "wide" else "rule"
        asked = len(self._question_lines())
        self._set_height(self._asking, asked)
        room = max(self.size.height - 2 - asked, 2)
        printed = len(self.desk.printed)
        if mode == "single":
            only_output = self._output.has_focus
            self._output.display, self._page.display = only_output, not only_output
            text = output = room
        else:
            self._page.display, self._output.display = True, printed > 0
            text = arrangement.text_height(room, self._page.wants, printed, running=self.desk.running)
            output = room - text
        self._set_height(self._page, text)
        self._set_height(self._output, output)
        self._tell_size(room)

    def _tell_size(self, room: int) -> None:
        """Let the run's terminal be as large as the output can count on; not at every line that it grows."""
        session = self.desk.session
        frame = cost(self._output.frame)
        size = (self._page.inner_width, (room if self._mode == "single" else room // 2) - frame)
        told = (session, *size)
        if session is not None and min(size) > 0 and told != self._told:
            self._told = told
            session.resize(*size)

    @staticmethod
    def _set_height(widget: Canvas, lines: int) -> None:
        if widget.styles.height is None or widget.styles.height.value != lines:
            widget.styles.height = lines

    def _draw_header(self) -> None:
        desk = self.desk
        spans = runs.header(
            desk.runbook.title, desk.reason, desk.state, self.console.snapshot, self.size.width, self.console.now()
        )
        self._header.show([spans])

    def _draw_outline(self) -> None:
        state = self.desk.state
        if not self._outline.display:
            return
        place = runs.place(state, self.desk.question) if state is not None else None
        taken = state.steps if state is not None else steps.not_begun(self.desk.runbook)
        self._outline.cursor = str(place)
        self._outline.show_rows(steps.outline(taken, place, self._outline.inner_width))

    def _draw_page(self) -> None:
        desk, page = self.desk, self._page
        # What was asked for when the page was made ready decides its order; the height is that of the page.
        size = (page.inner_width, page.inner_height)
        standings = self.console.snapshot.standings if self.console.snapshot else {}
        shown = reading.of_run(desk.runbook, desk.state, desk.question, standings, size)
        self._vital, page.heading = shown.page.vital, shown.heading
        looked_at = (shown.place, self._offer.number)
        page.show_page(shown.page.lines, top=shown.place is not None and looked_at != self._looked_at)
        self._looked_at = looked_at

    def _draw_output(self) -> None:
        printed = self.desk.printed
        if self._output.display:
            dropped = f" (the first {printed.dropped} lines are on disk only)" if printed.dropped else ""
            self._output.heading = f"Output{dropped}"
            self._output.show_source(len(printed), printed.slice)

    def _draw_question(self) -> None:
        lines = self._question_lines()
        self._asking.show(lines, dict.fromkeys(range(len(lines)), "question"))

    def _question_lines(self) -> list[Line]:
        size = max(self.size.width - 2, 10)
        if not self._begun:
            guarded = " Read-only: only what looks can run." if self.console.read_only else ""
            words = [line(("Begin this run?", "strong"), (f"{guarded}", "degraded"))]
        elif self.desk.question is not None:
            words = question.lines(self.desk.question, size)
        else:
            words = [
                runs.waiting(
                    self.desk.state,
                    self.console.now(),
                    trouble=self.desk.trouble,
                    left=self.desk.over,
                    cut_short=self.desk.awaiting,
                )
            ]
        keys = prompt.keys(self.choices(), size)
        if not keys and self.desk.question is not None:
            # Their place is kept, so that nothing moves when they are offered.
            keys = [()] * len(prompt.keys(question.choices(self.desk.question), size))
        return [*((Span(" "), *each) for each in words), *keys]

    # --- keys --------------------------------------------------------------------------------------------

    def choices(self) -> tuple[Choice, ...]:
        """What keys can answer now; nothing before the question is ready for them."""
        if not self._begun:
            return question.BEGIN
        if self.desk.over:
            return question.BROKEN if self.desk.trouble else question.OVER
        if self.desk.question is not None:
            return self._answers(self.desk.question)
        if self.desk.running:
            return question.RUNNING
        return question.WAITING if self.desk.awaiting else ()

    def _answers(self, asked: Question) -> tuple[Choice, ...]:
        open_now = self._offer.is_open(self.desk.asked, time.monotonic())
        return question.choices(asked, read_on=self._page.seen_to < self._vital) if open_now else ()

    def key_groups(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """For the page of keys: those that answer come first."""
        offered = [(choice.keys, choice.does) for choice in self.choices()]
        if does := self._interrupts():
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
            self._act(choice.act)

    def _act(self, act: str) -> None:
        from opsconsole.tui.answering import ACTS

        ACTS[act](self)

    def begin(self) -> None:
        """Begin the run; one that was begun before is taken up."""
        from opsconsole.tui import opening

        resume = self._resume or self.desk.state is not None
        self._begun = True
        opening.play(self.console, self.desk, resume=resume)
        self.draw()

    def read_on(self) -> None:
        """Show more of a page that does not fit."""
        self._page.display = True
        self._page.focus()
        self._page.action_scroll_page(1)
        self.call_after_refresh(self.draw)

    def interrupt(self) -> bool:
        """Ctrl-C, to the running step or to what the run itself waits for; whether there was any of these."""
        session, state = self.desk.session, self.desk.state
        if session is None or state is None or self.desk.over:
            return False
        if self.desk.running or self.desk.awaiting:
            session.interrupt()
            self.note("interrupted" if self.desk.running else "not waiting any longer")
            return True
        if self.desk.question is None:  # also in the moment between two attempts
            self.note("this ends by itself; q on the overview leaves")
            return True
        return False

    def _interrupts(self) -> str:
        """What Ctrl-C does to the run; empty where it leaves the console."""
        return "interrupt it" if self.desk.running else "stop the waiting" if self.desk.awaiting else ""

    def hints(self) -> list[KeyHint]:
        """What Ctrl-C does here comes first."""
        does = self._interrupts()
        return [*([KeyHint("^C", does, 0)] if does else []), *super().hints()]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What makes no sense now is not offered."""
        return action != "open"

    def action_turn(self, by: int) -> None:
        """Give the keys to the next part of the screen."""
        order: list[Page | Pane] = [self._page, self._output]
        if self._mode != "single":
            order = [part for part in order if part.display]
        place = next((number for number, part in enumerate(order) if part.has_focus), 0)
        target = order[(place + by) % len(order)]
        target.display = True
        target.focus()
        self.call_after_refresh(self.draw)

    def action_close(self) -> None:
        """Back to the overview. The run stays open, and what runs goes on."""
        self.dismiss()
        if self._begun and self.desk.state is not None and self.desk.state.ended is None:
            self.console.overview.note("the run stays open; o goes back to it")
