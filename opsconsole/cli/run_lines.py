"""The plain terminal as an operator: questions and answers in lines."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from opsconsole.cli.keys import Keys
from opsconsole.cli.output import coloured, write
from opsconsole.cli.plainly import Plainly
from opsconsole.cli.run_beside import (
    alternatives,
    clock,
    closing_words,
    escalation,
    heading,
    held,
    lately_lines,
    met_lines,
    step_heading,
)
from opsconsole.cli.run_text import Ink, keys_of, ops_check_lines, prompt, question_lines, result_line
from opsconsole.model.questions import (
    Answer,
    Apart,
    AskConfirm,
    AskEnd,
    AskFailed,
    AskInput,
    AskTick,
    AskUnknown,
    AskWay,
    Back,
    Edit,
    Here,
    Leave,
    Override,
    Pick,
    Question,
    Rest,
    Retry,
    Shell,
    Skip,
    Stop,
    Value,
    Yes,
)
from opsconsole.model.run import Progress, Prompt, RunState
from opsconsole.model.runbook import Risk
from opsconsole.model.text import one_line
from opsconsole.run.met import Met
from opsconsole.run.real import RealTerminal, is_at_terminal, real_terminal

_WORDS: Final = {
    **{"yes": "y", "done": "d", "retry": "r", "run": "r", "skip": "s", "edit": "e", "undo": "u"},
    **{"all": "a", "apart": "p", "override": "o", "here": "h", "keep": "k"},
    **{"take": "t", "back": "b", "stop": "q", "quit": "q", "leave": "l"},
}

_PLAIN: Final[dict[str, type[Retry | Rest | Apart | Here | Leave]]] = {
    **{"r": Retry, "a": Rest, "p": Apart, "h": Here, "l": Leave},
}
"""Answers that need no more words."""


@dataclass(slots=True)
class LineOperator:
    """Somebody at a plain terminal, or a script behind a pipe.

    `yes_to_read` lets looks run unasked. `type_into` takes keys for the running part, `take_terminal` gives it all of
    this terminal. `left_because` says why the run was left open, where the operator did not say so. `contacts` are
    those of the stack.
    """

    keys: Keys
    ink: Ink = field(default_factory=Ink)
    yes_to_read: bool = False
    type_into: Callable[[str], None] | None = None
    take_terminal: Callable[[], None] | None = None
    left_because: str = ""
    contacts: Mapping[str, str] = field(default_factory=dict)
    _headed: bool = False
    _lately_told: bool = False
    _step_shown: int = -1
    _checks_shown: int = 0
    _told: dict[tuple[int, int], tuple[int, Progress]] = field(default_factory=dict)
    _waiting: bool = False
    _greening: bool = False
    _asking: bool = False
    _prompt: Prompt | None = None
    _lent: bool = False
    _state: RunState | None = None
    _line_open: bool = False
    _met: Met = field(default_factory=Met)
    _meets: int = -1
    _plainly: Plainly = field(default_factory=Plainly)

    @classmethod
    def at_the_terminal(
        cls, *, no_color: bool, yes_to_read: bool = False, contacts: Mapping[str, str] | None = None
    ) -> LineOperator:
        """The operator at standard input and output."""
        return cls(Keys(), Ink(coloured(sys.stdout, no_color)), yes_to_read, contacts=contacts or {})

    # --- what happens --------------------------------------------------------------------------------------------

    def update(self, state: RunState) -> None:
        """Tell what is new: results, OPS-checks, what is waited for."""
        if not self._headed:
            self._headed = True
            self._say(heading(state))
            self._told = dict(self._standing(state))
            self._checks_shown = len(state.ops_checks)
        if state.lately is not None and not self._lately_told:
            self._lately_told = True
            self._say(lately_lines(state))
        self._state = state
        self._forward_keys(state)
        self._meet(state)
        self._note_prompt(state.prompt)
        for place, standing in self._standing(state).items():
            if self._told.get(place) != standing:
                self._told[place] = standing
                step = state.steps[place[0]]
                if step.parts[place[1]].started is not None:
                    self._say(met_lines(step.step, self._met.seen, self.ink))
                self._say(result_line(step.parts[place[1]], self.ink))
        for number in range(self._checks_shown, len(state.ops_checks)):
            before = state.ops_checks[number - 1] if number else None
            self._say(ops_check_lines(state.ops_checks[number], before))
        self._checks_shown = len(state.ops_checks)
        if state.waiting and not self._waiting:
            self._say(f"  … {state.waiting}\n")
        self._waiting = bool(state.waiting)
        if state.green and (" of " in state.green) != self._greening:
            self._greening = not self._greening
            self._say(f"  {'…' if self._greening else '✓'} {one_line(state.green)}\n")

    def _standing(self, state: RunState) -> dict[tuple[int, int], tuple[int, Progress]]:
        return {
            (step, part): (now.attempt, now.progress)
            for step, here in enumerate(state.steps)
            for part, now in enumerate(here.parts)
            if now.judged
        }

    def _forward_keys(self, state: RunState) -> None:
        if self._lent:
            return
        parts = (part for here in state.steps for part in here.parts)
        running = state.shell is not None or any(part.progress is Progress.RUNNING for part in parts)
        self.keys.forward(self._typed if running and self.type_into and not self._asking else None)

    def _typed(self, keys: str) -> None:
        """Into what runs, but for the key that gives it the whole terminal."""
        before, taken, _ = keys.partition("\x1d")
        if before and self.type_into is not None:
            self.type_into(before)
        if taken and self.take_terminal is not None:
            self.take_terminal()

    def _note_prompt(self, prompt: Prompt | None) -> None:
        """Say that a password is asked for: it is typed like any other answer, and nobody sees it."""
        asked, self._prompt = prompt is not None and prompt != self._prompt, prompt
        if not asked or prompt is None or self._lent:
            return
        if not self.keys.terminal:
            self._say(f"  it asks: {prompt.text}  Nobody can type here.\n")
        elif prompt.secret:
            self._say("  (a password: what you type is not shown and not kept) > ")

    def _meet(self, state: RunState) -> None:
        """Another step runs: other lines are expected of it."""
        running = next((n for n, here in enumerate(state.steps) if here.progress is Progress.RUNNING), None)
        if running is not None and running != self._meets:
            self._meets, self._met = running, Met(state.steps[running].step.expected)

    def output(self, text: str) -> None:
        """What the running part prints, without its escapes; where it has the terminal, it has shown it itself."""
        self._met.feed(text)
        if not self._lent:
            self._write(self._plainly.feed(text))

    def tell(self, words: str) -> None:
        """One line for the person."""
        self._say(f"  {one_line(words)}\n")

    @property
    def has_terminal(self) -> bool:
        """Whether there is a terminal on both sides."""
        return self.keys.terminal and is_at_terminal()

    @contextmanager
    def lend_terminal(self) -> Iterator[RealTerminal | None]:
        """This very terminal, as it was when we came."""
        if not self.has_terminal:
            yield None
            return
        self._write(self._plainly.flush())
        sys.stdout.flush()
        self.keys.pause()
        self._lent = True
        try:
            with real_terminal() as real:
                yield real
        finally:
            self._lent = False
            self.keys.go_on()
            if self._state is not None:
                self._forward_keys(self._state)
            self._line_open = False
            self._say("\n── opsconsole has the terminal again ──\n")

    def _say(self, text: str) -> None:
        if not text:
            return
        self._write(self._plainly.flush())
        self._write(("\n" if self._line_open else "") + text)

    def _write(self, text: str) -> None:
        if text:
            self._line_open = not text.endswith("\n")
            write(text)

    # --- questions -----------------------------------------------------------------------------------------------

    async def answer(self, state: RunState, question: Question) -> Answer:
        """The answer; the run is left open at the end of the input. Until then keys answer, also while a step runs."""
        self._asking = True
        self.keys.forward(None)
        try:
            return await self._answer(state, question)
        finally:
            self._asking = False

    async def _answer(self, state: RunState, question: Question) -> Answer:
        self._put(state, question)
        if self._needs_no_answer(question):
            return Yes()
        self.keys.forget()
        while True:
            line = await self._line(prompt(question), secret=isinstance(question, AskInput) and question.secret)
            if line is None:
                return self._nobody_left(question)
            if line.strip().lower() in ("v", "values") and "v" in keys_of(question):
                self._say(held(state))
                continue
            answer = await self._understand(state, question, line)
            if answer is not None:
                return answer
            self._say("  that is none of the answers\n")

    def _put(self, state: RunState, question: Question) -> None:
        """The question, and what is to be read before it."""
        step = getattr(question, "step", None)
        if isinstance(step, int) and step != self._step_shown:
            self._step_shown = step
            self._say(step_heading(state, step, self.ink))
        self._say(clock(state, time.time(), self.ink))
        if isinstance(question, AskWay) and question.alternatives:
            self._say(alternatives(state, question))
            self._step_shown = -1  # what its author says of the one that is picked is to be read then
        self._say(question_lines(question, self.ink))
        if isinstance(question, AskFailed | AskUnknown) or (isinstance(question, AskEnd) and question.still_wrong):
            self._say(escalation(state, self.contacts))
        if isinstance(question, AskEnd):
            self._say(closing_words(state))
        if isinstance(question, AskTick):
            self._say(f"  [ ] {state.steps[question.step].step.text}\n")

    def _needs_no_answer(self, question: Question) -> bool:
        if not self.yes_to_read or not isinstance(question, AskConfirm):
            return False
        return question.command.risk is Risk.READ and question.mode == "no" and not question.refused

    def _nobody_left(self, question: Question) -> Answer:
        if isinstance(question, AskConfirm) and question.refused and not self.keys.terminal:
            return Stop(question.refused)
        self.left_because = "the input has ended"
        return Leave()

    async def _line(self, asking: str, secret: bool = False) -> str | None:
        self._say(asking)
        self.keys.quiet(secret)
        try:
            line = await self.keys.line()
        finally:
            self.keys.quiet(False)
        if self.keys.terminal and not secret and line is not None:
            self._line_open = False  # the terminal has shown the answer and gone to the next line
        else:
            self._write("\n" if secret or line is None else f"{line}\n")
        return line

    async def _understand(self, state: RunState, question: Question, line: str) -> Answer | None:
        """What a line means as an answer; None where it means nothing."""
        if line.strip() == "!":
            return Shell()
        if isinstance(question, AskInput):
            return Value(line or question.suggestion)
        word = line.strip()
        if (meant := _by_itself(question, word)) is not None:
            return meant
        key = _WORDS.get(word.lower(), word.lower())
        if len(key) != 1 or key not in keys_of(question):
            return None
        if key == "u" and isinstance(question, AskFailed) and question.undo_step is not None:
            return Back(question.undo_step)
        return await self._meant_by(key, state)

    async def _meant_by(self, key: str, state: RunState) -> Answer | None:
        answer: Answer | None
        match key:
            case "s" | "k" | "o":
                answer = await self._with_a_reason(key)
            case "n":
                answer = Yes(note=await self._line("A note for the report: > ") or "")
            case "q":
                answer = Stop(await self._line("Why? (may be empty) > ") or "")
            case "e":
                text = await self._text("The new command, ended by an empty line:\n")
                answer = Edit(text) if text else None
            case "b":
                answer = await self._back(state)
            case _:
                answer = _PLAIN[key]() if key in _PLAIN else Yes()
        return answer

    async def _with_a_reason(self, key: str) -> Answer | None:
        """What is not done without one."""
        rule = key == "o"
        reason = await self._line("Why is the rule broken? It stands in the report. > " if rule else "Why? > ")
        if not reason or not reason.strip():
            self._say("  that needs a reason\n")
            return None
        return Override(reason) if rule else Skip(reason, keep=key == "k")

    async def _back(self, state: RunState) -> Answer | None:
        names = "".join(f"  {n} {here.step.name} ({here.progress.value})\n" for n, here in enumerate(state.steps, 1))
        line = await self._line(f"{names}To which step? > ")
        number = int(line) if line and line.strip().isdecimal() else 0
        return Back(number - 1) if 1 <= number <= len(state.steps) else None

    async def _text(self, asking: str) -> str:
        lines = []
        line = await self._line(asking)
        while line:
            lines.append(line)
            line = await self._line("")
        return "\n".join(lines)


def _by_itself(question: Question, word: str) -> Answer | None:
    """What is an answer without being one of the letters: a name, a number, Enter."""
    match question:
        case AskConfirm(mode="type", refused="") if word == question.target:
            return Yes(typed=word)
        case AskConfirm(mode="no", refused="") if not word:
            return Yes()
        case AskWay() if word.isdecimal() and 1 <= int(word) <= len(question.ways):
            return Pick(int(word) - 1)
        case _:
            return None
