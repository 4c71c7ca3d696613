"""What a run's screen shows, laid out for its size: outline, page, output, and the question with its keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from opsconsole.tui.canvas import Canvas
from opsconsole.tui.page import Page
from opsconsole.tui.pane import Pane
from opsconsole.tui.presentation import arrangement, prompt, question, reading, runs, steps
from opsconsole.tui.presentation.frames import cost
from opsconsole.tui.presentation.question import Choice
from opsconsole.tui.presentation.reading import Around
from opsconsole.tui.presentation.spans import Line, Span
from opsconsole.tui.presentation.table import Row

if TYPE_CHECKING:
    from opsconsole.tui.desk import Desk


@dataclass(frozen=True, slots=True)
class Asked:
    """What is said below the page, and the keys that answer by now. `number` tells one question from the next."""

    words: Sequence[Line]
    offered: tuple[Choice, ...]
    number: int


class Sheet(Vertical):
    """One step of a run, or the runbook before it is begun. It draws; keys and their meaning are the screen's."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(classes="fills")
        self.desk = desk
        self.outline = Pane("outline", "Steps")
        self.outline.can_focus = False
        self.page = Page("page", "Runbook")
        self.output = Page("output", "Output", follow=True)
        self._asking = Canvas(id="question")
        self._looked_at: tuple[int | None, int] | None = None
        self._vital = 0
        self._told: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """Outline beside page and output; the question below."""
        with Horizontal(classes="fills"):
            yield self.outline
            with Vertical(id="right"):
                yield self.page
                yield self.output
        yield self._asking

    @property
    def mode(self) -> arrangement.Mode:
        """How much there is room for."""
        return arrangement.mode(self.app.size.width, self.app.size.height)

    @property
    def read_on(self) -> bool:
        """Whether something of what will run has not been in sight yet."""
        return self.page.seen_to < self._vital

    @property
    def read(self) -> Page:
        """The part that has the keys, which is the one that is searched."""
        return self.output if self.output.has_focus else self.page

    @property
    def beyond(self) -> str:
        """Where more is than what has the keys holds; empty where that is all."""
        dropped = self.desk.printed.dropped if self.read is self.output else 0
        return f"{dropped} earlier lines are on disk only" if dropped else ""

    def draw(self, asked: Callable[[], Asked], around: Around) -> None:
        """Draw all from the desk. What is `asked` is worked out again at the end: keys go by what was in sight."""
        room = self._arrange(self._question_lines(asked()))
        self._draw_outline()
        self._draw_page(asked().number, around, room)
        self._share(room)
        self._draw_output()
        self.draw_question(asked())

    def draw_question(self, asked: Asked) -> None:
        """Only the question, where only clocks have moved."""
        self._show_question(self._question_lines(asked))

    # --- its parts ---------------------------------------------------------------------------------------

    def _arrange(self, lines: Sequence[Line]) -> int:
        """What is shown at all, and the question, which gets all the lines it needs; how many are left."""
        mode = self.mode
        self.outline.display = mode == "wide"
        for page in (self.page, self.output):
            page.frame = "box" if mode == "wide" else "rule"
        self._show_question(lines)
        only_output = mode == "single" and self.output.has_focus
        self.page.display = not only_output
        self.output.display = only_output if mode == "single" else len(self.desk.printed) > 0
        return max(self.app.size.height - 2 - len(lines), 2)

    def _page_height(self, room: int, wanted: int) -> int:
        """How many of `room` lines a page of so many gets."""
        if self.mode == "single":
            return room
        return arrangement.text_height(room, wanted, len(self.desk.printed), running=self.desk.running)

    def _share(self, room: int) -> None:
        """Share the lines: the page what it wants by now, the output the others."""
        text = self._page_height(room, self.page.wants)
        _set_height(self.page, text)
        _set_height(self.output, room if self.mode == "single" else room - text)
        self._tell_size(room)

    def _tell_size(self, room: int) -> None:
        """Let the run's terminal be as large as the output can count on; not at every line that it grows."""
        session = self.desk.session
        frame = cost(self.output.frame)
        size = (self.page.inner_width, (room if self.mode == "single" else room // 2) - frame)
        told = (session, *size)
        if session is not None and min(size) > 0 and told != self._told:
            self._told = told
            session.resize(*size)

    def outline_rows(self, width: int) -> list[Row]:
        """All steps, and how far each is."""
        state = self.desk.state
        taken = state.steps if state is not None else steps.not_begun(self.desk.runbook)
        return steps.outline(taken, self._place(), width)

    def _place(self) -> int | None:
        state = self.desk.state
        return runs.place(state, self.desk.question) if state is not None else None

    def _draw_outline(self) -> None:
        if self.outline.display:
            self.outline.cursor = str(self._place())
            self.outline.show_rows(self.outline_rows(self.outline.inner_width))

    def _draw_page(self, number: int, around: Around, room: int) -> None:
        desk, page = self.desk, self.page
        # What it can have decides the order, not what the step before had: that is still its height here.
        size = (page.inner_width, self._page_height(room, room) - cost(page.frame))
        shown = reading.of_run(desk.runbook, desk.state, desk.question, around, size)
        self._vital, page.heading = shown.page.vital, shown.heading
        looked_at = (shown.place, number)
        page.show_page(shown.page.lines, top=shown.place is not None and looked_at != self._looked_at)
        self._looked_at = looked_at

    def _draw_output(self) -> None:
        printed = self.desk.printed
        if self.output.display:
            dropped = f" (the first {printed.dropped} lines are on disk only)" if printed.dropped else ""
            self.output.heading = f"Output{dropped}"
            self.output.show_source(len(printed), printed.slice)

    def _question_lines(self, asked: Asked) -> list[Line]:
        size = max(self.app.size.width - 2, 10)
        keys = prompt.keys(asked.offered, size)
        if not keys and self.desk.question is not None:
            # Their place is kept, so that nothing moves when they are offered.
            keys = [()] * len(prompt.keys(question.choices(self.desk.question), size))
        return [*((Span(" "), *each) for each in asked.words), *keys]

    def _show_question(self, lines: Sequence[Line]) -> None:
        _set_height(self._asking, len(lines))
        self._asking.show(lines, dict.fromkeys(range(len(lines)), "question"))

    # --- moving in it ------------------------------------------------------------------------------------

    def turn(self, by: int) -> None:
        """Give the keys to the next part."""
        order = [self.page, self.output]
        if self.mode != "single":
            order = [part for part in order if part.display]
        place = next((number for number, part in enumerate(order) if part.has_focus), 0)
        target = order[(place + by) % len(order)]
        target.display = True
        target.focus()

    def show_more(self) -> None:
        """Show more of a page that does not fit."""
        self.page.display = True
        self.page.focus()
        self.page.action_scroll_page(1)


def _set_height(widget: Canvas, lines: int) -> None:
    if widget.styles.height is None or widget.styles.height.value != lines:
        widget.styles.height = lines
