"""Logs: what a key takes while 200,000 lines are held and 5,000 more come every second."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyte

from tests.bench.terminal import Program, program

HELD = 200_000
RATE = 5_000
"""Lines a second."""

KEYS = 300
_STACK = """
name = "bench"
[box]
enabled = false
[[check]]
name = "api"
kind = "log"
file = "{file}"
never = ["no such words"]
"""


class Seen:
    """What a program has painted, as a terminal would show it."""

    def __init__(self, running: Program, columns: int = 120, rows: int = 40) -> None:
        self.running = running
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)

    def until(self, words: str, within: float = 60) -> float:
        """Seconds until `words` stand on the screen."""
        began = time.perf_counter()
        while words not in "\n".join(self._screen.display):
            left = within - (time.perf_counter() - began)
            if left <= 0:
                raise TimeoutError(f"no {words!r} in {within} s; the screen:\n" + "\n".join(self._screen.display))
            if select.select([self.running.master], [], [], left)[0]:
                self._stream.feed(os.read(self.running.master, 1 << 16))
        return time.perf_counter() - began

    def press(self, key: str, words: str) -> float:
        """Seconds from a key until `words` stand on the screen."""
        os.write(self.running.master, key.encode())
        return self.until(words)


def line(number: int) -> str:
    """A line of some program."""
    now = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
    return f"{now},{number % 1000:03} INFO worker: handled request number={number} in {number % 97} ms path=/api/v1/x\n"


@contextmanager
def written(file: Path) -> Iterator[None]:
    """`RATE` lines a second are added to a file meanwhile."""
    ended = threading.Event()

    def write() -> None:
        number, begun = HELD, time.perf_counter()
        with file.open("a") as log:
            while not ended.wait(0.02):
                due = HELD + int((time.perf_counter() - begun) * RATE)
                log.writelines(map(line, range(number, due)))
                log.flush()
                number = due

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        ended.set()
        writer.join()


def keys(environment: dict[str, str]) -> tuple[float, list[float], list[float]]:
    """Seconds in which all is read; what keys take until they are answered while nothing comes, and while much does."""
    with tempfile.TemporaryDirectory() as folder:
        file, stack = Path(folder, "api.log"), Path(folder, "stack.toml")
        file.write_text("".join(map(line, range(HELD))))
        stack.write_text(_STACK.format(file=file))
        argv = [sys.executable, "-m", "opsconsole", "--stack", str(stack)]
        with program(argv, environment) as running:
            fcntl.ioctl(running.master, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
            seen = Seen(running)
            seen.until("bench")
            os.write(running.master, b":")
            time.sleep(1)
            os.write(running.master, b"logs of api")
            seen.until("logs of api")
            os.write(running.master, b"\r")
            seen.until("10 000 lines")
            seen.press("o", "50 000 lines")
            seen.until("o older lines")
            os.write(running.master, b"o")
            read = seen.until("· 200 000 lines")
            seen.press("k", "paused")
            quiet = _pressed(seen, 0)
            with written(file):
                busy = _pressed(seen, KEYS)
        return read, quiet, busy


def _pressed(seen: Seen, already: int) -> list[float]:
    """Seconds that each of many keys takes, the quickest first; each moves the lines one step to the right."""
    taken = []
    for number in range(already, already + KEYS):
        taken.append(seen.press("\x1b[C", f"from column {8 * (number + 1) + 1} "))
        time.sleep(0.01 + 0.001 * (number % 40))
    return sorted(taken)
