"""What a run's holder has at work: one part or shell at a time, and its result until that is on disk.

Standard library only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from opsconsole.run.guests import Guest, Refused
from opsconsole.run.kinds import Kind
from opsconsole.run.prompting import Passwords
from opsconsole.run.running import Running
from opsconsole.run.starting import start, start_shell
from opsconsole.run.terminal import Terminal

_TELL_EVERY: Final = 0.03
_RETRY_EVERY: Final = 2.0


class Work:
    """`write` puts an entry into the journal (OSError where it cannot), `tell` says something to every console."""

    def __init__(
        self,
        folder: Path,
        terminal: Terminal,
        umask: int,
        passwords: Passwords,
        write: Callable[[str, dict[str, Any]], int],
        tell: Callable[[dict[str, Any]], None],
    ) -> None:
        self.running: Running | None = None
        self.unsaved: dict[str, Any] | None = None
        self.secrets: dict[str, str] = {}
        """What parts have left that nobody may write down: it lives here alone, and is asked for anew after us."""
        self._secrets_to_be: dict[str, str] = {}
        self._folder = folder
        self._terminal = terminal
        self._umask = umask
        self._passwords = passwords
        self._write = write
        self._tell = tell
        self._tell_at: float | None = None
        self._retry_at = 0.0

    @property
    def is_at_it(self) -> bool:
        """Whether something runs, or has a result that is not on disk yet."""
        return self.running is not None or self.unsaved is not None

    def begin(self, message: dict[str, Any], shown: Callable[[Running, bytes], None]) -> int:
        """Start what `message` describes; the number of its entry. `shown` gets what it prints, as it may be seen."""
        start_it = start_shell if "number" in message else start
        running, seq = start_it(
            message,
            self._folder,
            self._terminal,
            self._umask,
            self._write,
            self.secrets,
            self._passwords.known,
        )
        running.kept.tap = lambda chunk: shown(running, chunk)
        self.running = running
        return seq

    def take_over_secrets(self) -> None:
        """What the last part left counts from now on, as in the run's state (core.py)."""
        self.secrets |= self._secrets_to_be

    def about(self) -> dict[str, Any]:
        """What runs, and what of it is not on disk yet, for a console that comes."""
        running = self.running
        now = running and {**running.about, "pid": running.pid, "size": running.kept.size}
        return {"running": now, "unsaved": self.unsaved}

    # --- time ----------------------------------------------------------------------------------------------------

    def moments(self) -> Iterator[float]:
        """When `due` has something to do next."""
        if self.running and (deadline := self.running.deadline()) is not None:
            yield deadline
        if self._tell_at is not None:
            yield self._tell_at
        if self.unsaved is not None:
            yield self._retry_at

    def due(self, now: float) -> None:
        """Whatever woke the holder: has it ended, is its time over, can its result be written?"""
        if self.running is not None:
            self.running.due(now)
            if self.running.gone(self._terminal) and now >= self.running.mark_by:
                self._ended(self.running)
        if self.unsaved is not None and now >= self._retry_at:
            self._save_result(now)
        if self._tell_at is not None and now >= self._tell_at:
            self._tell_output(self.running)

    # --- output and end ------------------------------------------------------------------------------------------

    def printed(self, chunk: bytes) -> None:
        """More of what the terminal prints. What earlier steps left running still prints; it belongs to no part."""
        if self.running is None:
            return
        over = self.running.take(chunk)
        if self._tell_at is None:
            self._tell_at = time.monotonic() + _TELL_EVERY
        if over:
            self._ended(self.running)

    def _ended(self, running: Running) -> None:
        self.running = None
        self.unsaved = running.result()
        self._secrets_to_be = running.aftermath.values
        self._tell_output(running)
        self._save_result(time.monotonic())

    def _save_result(self, now: float) -> None:
        """The result on disk. Where the disk does not take it, it is kept and tried again: it must not be lost."""
        if self.unsaved is None:
            return
        try:
            self._write(Kind.ENDED if "step" in self.unsaved else Kind.SHELL_ENDED, self.unsaved)
        except OSError as error:
            self._retry_at = now + _RETRY_EVERY
            self._tell({"event": "stuck", "reason": f"its result cannot be written yet: {error.strerror}"})
        else:
            self.unsaved = None

    def _tell_output(self, running: Running | None) -> None:
        self._tell_at = None
        if running is not None:
            self._tell({"event": "output", "output": running.output.name, "size": running.kept.size})

    # --- orders --------------------------------------------------------------------------------------------------

    def end_soon(self) -> None:
        """Ask what runs to end, unless it has been asked already."""
        if self.running is not None and self.running.kill_at is None:
            self.running.terminate(time.monotonic())

    def interrupt(self, message: dict[str, Any], guest: Guest) -> dict[str, Any]:
        """What Ctrl-C does."""
        if self.running is not None and self.running.exit is None:
            self.running.interrupted = True
            self._terminal.interrupt(self.running.pid)
        return {}

    def terminate(self, message: dict[str, Any], guest: Guest) -> dict[str, Any]:
        """SIGTERM now, SIGKILL when its grace is over."""
        if self.running is not None and self.running.exit is None:
            self.running.interrupted = True
            if "kill_after" in message:
                self.running.kill_after = float(message["kill_after"])
            self.running.terminate(time.monotonic())
        return {}

    def must_be_free(self) -> None:
        """Refused where something is at work."""
        if self.is_at_it:
            raise Refused("a step is still running", "busy")
