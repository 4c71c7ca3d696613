"""A program in a pty, and when its words appear there."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

_ESCAPES = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]P].*?(?:\x07|\x1b\\)|\x1b.")


@dataclass
class Program:
    """A running program: its process id, the pty's master side, and all that it has written."""

    pid: int
    master: int
    started: float
    written: bytearray = field(default_factory=bytearray)

    def read_for(self, seconds: float) -> int:
        """Take what it writes during `seconds`; the number of bytes."""
        before, end = len(self.written), time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self._read(left)
        return len(self.written) - before

    def seconds_until(self, words: str, within: float = 20) -> float:
        """Seconds from its start until `words` stood in what it wrote."""
        wanted = words.encode()
        while time.perf_counter() - self.started < within:
            self._read(0.5)
            if wanted in _ESCAPES.sub(b"", bytes(self.written)):
                return time.perf_counter() - self.started
        raise TimeoutError(f"{words!r} did not appear in {within} s; written: {bytes(self.written)[-2000:]!r}")

    def _read(self, most: float) -> None:
        if select.select([self.master], [], [], most)[0]:
            with contextlib.suppress(OSError):
                self.written += os.read(self.master, 1 << 16)


@contextlib.contextmanager
def program(argv: list[str], environment: dict[str, str], columns: int = 120, rows: int = 40) -> Iterator[Program]:
    """`argv` in a pty of its own; killed at the end."""
    started = time.perf_counter()
    pid, master = pty.fork()
    if pid == 0:
        os.execvpe(argv[0], argv, environment)
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    running = Program(pid, master, started)
    try:
        yield running
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(master)
