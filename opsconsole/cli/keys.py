"""What somebody types at a plain terminal, or what a pipe or a file holds in its place."""

from __future__ import annotations

import asyncio
import os
import termios
from collections.abc import Callable
from contextlib import suppress


class Keys:
    """Standard input, as lines for questions and as single keys for a running program.

    Used from one event loop; `close` gives the terminal back as it was.
    """

    def __init__(self, descriptor: int = 0) -> None:
        self._descriptor = descriptor
        self._buffer = b""
        self._ended = False
        self._news = asyncio.Event()
        self._forward: Callable[[str], None] | None = None
        self._before: list[int | list[bytes | int]] | None = None
        self.terminal = os.isatty(descriptor)
        self.hung_up: Callable[[], None] = lambda: None
        """Called when the terminal goes away while a program has the keys: nobody is there any more."""
        self._watched = True
        try:
            asyncio.get_running_loop().add_reader(descriptor, self._read)
        except (OSError, ValueError):  # a plain file: it never makes anybody wait
            self._watched = False

    def _read(self) -> None:
        try:
            chunk = os.read(self._descriptor, 4096)
        except OSError:
            chunk = b""
        if not chunk:
            self._ended = True
            if self._watched:
                asyncio.get_running_loop().remove_reader(self._descriptor)
            if self._forward is not None:
                self.hung_up()
        elif self._forward is not None:
            self._forward(chunk.decode("utf-8", "replace"))
        else:
            self._buffer += chunk
        self._news.set()

    @property
    def ended(self) -> bool:
        """Whether nothing more can come."""
        return self._ended and not self._buffer

    async def line(self) -> str | None:
        """The next line without its end; None at the end of the input."""
        while b"\n" not in self._buffer and not self._ended:
            if self._watched:
                self._news.clear()
                await self._news.wait()
            else:
                self._read()
        if self.ended:
            return None
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode("utf-8", "replace").rstrip("\r")

    def forget(self) -> None:
        """Keys typed before a question was there do not answer it. What comes from a pipe was meant for it."""
        if self.terminal:
            self._buffer = b""
            with suppress(termios.error):
                termios.tcflush(self._descriptor, termios.TCIFLUSH)

    def forward(self, to: Callable[[str], None] | None) -> None:
        """Give each key to a running program, which does the echo; with None they are lines again.

        Only a terminal's: what a pipe holds are answers to later questions. Ctrl-C stays a signal to us.
        """
        if not self.terminal or (to is None) == (self._forward is None):
            return
        self._forward = to
        if to is None:
            self._give_back()
            return
        with suppress(termios.error):
            self._before = termios.tcgetattr(self._descriptor)
            now = termios.tcgetattr(self._descriptor)
            now[3] &= ~(termios.ICANON | termios.ECHO)
            now[6][termios.VMIN], now[6][termios.VTIME] = 1, 0
            now[6][termios.VSUSP] = b"\0"
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, now)

    def pause(self) -> None:
        """Let somebody else read the terminal, which is as it was before us."""
        self.forward(None)
        if self._watched and not self._ended:
            asyncio.get_running_loop().remove_reader(self._descriptor)

    def go_on(self) -> None:
        """Read it again."""
        if self._watched and not self._ended:
            asyncio.get_running_loop().add_reader(self._descriptor, self._read)

    def quiet(self, on: bool) -> None:
        """Do not show what is typed, as for a password; or show it again."""
        if not self.terminal:
            return
        with suppress(termios.error):
            now = termios.tcgetattr(self._descriptor)
            now[3] = now[3] & ~termios.ECHO if on else now[3] | termios.ECHO
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, now)

    def _give_back(self) -> None:
        if self._before is not None:
            with suppress(termios.error):
                termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)
            self._before = None

    def close(self) -> None:
        """The terminal as it was."""
        self._give_back()
        if self._watched and not self._ended:
            asyncio.get_running_loop().remove_reader(self._descriptor)
