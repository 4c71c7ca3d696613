"""One part of a run while it runs, as the holder sees it. Standard library only."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from opsconsole.run.aftermath import Aftermath
from opsconsole.run.keep import Kept
from opsconsole.run.leftovers import label_for, left_running
from opsconsole.run.modes import Modes
from opsconsole.run.prompting import Asking
from opsconsole.run.terminal import Terminal, in_session

MARK_WITHIN: Final = 2.0
"""Seconds to wait for the end of the output after the process is gone; it takes none unless something is very wrong."""
KILL_AFTER: Final = 10.0
"""Seconds between SIGTERM and SIGKILL where the step does not say (runbook-format.md)."""
RECENT: Final = 16 << 10
"""Bytes printed last that are kept for a terminal that comes later, or could not keep up."""


@dataclass(slots=True)
class Running:
    """A started part, or a shell besides them. Moments are of the monotonic clock.

    `began` is when its process did, in ticks since boot; `opened` is the same for a shell, whose jobs are groups of
    their own, and None for a part.
    `recent` is the end of what was printed, `heard` the moment of the last of it.
    """

    about: dict[str, Any]
    pid: int
    output: Path
    kept: Kept
    aftermath: Aftermath
    timeout: float | None
    kill_after: float = KILL_AFTER
    since: float = field(default_factory=time.monotonic)
    kill_at: float | None = None
    exit: int | None = None
    took: float = 0.0
    mark: bytes = b""
    marked: bool = False
    mark_by: float = 0.0
    tail: bytes = b""
    interrupted: bool = False
    timed_out: bool = False
    began: int = 0
    opened: int | None = None
    recent: bytes = b""
    heard: float = field(default_factory=time.monotonic)
    asking: Asking = field(default_factory=Asking)
    modes: Modes = field(default_factory=Modes)
    attached_before: bool = False

    @property
    def fresh(self) -> bool:
        """Whether all that was printed is in `recent`, and no terminal has answered to it yet."""
        return not self.attached_before and self.kept.size + self.kept.lost <= len(self.recent)

    def shown(self, chunk: bytes) -> None:
        """More of the output, as it may be seen."""
        self.recent = (self.recent + chunk)[-RECENT:]
        self.heard = time.monotonic()
        self.asking.feed(chunk)
        self.modes.feed(chunk)

    def deadline(self) -> float | None:
        """When `due` has something to do next."""
        if self.exit is not None:
            return self.mark_by
        moments = [self.kill_at] if self.kill_at else [self.since + self.timeout] if self.timeout else []
        return min(moments, default=None)

    def due(self, now: float) -> None:
        """Do what the clock asks for: end a part that has had its time."""
        if self.exit is not None:
            return
        if self.kill_at is not None:
            if now >= self.kill_at:
                self._signal(signal.SIGKILL)
                self.kill_at = now + 1
        elif self.timeout is not None and now >= self.since + self.timeout:
            self.timed_out = True
            self.terminate(now)

    def terminate(self, now: float) -> None:
        """SIGTERM to the whole group now, SIGKILL when its grace is over."""
        self._signal(signal.SIGTERM)
        self._signal(signal.SIGCONT)
        self.kill_at = now + self.kill_after

    def _signal(self, number: signal.Signals) -> None:
        with suppress(OSError):
            os.killpg(self.pid, number)
        if self.opened is not None:
            for pid in in_session(self.opened):
                with suppress(OSError):
                    # a shell at its prompt does not listen to SIGTERM
                    os.kill(pid, signal.SIGHUP if number is signal.SIGTERM else number)

    def _wake(self, stopped_by: int) -> None:
        """A part that Ctrl-Z has stopped, or that has stopped itself, goes on: no shell is there to wake it again."""
        if stopped_by == signal.SIGTSTP and self.opened is None:
            self._signal(signal.SIGCONT)

    def gone(self, terminal: Terminal) -> bool:
        """Whether the process has ended; the first time that it has, its output is given a mark to end at."""
        if self.exit is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
            except ChildProcessError:
                pid, status = self.pid, 0x7F00
            if pid and os.WIFSTOPPED(status):
                self._wake(os.WSTOPSIG(status))
                return False
            if pid == 0:
                return False
            self.exit = os.waitstatus_to_exitcode(status)
            now = time.monotonic()
            self.took = now - self.since
            self.mark_by = now + MARK_WITHIN
            self.mark = terminal.reclaim()
        if not self.marked:
            self.marked = terminal.say(self.mark)
        return True

    def take(self, chunk: bytes) -> bool:
        """More of the output; whether its end has been seen."""
        if self.exit is None:
            self.kept.add(chunk)
            return False
        data = self.tail + chunk
        before, mark, after = data.partition(self.mark)
        if mark:
            self.kept.add(before + after)
            self.tail = b""
            return True
        keep = len(self.mark) - 1
        self.kept.add(data[:-keep])
        self.tail = data[-keep:]
        return False

    def result(self) -> dict[str, Any]:
        """What the journal says of its end. The output is complete after this."""
        self.kept.add(self.tail)
        self.tail = b""
        self.kept.finish()
        self.kept.close()
        session = self.aftermath.read()
        return {
            **self.about,
            "exit": self.exit,
            "seconds": round(self.took, 3),
            "timed_out": self.timed_out,
            "interrupted": self.interrupted,
            "size": self.kept.size,
            "lost": self.kept.lost,
            "left": left_running(self.pid, label_for(self.output), self.began, self.took, session=self._session),
            **({} if session is None else {"session": session}),
        }

    @property
    def _session(self) -> int | None:
        return None if self.opened is None else os.getsid(0)
