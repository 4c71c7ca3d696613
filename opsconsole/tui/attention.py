"""When a key may answer the question that is open: not before it was painted, and not while it is held down. Pure."""

from __future__ import annotations

import math
from typing import Final

from opsconsole.model.questions import Question
from opsconsole.tui.presentation.question import runs_change

QUIET: Final = 0.15
"""Seconds between the painting of a question, or any key, and a key that may answer it."""

LET_GO: Final = 0.7
"""Seconds between the key that ran one change and the same key for the next: more than the pause before a key that is
held down begins to repeat itself."""

_ROUNDING: Final = 1e-6


class Attention:
    """The keyboard over one run. All times are those of one monotonic clock, in seconds."""

    def __init__(self) -> None:
        self._question: Question | None = None
        self._ready_at: float | None = None
        self._key, self._typed_at = "", -math.inf

    def turn_to(self, question: Question | None) -> None:
        """Another question is open; nobody has seen it yet."""
        self._question, self._ready_at = question, None

    def painted(self, now: float) -> float:
        """The question stands on the screen since `now`; the time from which keys answer it."""
        self._ready_at = self._from(now + QUIET)
        return self._ready_at

    def is_ready(self, now: float) -> bool:
        """Whether keys answer the question by now; then, and only then, the screen offers them."""
        return self._ready_at is not None and now >= self._ready_at

    def typed(self, key: str, at: float) -> bool:
        """A key was typed; whether it may answer. One that comes too early puts off the time of being ready."""
        same, since = key == self._key, at - self._typed_at
        self._key, self._typed_at = key, at
        if self._ready_at is None:
            return self._question is None and since >= QUIET
        if at < self._ready_at:
            self._ready_at = self._from(self._ready_at)
            return False
        return since >= (LET_GO if same and runs_change(self._question, key) else QUIET) - _ROUNDING

    @property
    def ready_at(self) -> float | None:
        """The time from which keys answer; None before the question was painted."""
        return self._ready_at

    def _from(self, at: float) -> float:
        return max(at, self._typed_at + LET_GO) if runs_change(self._question, self._key) else at
