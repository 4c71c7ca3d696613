"""An operator who answers by a script."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import TypeAlias

from opsconsole.model.questions import Answer, Leave, Question
from opsconsole.model.run import RunState

Line: TypeAlias = "Answer | Callable[[RunState, Question], Answer]"


class ScriptedOperator:
    """Gives its answers in order and leaves the run open when it has none left. Keeps what it was asked and shown."""

    def __init__(self, answers: Iterable[Line] = ()) -> None:
        self.answers = list(answers)
        self.asked: list[Question] = []
        self.states: list[RunState] = []
        self.seen = ""
        self.told: list[str] = []

    async def answer(self, state: RunState, question: Question) -> Answer:
        self.asked.append(question)
        if not self.answers:
            return Leave()
        line = self.answers.pop(0)
        return line(state, question) if callable(line) else line

    def update(self, state: RunState) -> None:
        self.states.append(state)

    def output(self, text: str) -> None:
        self.seen += text

    def tell(self, words: str) -> None:
        self.told.append(words)

    def lend_terminal(self) -> AbstractContextManager[None]:
        return nullcontext()

    @property
    def has_terminal(self) -> bool:
        return False

    def asked_of(self, kind: type) -> list[Question]:
        """The questions of one kind, in the order in which they were asked."""
        return [question for question in self.asked if isinstance(question, kind)]
