"""The console's side of one run: it stands between the session, which asks, and the screen, which may come and go."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from opsconsole.model.questions import Answer, AskConfirm, AskWatch, Leave, Question
from opsconsole.model.run import PartState, Progress, RunState, ShellState
from opsconsole.model.runbook import Runbook
from opsconsole.model.text import one_line
from opsconsole.model.trouble import TroubleError
from opsconsole.run.met import Met
from opsconsole.tui.presentation.lately import Beside
from opsconsole.tui.presentation.printed import Printed
from opsconsole.tui.presentation.steps import unproven
from opsconsole.tui.presentation.transcript import ending, expected, heading

if TYPE_CHECKING:
    from opsconsole.run.operator import Operator
    from opsconsole.run.real import RealTerminal


class PlaysRun(Protocol):
    """What the desk needs of a session (`opsconsole.run.session.Session`)."""

    @property
    def state(self) -> RunState:
        """The run as its journal tells it."""
        ...

    @property
    def folder(self) -> Path:
        """Where its journal and all that was printed are kept."""
        ...

    async def play(self) -> RunState:
        """Until it has ended or is left open."""
        ...

    def interrupt(self) -> None:
        """Ctrl-C for the running part."""
        ...

    def send_input(self, text: str) -> None:
        """Type into the running part."""
        ...

    def take_terminal(self) -> None:
        """Give what runs the person's own terminal."""
        ...

    def resize(self, cols: int, rows: int) -> None:
        """The size of the run's terminal."""
        ...

    async def close(self) -> None:
        """Let go; a running step goes on."""
        ...


class Desk:
    """One run at this console. It is the run's operator: it keeps a question until somebody answers it.

    `since` is when what it treats began, `beside` what changed on the box before it, as far as either is known.
    """

    def __init__(self, runbook: Runbook, reason: str, inputs: dict[str, str]) -> None:
        self.runbook = runbook
        self.reason = reason
        self.inputs = inputs
        self.state: RunState | None = None
        self.question: Question | None = None
        self.asked = 0
        self.since: float | None = None
        self.beside: Beside | None = None
        self.printed = Printed()
        self.met = Met()
        self.trouble = ""
        self.read_only = False
        self.over = False
        self.changed: Callable[[], None] = nobody
        self.say: Callable[[str], None] = nobody_hears
        self.lend: Callable[[], AbstractContextManager[RealTerminal | None]] | None = None
        self.session: PlaysRun | None = None
        self._answer: asyncio.Future[Answer] | None = None
        self._part: tuple[int, int, int] | None = None

    # --- the session's side ------------------------------------------------------------------------------

    async def answer(self, state: RunState, question: Question) -> Answer:
        """Wait for the person; see `opsconsole.run.operator.Operator`."""
        self.update(state)
        self._answer = asyncio.get_running_loop().create_future()
        self.question, self.asked = question, self.asked + 1
        self.changed()
        try:
            return await self._answer
        finally:
            self.question = self._answer = None
            self.changed()

    def update(self, state: RunState) -> None:
        """The run has moved."""
        self._mark(self.state, state)
        self.state = state
        self.changed()

    def output(self, text: str) -> None:
        """More of what the running part prints."""
        self.printed.feed(text)
        self.met.feed(text)
        self.changed()

    def tell(self, words: str) -> None:
        """One line for the person."""
        self.say(one_line(words))

    @property
    def has_terminal(self) -> bool:
        """Whether the console can lend the terminal that it is on."""
        return self.lend is not None

    def lend_terminal(self) -> AbstractContextManager[RealTerminal | None]:
        """The console's own terminal; the console draws nothing meanwhile."""
        return self.lend() if self.lend is not None else nullcontext()

    def _mark(self, before: RunState | None, after: RunState) -> None:
        """In the transcript, set off what each part printed: the command above it, how it ended below."""
        for place, step in enumerate(after.steps):
            for number, part in enumerate(step.parts):
                key = (place, number, part.attempt)
                old = _part(before, place, number)
                if part.progress is Progress.RUNNING and self._part != key:
                    self._part = key
                    self.met = Met(step.step.expected)
                    self.printed.mark(heading(step, part))
                elif self._part == key and old is not None and old.ended is None and part.ended is not None:
                    for each in (*expected(step, self.met.seen), ending(part)):
                        self.printed.mark(each)

    # --- the person's side -------------------------------------------------------------------------------

    async def play(self, begin: Callable[[Operator], Awaitable[PlaysRun]]) -> None:
        """Begin or take up the run, and see it through until it ends or is left."""
        self.over, self.trouble = False, ""
        await self.close()
        try:
            self.session = await begin(self)
            self.update(self.session.state)
            self.update(await self.session.play())
        except TroubleError as error:
            self.trouble = one_line(" · ".join(map(str, error.troubles)), 400)
        except Exception as fault:
            self.trouble = one_line(f"a fault of ours: {type(fault).__name__}: {fault}", 400)
            raise
        finally:
            self.over = True
            self.changed()

    def give(self, answer: Answer) -> None:
        """The person's answer to the question that is open."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(answer)

    def leave(self) -> None:
        """Leave the run open, to be taken up later."""
        self.give(Leave())

    @property
    def running(self) -> bool:
        """Whether one of its commands is running now, or a shell is open."""
        return self.running_part is not None or self.shell is not None

    @property
    def shell(self) -> ShellState | None:
        """The shell that is open now."""
        return self.state.shell if self.state is not None and not self.over else None

    @property
    def running_part(self) -> PartState | None:
        """The part that is running now, unless another console steers the run: what runs is not ours then."""
        if self.state is None or self.over or isinstance(self.question, AskWatch):
            return None
        parts = (part for step in self.state.steps for part in step.parts)
        return next((part for part in parts if part.progress is Progress.RUNNING), None)

    @property
    def awaiting(self) -> bool:
        """Whether the run waits for a step to prove itself, which can be cut short."""
        if self.state is None or self.over or self.question is not None or self.running:
            return False
        return bool(self.state.waiting) and any(map(unproven, self.state.steps))

    @property
    def confirming(self) -> AskConfirm | None:
        """The question whether a command may run, if that is what is asked."""
        return self.question if isinstance(self.question, AskConfirm) else None

    async def close(self) -> None:
        """Let go of the run; what runs goes on."""
        if self.session is not None:
            await self.session.close()
            self.session = None


def _part(state: RunState | None, place: int, number: int) -> PartState | None:
    if state is None or place >= len(state.steps) or number >= len(state.steps[place].parts):
        return None
    return state.steps[place].parts[number]


def nobody_hears(words: str) -> None:
    """Nobody listens."""


def nobody() -> None:
    """Nobody looks."""
