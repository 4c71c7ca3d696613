"""The real binary in a real pty, seen through a terminal emulator, worked with the keys that it shows."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyte

from tests.support.waiting import wait_until

KEYS = {"⏎": "\r", "esc": "\x1b", "tab": "\t", "^C": "\x03", "space": " "}
"""How a screen writes a key -> what the terminal sends for it; all others are what they are called."""


@dataclass
class RealConsole:
    """A program in a pty. A thread reads it all the time, as a terminal would."""

    pid: int
    master: int
    screen: pyte.Screen
    stream: pyte.ByteStream
    ended: threading.Event = field(default_factory=threading.Event)
    status: int | None = None
    reader: threading.Thread | None = None
    written: bytearray = field(default_factory=bytearray)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def text(self) -> str:
        """What stands on the screen now."""
        with self._lock:
            return "\n".join(line.rstrip() for line in self.screen.display)

    def sees(self, words: str, within: float = 20) -> str:
        """Wait until `words` stand on the screen; the whole screen then."""
        return self.until(f"{words!r} on the screen", lambda text: words in text, within)

    def raw(self) -> bytes:
        """Every byte that it has sent to the terminal."""
        with self._lock:
            return bytes(self.written)

    def until(self, what: str, condition: Callable[[str], object], within: float = 20) -> str:
        """Wait until `condition` holds of the screen; the screen then. AssertionError shows it otherwise."""

        def look() -> str | None:
            text = self.text()
            return text if condition(text) else None

        try:
            return wait_until(what, look, within)
        except AssertionError as error:
            raise AssertionError(f"waited {within} s for {what}; the screen:\n{self.text()}") from error

    def press(self, shown: str) -> None:
        """Press a key as the screen writes it; AssertionError where the screen does not show it."""
        self.until(f"the key {shown!r} to be shown", lambda text: self.shows_key(text, shown), within=10)
        self.send(KEYS.get(shown, shown))

    @staticmethod
    def shows_key(text: str, shown: str) -> bool:
        """Whether `text` offers the key, as a word of its own with what it does behind it."""
        return re.search(rf"(?:^|[\s│·]){re.escape(shown)} \w", text, re.MULTILINE) is not None

    def type(self, words: str) -> None:
        """Type into a field that is open."""
        self.send(words)

    def send(self, data: str) -> None:
        """Send as it is."""
        os.write(self.master, data.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Another window size."""
        with self._lock:
            self.screen.resize(rows, columns)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Signal the program."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def hang_up(self) -> None:
        """The terminal goes away, as when its window is closed."""
        self.ended.set()
        if self.reader is not None:
            self.reader.join()
        os.close(self.master)
        self.master = -1

    def wait(self, within: float = 20) -> int:
        """Wait for its end; its exit code, or minus the signal."""
        if self.status is None:
            _, status = wait_until("the program to end", self._reap, within)
            self.status = os.waitstatus_to_exitcode(status)
        return self.status

    def _reap(self) -> tuple[int, int] | None:
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        return (pid, status) if pid else None

    def read(self) -> None:
        """The reading thread."""
        while not self.ended.is_set():
            if not select.select([self.master], [], [], 0.1)[0]:
                continue
            try:
                data = os.read(self.master, 1 << 16)
            except OSError:
                return
            with self._lock:
                self.written += data
                self.stream.feed(data)


@contextlib.contextmanager
def real_console(
    *args: str,
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
    columns: int = 120,
    rows: int = 40,
    command: Sequence[str] = (sys.executable, "-m", "opsconsole"),
) -> Iterator[RealConsole]:
    """`opsconsole ARGS` in a pty of that size. Killed at the end where it has not ended by itself."""
    environment = {**os.environ, "TERM": "xterm-256color", **(env or {})}
    pid, master = pty.fork()
    if pid == 0:
        try:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            if cwd:
                os.chdir(cwd)
            os.execvpe(command[0], [*command, *args], environment)
        finally:
            os._exit(127)
    screen = pyte.Screen(columns, rows)
    console = RealConsole(pid, master, screen, pyte.ByteStream(screen))
    thread = threading.Thread(target=console.read, daemon=True)
    console.reader = thread
    thread.start()
    try:
        yield console
    finally:
        if console.status is None:
            console.kill(signal.SIGTERM)
            with contextlib.suppress(AssertionError):
                console.wait(15)
            if console.status is None:
                console.kill()
                console.wait()
        console.ended.set()
        thread.join()
        if console.master >= 0:
            os.close(master)


def open_runbooks(console: RealConsole, title: str) -> None:
    """Open the list of runbooks, in which `title` stands."""
    console.press("r")
    console.sees(title)


def settled(console: RealConsole, quiet: float = 0.3) -> str:
    """The screen once it has not changed for `quiet` seconds."""
    seen, since = console.text(), time.monotonic()

    def calm() -> bool:
        nonlocal seen, since
        now = console.text()
        if now != seen:
            seen, since = now, time.monotonic()
        return time.monotonic() - since >= quiet

    wait_until("the screen to settle", calm)
    return seen
