"""The terminal as something that can go away: signals, and a line that is dead."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

_LEAVE_ON: Final = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)

_PATIENCE: Final = 2.0
"""Seconds that leaving may take when the terminal is gone, before the process ends without ceremony."""


def is_dead(descriptor: int | None = None) -> bool:
    """Whether nobody can ever type here again: the other end of the terminal is closed.

    Reading would tell only by spinning at end of file, as Textual's input thread does (its pull request 6690).
    """
    try:
        poll = select.poll()
        poll.register(sys.__stdin__.fileno() if descriptor is None and sys.__stdin__ else descriptor or 0, 0)
        return any(event & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, event in poll.poll(0))
    except (OSError, ValueError):
        return True


def can_be_put_aside() -> bool:
    """Whether a shell above would get the terminal when we are stopped, and could bring us back.

    There is none where the console is the first program of its terminal, as by `ssh -t host opsconsole`, nor behind a
    script that is: our group of processes is an orphaned one (setpgid(2)), and a stop would be for ever.
    """
    group, above = os.getpgrp(), os.getppid()
    try:
        while os.getpgid(above) == group:
            above = int(Path(f"/proc/{above}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[1])
        return os.getsid(above) == os.getsid(0)
    except (OSError, ValueError, IndexError):
        return False


def leave_on_signals(leave: Callable[[int], None]) -> None:
    """Call `leave` with the number of a signal that asks us to go, in the loop: so the terminal is given back."""
    loop = asyncio.get_running_loop()
    for number in _LEAVE_ON:
        with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
            loop.add_signal_handler(number, leave, int(number))


def end_without_ceremony(code: int) -> None:
    """Make sure that the process ends, even when a write to the dead terminal hangs."""
    timer = threading.Timer(_PATIENCE, os._exit, (code,))
    timer.daemon = True
    timer.start()
