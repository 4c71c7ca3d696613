"""A bare run folder and a console that speaks with its real holder, for tests below the session."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

from opsconsole.run import journal, wire
from opsconsole.run.kinds import Kind
from opsconsole.run.launch import launch_holder
from opsconsole.run.link import Link
from opsconsole.run.starting import digest
from tests.support.waiting import wait_for, wait_until


def new_run(folder: Path) -> Path:
    """A folder with a journal that has begun, and no holder."""
    folder.mkdir(parents=True)
    journal.set_room_aside(folder)
    writer = journal.Journal(folder / journal.FILE)
    writer.append(Kind.BEGUN, {"id": folder.name})
    writer.close()
    return folder


class Console:
    """The smallest console: starts parts, and remembers what the holder said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.entries: list[dict[str, Any]] = []
        self.seq = 0
        self.pid = 0
        self.gone = False
        self.over = asyncio.Event()
        self.hello: dict[str, Any] = {}
        self.screen = b""
        self.skipped = 0
        self.prompt: tuple[str, bool] | None = None
        self.keeps_up = True
        self.link: Link

    @classmethod
    async def at(cls, folder: Path, idle: float | None = None) -> Console:
        if wire.holder_of(folder) is None:
            await launch_holder(folder, idle)
        console = cls(folder)
        console.link = await Link.open(folder, console._heard)
        console.hello = await console.link.ask("hello")
        console.seq, console.pid = console.hello["seq"], console.hello["pid"]
        return console

    def _heard(self, message: dict[str, Any] | None) -> None:
        if message is None:
            self.gone = True
        elif message["event"] == "screen":
            chunk = wire.as_bytes(message["data"])
            self.screen += chunk
            self.skipped += message.get("skipped", 0)
            if self.keeps_up:
                self.link.tell("seen", count=len(chunk))
        elif message["event"] == "prompt":
            self.prompt = None if message["text"] is None else (message["text"], message["secret"])
        elif message["event"] == "entry":
            self.entries.append(message["entry"])
            self.seq = message["entry"]["seq"]
            if message["entry"]["kind"] == Kind.ENDED:
                self.over.set()

    async def start(self, text: str, part: int = 0, **fields: Any) -> dict[str, Any]:
        """Start a part, and give back the data of its intent."""
        fields = {"shown": text, "env": {}, "secrets": (), "timeout": None, **fields}
        await self.link.ask(
            "start",
            step=0,
            part=part,
            name="step",
            attempt=self.seq,
            text=text,
            digest=digest(fields.pop("shown")),
            argv=["bash", "-c", None],
            cwd=str(self.folder),
            where="here",
            risk="read",
            after=self.seq,
            **fields,
        )
        data: dict[str, Any] = self.entries[-1]["data"]
        return data

    async def ended(self) -> dict[str, Any]:
        """The data of the result that is written next, or was written last."""
        await wait_for("the result of the part", lambda: self.entries and self.entries[-1]["kind"] == Kind.ENDED)
        data: dict[str, Any] = self.entries[-1]["data"]
        return data

    async def run(self, text: str, **fields: Any) -> dict[str, Any]:
        """Start a part and wait for its end."""
        await self.start(text, **fields)
        return await self.ended()

    def printed(self) -> str:
        """What the part that was started last has printed by now."""
        started = next(e["data"] for e in reversed(self.entries) if e["kind"] == Kind.STARTED)
        return (self.folder / "output" / started["output"]).read_text(errors="replace")

    async def attach(self, cols: int = 100, rows: int = 30) -> dict[str, Any]:
        """As if a person's terminal were put on the run."""
        self.screen = b""
        answer = await self.link.ask("attach", cols=cols, rows=rows)
        self.screen = wire.as_bytes(answer["recent"]) + self.screen  # more may have come by now
        return answer

    async def type(self, keys: str) -> None:
        await self.link.ask("input", data=wire.as_text(keys.encode()))

    async def sees(self, words: str) -> bytes:
        """Wait until the terminal that is attached has been shown `words`."""
        await wait_for(f"{words!r} on the terminal", lambda: words.encode() in self.screen)
        return self.screen

    async def leave(self) -> None:
        await self.link.close()


def kill_holder(folder: Path, number: int = signal.SIGKILL) -> None:
    """End the holder of a run, and wait until the kernel has let go of its lock. Nothing where there is none."""
    pid = wire.holder_of(folder)
    if pid:
        os.kill(pid, number)
    wait_until("the holder to be gone", lambda: wire.holder_of(folder) is None)


def journalled(folder: Path) -> list[journal.Entry]:
    """The entries on disk."""
    reading = journal.read(folder / journal.FILE)
    assert not reading.fault
    return list(reading.entries)


def alive(pid: int) -> bool:
    """Whether a process is there and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def all_bytes(folder: Path) -> bytes:
    """Everything that lies in a run's folder."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def names_in(folder: Path) -> list[str]:
    """What lies in a run's folder, by name."""
    return sorted(path.name for path in folder.iterdir())
