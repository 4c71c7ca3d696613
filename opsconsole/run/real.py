"""The person's own terminal, while a program has it: every key goes to the program, all it prints comes here."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, Final

from opsconsole.run.modes import Modes

_DETACH: Final = re.compile(rb"\x1d|\x1b\[27;5;93~|\x1b\[93;5(?::1)?u")
"""Ctrl-], in the three ways in which terminals say it."""
DETACH_KEY: Final = "Ctrl-]"


class RealTerminal:
    """A terminal of which nobody else reads and to which nobody else writes while this is used, in one event loop.

    `on_keys` gets what is typed, `on_drawn` how many bytes have been drawn, `on_size` hears of another window size,
    `on_woken` that this process was stopped and goes on.
    `back` is set when the person takes it back, or when it is gone.
    """

    def __init__(self, descriptor: int) -> None:
        self.back = asyncio.Event()
        self.on_keys: Callable[[bytes], None] = _nothing
        self.on_drawn: Callable[[int], None] = _nothing
        self.on_size: Callable[[], None] = _nothing
        self.on_woken: Callable[[], None] = _nothing
        self._descriptor = descriptor
        self._unwritten = b""
        self._modes = Modes()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._before = termios.tcgetattr(descriptor)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        try:
            size = os.get_terminal_size(self._descriptor)
        except OSError:
            return 80, 24
        return size.columns or 80, size.lines or 24

    def draw(self, data: bytes) -> None:
        """Send it to the terminal. A slow one is not waited for; `on_drawn` tells when it has been taken."""
        waiting = bool(self._unwritten)
        self._unwritten += data
        if not waiting:
            self._write()

    def _write(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            count = os.write(self._descriptor, self._unwritten)
        except BlockingIOError:
            count = 0
        except OSError:
            self._unwritten = b""
            self.back.set()
            return
        self._modes.feed(self._unwritten[:count])
        self._unwritten = self._unwritten[count:]
        if self._unwritten:
            loop.add_writer(self._descriptor, self._write)
        else:
            loop.remove_writer(self._descriptor)
        if count:
            self.on_drawn(count)

    def _read(self) -> None:
        try:
            keys = os.read(self._descriptor, 64 << 10)
        except BlockingIOError:
            return
        except OSError:
            keys = b""
        taken_back = _DETACH.search(keys)
        if taken_back or not keys:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            self.back.set()
        if keys := keys[: taken_back.start()] if taken_back else keys:
            self.on_keys(keys)

    @contextmanager
    def raw(self) -> Iterator[None]:
        """Every key as it is; afterwards as it was, whatever the program has done to it."""
        loop = self._loop = asyncio.get_running_loop()
        ours = {signal.SIGTSTP: self._stop, signal.SIGCONT: self._wake, signal.SIGWINCH: self._size_changed}
        theirs = {number: signal.getsignal(number) for number in ours}
        try:
            tty.setraw(self._descriptor, termios.TCSADRAIN)
            loop.add_reader(self._descriptor, self._read)
            for number, listens in ours.items():
                signal.signal(number, listens)
            yield
        finally:
            for number, listened in theirs.items():
                signal.signal(number, listened)
            loop.remove_reader(self._descriptor)
            loop.remove_writer(self._descriptor)
            self._restore()

    def _restore(self) -> None:
        with suppress(OSError):
            last = self._unwritten[: os.write(self._descriptor, self._unwritten)] if self._unwritten else b""
            self._modes.feed(last)
        with suppress(OSError):
            os.write(self._descriptor, self._modes.undone())
        self._unwritten, self._modes = b"", Modes()
        with suppress(termios.error):
            termios.tcsetattr(self._descriptor, termios.TCSANOW, self._before)
            termios.tcflush(self._descriptor, termios.TCIFLUSH)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        """Somebody stops this process: the shell gets its terminal as it was."""
        self._restore()
        os.kill(os.getpid(), signal.SIGSTOP)

    def _wake(self, number: int, frame: FrameType | None) -> None:
        """Woken again, however it was stopped: the program has the terminal anew."""
        with suppress(termios.error):
            tty.setraw(self._descriptor)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.on_woken)

    def _size_changed(self, number: int, frame: FrameType | None) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.on_size)


def _nothing(*_: Any) -> None:
    return


@contextmanager
def real_terminal() -> Iterator[RealTerminal]:
    """The terminal on standard input. OSError where there is none, or output goes elsewhere."""
    if not is_at_terminal():
        raise OSError("no terminal")
    # a description of its own: not waiting on it must not become the affair of those who share ours
    descriptor = os.open(_name(), os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        yield RealTerminal(descriptor)
    finally:
        os.close(descriptor)


def is_at_terminal() -> bool:
    """Whether a person can type here and see what is printed."""
    try:
        return all(stream is not None and os.isatty(stream.fileno()) for stream in (sys.__stdin__, sys.__stdout__))
    except (OSError, ValueError):
        return False


def terminal_size() -> tuple[int, int] | None:
    """Columns and rows of the terminal on standard input; None where there is none."""
    try:
        size = os.get_terminal_size(sys.__stdin__.fileno() if sys.__stdin__ is not None else 0)
    except (OSError, ValueError):
        return None
    return (size.columns, size.lines) if size.columns and size.lines else None


def _name() -> str:
    try:
        return os.ttyname(0)
    except OSError:
        return "/dev/tty"
