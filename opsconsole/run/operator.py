"""The port through which a run asks a person. The console, the plain command line and test scripts implement it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from opsconsole.model.questions import Answer, Question
from opsconsole.model.run import RunState
from opsconsole.run.real import RealTerminal


class Operator(Protocol):
    """Somebody who answers. All of it is called from the session's own event loop."""

    async def answer(self, state: RunState, question: Question) -> Answer:
        """The person's answer. May take for ever; is cancelled when the question is no longer open."""
        ...

    def update(self, state: RunState) -> None:
        """The run has moved: draw this state. Never blocks."""
        ...

    def output(self, text: str) -> None:
        """More of what the running part prints: decoded, secrets masked, escapes not yet taken off. Never blocks."""
        ...

    def tell(self, words: str) -> None:
        """One line about what the person has just asked for. Never blocks."""
        ...

    def lend_terminal(self) -> AbstractContextManager[RealTerminal | None]:
        """The person's own terminal, for a program; nothing else is drawn on it meanwhile. None where there is none."""
        ...

    @property
    def has_terminal(self) -> bool:
        """Whether there is one to lend."""
        ...
