"""`opsconsole status --watch`: a look every few seconds, drawn in place on a terminal, else one block after the other.

On a terminal it draws on the alternate screen, and leaves the last look on the ordinary one. Ctrl-C (or q) ends it with
the code of that look; any other key looks at once.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from opsconsole.cli.exits import Exit, exit_of
from opsconsole.cli.keys import Keys
from opsconsole.cli.names import meant
from opsconsole.cli.output import write
from opsconsole.cli.parts import parts_here
from opsconsole.cli.patience import PATIENCE, for_targets
from opsconsole.model.text import one_line
from opsconsole.model.trouble import TroubleError

if TYPE_CHECKING:
    from opsconsole.model.sample import Target
    from opsconsole.model.snapshot import Snapshot
    from opsconsole.wiring import Parts

_OPEN, _CLOSE = "\x1b[?1049h\x1b[?25l\x1b[H\x1b[2J", "\x1b[?25h\x1b[?1049l"
_SIGNALLED: Final = 128


def watch(args: argparse.Namespace, render: Callable[[Snapshot, list[str] | None], str]) -> int:
    """Look until somebody ends it; the code of the last look. `render` makes the text of one."""
    gc.enable()  # it was turned off for commands that are over before garbage could matter
    drawn = sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM", "dumb") not in ("", "dumb")
    return asyncio.run(_Watch(args, render, drawn=drawn).run())


class _Watch:
    """The looks of one `--watch`."""

    def __init__(
        self, args: argparse.Namespace, render: Callable[[Snapshot, list[str] | None], str], *, drawn: bool
    ) -> None:
        self._args, self._render, self._drawn = args, render, drawn
        self._every: float = args.watch
        self._parts: Parts | None = None
        self._file_age = 0
        self._seen: Snapshot | None = None
        self._asked: list[str] | None = None
        self._foot = ""
        self._fault = ""
        self._now = asyncio.Event()
        self._ended = asyncio.Event()
        self._code: int | None = None

    async def run(self) -> int:
        """Until it is ended."""
        loop = asyncio.get_running_loop()
        await self._open_parts()  # before anything is drawn: a bad stack file is told as by every other command
        loop.add_signal_handler(signal.SIGINT, self._ended.set)
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._signalled, int(number))
        keys = self._take_terminal() if self._drawn else None
        looks = asyncio.create_task(self._look_on())
        ended = asyncio.create_task(self._ended.wait())
        try:
            await asyncio.wait((looks, ended), return_when=asyncio.FIRST_COMPLETED)
            if looks.done():
                looks.result()
        finally:
            for task in (looks, ended):
                task.cancel()
            with suppress(asyncio.CancelledError):
                await looks
            if keys is not None:
                self._give_back(keys)
            if self._parts is not None:
                await self._parts.close()
        return self._code if self._code is not None else self._of_look()

    def _of_look(self) -> int:
        if self._seen is None:
            return Exit.UNKNOWN
        asked = self._asked
        return exit_of(s for s in self._seen.standings.values() if asked is None or s.check.name in asked)

    def _signalled(self, number: int) -> None:
        self._code = _SIGNALLED + number
        self._ended.set()

    # --- looking -----------------------------------------------------------------------------------------

    async def _look_on(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            self._now.clear()
            await self._read_again()
            await self._look()
            if not self._drawn:
                write(self._text() + "\n")
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._now.wait(), max(self._every - (loop.time() - began), 0.05))

    async def _look(self) -> None:
        """One look. One that takes its time says so, so that nobody takes the last one for it."""
        from opsconsole.watch.collector import look_once

        assert self._parts is not None
        stack, world = self._parts.stack, self._parts.world
        self._asked = meant(stack, self._args.checks) if self._args.checks else None
        waiting: dict[Target, None] = {}
        look = asyncio.create_task(look_once(stack, world, self._asked, waiting=waiting))
        try:
            seconds = 0.0
            while not (await asyncio.wait((look,), timeout=PATIENCE))[0]:
                seconds += PATIENCE
                self._foot = f"{seconds:.0f} s: {for_targets(waiting)} · q ends"
                self._draw()
            self._seen, self._foot = look.result(), ""
        finally:
            look.cancel()
        self._draw()

    async def _open_parts(self) -> None:
        self._parts = await parts_here(self._args)
        self._file_age = self._age()

    def _age(self) -> int:
        file = self._parts.stack.file if self._parts is not None else None
        try:
            return file.stat().st_mtime_ns if file is not None else 0
        except OSError:
            return -1

    async def _read_again(self) -> None:
        """Go by a stack file that has changed; by the old one while the new one has faults, which are said."""
        age = self._age()
        if age == self._file_age or self._parts is None:
            return
        self._file_age = age
        before = self._parts
        try:
            await self._open_parts()
        except TroubleError as error:
            self._fault = f"the stack file has changed and has faults: {one_line(str(error.troubles[0]), 200)}"
            return
        self._fault = ""
        await before.close()

    # --- drawing -----------------------------------------------------------------------------------------

    def _text(self) -> str:
        text = self._render(self._seen, self._asked) if self._seen is not None else ""
        return f"{text}{self._fault}\n" if self._fault else text

    def _draw(self) -> None:
        """The last look and a line on what goes on, over what was there; what is below the window is counted."""
        if not self._drawn:
            return
        try:
            columns, rows = os.get_terminal_size(sys.stdout.fileno())
        except OSError:
            self._signalled(signal.SIGHUP)
            return
        lines = self._text().split("\n")[:-1]
        room = max(rows - 1, 1)
        left = len(lines) - room
        foot = self._foot or f"a look every {self._every:g} s · q ends, any other key looks now"
        if left > 0:
            lines, foot = lines[:room], f"▼ {left} more lines · {foot}"
        body = "".join(f"{line}\x1b[K\r\n" for line in lines)
        write(f"\x1b[H{body}\x1b[J\x1b[{rows};1H{foot[: columns - 1]}")

    def _take_terminal(self) -> Keys:
        keys = Keys()
        keys.hung_up = lambda: self._signalled(signal.SIGHUP)
        write(_OPEN)
        keys.forward(self._typed)
        asyncio.get_running_loop().add_signal_handler(signal.SIGWINCH, self._draw)
        self._foot = "looking…"
        self._draw()
        return keys

    def _typed(self, key: str) -> None:
        if key in ("q", "Q", "\x03", "\x04"):
            self._ended.set()
        else:
            self._now.set()

    def _give_back(self, keys: Keys) -> None:
        """The terminal as it was, with the last look on it."""
        keys.close()
        write(_CLOSE + self._text())
