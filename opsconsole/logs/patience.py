"""Searching with an expression that somebody typed, which may take for ever on some line: it is stopped."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

LONGEST: Final = 0.1
"""Seconds of processor time that one look with an expression may take; a busy box makes none of them longer."""


class TooSlowError(Exception):
    """The expression took too long."""


@contextmanager
def bounded(seconds: float = LONGEST) -> Iterator[None]:
    """TooSlowError when what is inside takes longer, even within one call of `re`, which looks for signals.

    Only the main thread of a program is told of signals: elsewhere nothing is bounded.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    inside = True

    def stop(number: int, frame: FrameType | None) -> None:
        if inside:
            raise TooSlowError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        inside = False
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
