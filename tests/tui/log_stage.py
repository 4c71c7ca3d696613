"""The console on a stack whose logs are real files, written by the test and read by the real readers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from opsconsole.logs.lines import Source
from opsconsole.logs.readers import Readers
from opsconsole.model.paths import LogOf
from opsconsole.model.sample import Target
from opsconsole.probes.base import World
from opsconsole.tui.console import Console
from opsconsole.tui.opening_logs import open_logs
from opsconsole.tui.screens.logs import LogScreen
from tests.support.snapshots import NOW, everything_wrong
from tests.support.waiting import wait_for
from tests.tui.fakes import ToldParts, console, painted


class LogParts(ToldParts):
    """Parts around a stack that has a check of a log for each of these files, called as the file is."""

    def __init__(self, folder: Path, logs: Mapping[str, Sequence[str]]) -> None:
        snapshot = everything_wrong()
        targets = tuple(Target("log", name, LogOf(file=str(folder / name))) for name in logs)
        stack = replace(snapshot.stack, watched=(*snapshot.stack.watched, *targets))
        super().__init__(replace(snapshot, stack=stack))
        self.folder = folder
        self.state_folder = folder / "state"
        self.world = World(engine_host=f"unix://{folder}/no-engine.sock", clock=lambda: NOW)
        for name, lines in logs.items():
            self.write(name, *lines)

    def write(self, name: str, *lines: str) -> None:
        """Add lines to a log."""
        with (self.folder / name).open("a") as file:
            file.writelines(f"{line}\n" for line in lines)

    def log_readers(self, sources: Sequence[Source]) -> Readers:
        return Readers(self.world, sources)  # type: ignore[arg-type]


def at(seconds: float, words: str) -> str:
    """A line as programs write it, so many seconds before the console's own time."""
    moment = datetime.fromtimestamp(NOW - seconds, UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S},{moment.microsecond // 1000:03} {words}"


class Opened:
    """A console with logs in front."""

    def __init__(self, app: Console, pilot: Pilot[Any], parts: LogParts) -> None:
        self.app, self.pilot, self.parts = app, pilot, parts

    @property
    def screen(self) -> LogScreen:
        return next(each for each in reversed(self.app.screen_stack) if isinstance(each, LogScreen))

    def text(self) -> str:
        return painted(self.app)

    async def sees(self, *words: str) -> str:
        """Wait until these words stand on the screen."""
        for each in words:
            await wait_for(f"{each!r} on\n{self.text()}", lambda each=each: each in self.text())  # type: ignore[misc]
        return self.text()

    async def misses(self, words: str) -> None:
        """Wait until these words are nowhere on the screen."""
        await wait_for(f"no {words!r}", lambda: words not in self.text())

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, words: str) -> None:
        await self.pilot.press(*(_KEYS.get(letter, letter) for letter in words))


_KEYS = {
    " ": "space",
    "/": "slash",
    ":": "colon",
    "-": "minus",
    ".": "full_stop",
    "\\": "backslash",
    "(": "left_parenthesis",
}


@asynccontextmanager
async def logs_of(
    folder: Path, logs: Mapping[str, Sequence[str]], size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Opened]:
    """The logs of all these files, on one screen."""
    parts = LogParts(folder, logs)
    app = console(parts)
    async with app.run_test(size=size) as pilot:
        await wait_for("the findings", lambda: "celery-worker" in painted(app))
        open_logs(app, list(logs))
        opened = Opened(app, pilot, parts)
        await wait_for("the logs", lambda: isinstance(app.screen, LogScreen))
        await wait_for("all that was written before", lambda: not opened.screen.book.reading)
        await opened.sees("following")
        yield opened
