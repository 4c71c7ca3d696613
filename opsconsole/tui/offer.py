"""When the question of a run is open to the keyboard: each one anew, after it was painted and the keys were quiet."""

from __future__ import annotations

from opsconsole.model.questions import Question
from opsconsole.tui.attention import Attention


class Offer:
    """The question that stands on the screen, by its number, and whether keys may answer it. Times are monotonic."""

    def __init__(self) -> None:
        self.number = 0
        self._asked: Question | None = None
        self._opened = 0
        self._attention = Attention()

    def turn_to(self, number: int, asked: Question | None) -> bool:
        """Take up the question that is asked now; whether it is another one than before."""
        if (number, asked) == (self.number, self._asked):
            return False
        self.number, self._asked = number, asked
        self._attention.turn_to(asked)
        return True

    def painted(self, number: int, now: float) -> float | None:
        """That question stands there to be read; from when on it may be answered, None if that is known already."""
        if number != self.number or self._attention.ready_at is not None:
            return None
        return self._attention.painted(now)

    def open(self, now: float) -> bool:
        """Open the question to the keys if it is time; whether that was done just now."""
        if self._opened == self.number or not self._attention.is_ready(now):
            return False
        self._opened = self.number
        return True

    def is_open(self, number: int, now: float) -> bool:
        """Whether keys answer the question of that number."""
        return self._opened == self.number == number and self._attention.is_ready(now)

    def typed(self, key: str, at: float) -> tuple[bool, float | None]:
        """A key was pressed: whether it may answer, and the later time from which keys do, if it put that off."""
        before = self._attention.ready_at
        answers = self._attention.typed(key, at)
        after = self._attention.ready_at
        return answers, after if after != before else None
