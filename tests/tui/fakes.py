"""Stand-ins behind the console's two ports: parts that are told what to tell, and a session that asks a script."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from opsconsole.model.detail import About, Happening, HealthLook, Message, Messages, Port, Shape, Story, Variable
from opsconsole.model.lately import Lately
from opsconsole.model.questions import Answer, Leave, Question, Stop
from opsconsole.model.run import PartState, Progress, RunState, StepState
from opsconsole.model.runbook import Command, Risk, Runbook, Section, Step
from opsconsole.model.snapshot import Snapshot
from opsconsole.tui.console import Console
from opsconsole.watch.alerts.claim import LastRound
from tests.support.snapshots import NOW


class ToldCollector:
    """Tells the snapshots it is given, one at a time."""

    def __init__(self, parts: ToldParts, on_change: Callable[[Snapshot], None]) -> None:
        self.parts, self.on_change = parts, on_change
        parts.collectors.append(self)

    async def run(self) -> None:
        self.on_change(self.parts.snapshot)
        await asyncio.Event().wait()


class ToldLibrary:
    def __init__(self, books: Sequence[Runbook]) -> None:
        self.books = list(books)

    def all(self) -> list[Runbook]:
        return self.books

    def treating(self, check: str, named: tuple[str, ...]) -> list[Runbook]:
        return [book for book in self.books if book.name in named or check in book.treats]


class ToldDetails:
    """What close looks ask (`opsconsole.probes.details.Details`): answers as they are told, and who asked for what.

    With `hangs` no question is answered before it is set.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.hangs: asyncio.Event | None = None
        self.told: dict[str, Any] = {
            "environment": (
                Variable("DJANGO_DEBUG", "0"),
                Variable("RUN_MIGRATIONS", "2"),
                Variable("SECRET_KEY", None, "hidden: by its name it may be a secret"),
            ),
            "about": About(
                (
                    ("image", "eatfit24:v1.4.2  4f1d2a9b07c1"),
                    ("command", "celery -A config worker -Q ai,billing"),
                    ("made", "2026-01-01 09:00:00 UTC, 6 d ago"),
                ),
                (Port(8000, "tcp", "0.0.0.0", ("127.0.0.1:8000",), "pid 4120"),),
                (HealthLook(NOW - 30, 0.2, 1, "no answer from worker@box"),),
            ),
            "story": Story(
                (
                    Happening(NOW - 4000, "ended", "out of memory: the kernel killed a process of it", bad=True),
                    Happening(NOW - 3999, "started", "by its restart policy (always)"),
                    Happening(NOW - 130, "started", "by hand (a restart)"),
                ),
                "Told by the engine, which remembers its last 256 events of all containers, and by this console.",
            ),
            "sizes": {9931: 861 << 20},
            "shape": Shape(1204, 100, (("ai.describe", 88), ("ai.embed", 12)), bytes_each=598.0, whence="the oldest"),
            "messages": Messages(1204, (Message(1, "ai.describe", '{"args": [7], "token": "***"}', 598),), 1),
        }

    async def _answer(self, name: str) -> Any:
        self.asked.append(name)
        if self.hangs is not None:
            await self.hangs.wait()
        return self.told[name]

    async def environment(self, ref: object) -> Any:
        return await self._answer("environment")

    async def about(self, ref: object) -> Any:
        return await self._answer("about")

    async def story(self, ref: object) -> Any:
        return await self._answer("story")

    async def sizes(self, pids: object) -> Any:
        return await self._answer("sizes")

    async def shape(self, of: object, kind: str, queue: str) -> Any:
        return await self._answer("shape")

    async def messages(self, of: object, kind: str, queue: str) -> Any:
        return await self._answer("messages")


class ToldParts:
    """What the console needs of `opsconsole.wiring.Parts`."""

    def __init__(self, snapshot: Snapshot, books: Sequence[Runbook] = (), read_only: bool = False) -> None:
        self.snapshot, self.stack, self.read_only = snapshot, snapshot.stack, read_only
        self.library = ToldLibrary(books)
        self.details = ToldDetails()
        self.collectors: list[ToldCollector] = []
        self.open_runs: list[Any] = []
        self.begun: list[dict[str, Any]] = []
        self.script: Callable[[Any], ScriptedSession] | None = None
        self.closed = False
        self.changed: Lately | None = None
        self.watched: LastRound | None = None

    def last_watch(self) -> LastRound | None:
        return self.watched

    def collector(self, on_change: Callable[[Snapshot], None], earlier: Snapshot | None = None) -> ToldCollector:
        return ToldCollector(self, on_change)

    def tell(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.collectors[-1].on_change(snapshot)

    def runs(self) -> list[Any]:
        return self.open_runs

    async def lately(self, since: float | None = None) -> Lately:
        """What was told to it; as long as that is nothing, nobody learns anything."""
        if self.changed is None:
            await asyncio.Event().wait()
        assert self.changed is not None
        return self.changed

    async def begin_run(
        self, runbook: Runbook, operator: Any, *, reason: str, inputs: Any = None, lately: Lately | None = None
    ) -> ScriptedSession:
        self.begun.append({"runbook": runbook, "reason": reason, "inputs": dict(inputs or {})})
        assert self.script is not None
        return self.script(operator)

    async def close(self) -> None:
        self.closed = True


class ScriptedSession:
    """Asks its questions one after the other and notes the answers. A `Leave` or a `Stop` ends it."""

    def __init__(self, operator: Any, state: RunState, questions: Sequence[Question]) -> None:
        self.operator, self.state, self.questions = operator, state, list(questions)
        self.answers: list[Answer] = []
        self.folder = Path("/var/lib/opsconsole/runs") / state.id
        self.interrupts = 0
        self.typed: list[str] = []
        self.sizes: list[tuple[int, int]] = []
        self.go_on = asyncio.Event()

    async def play(self) -> RunState:
        for question in self.questions:
            answer = await self.operator.answer(self.state, question)
            self.answers.append(answer)
            if isinstance(answer, Leave):
                return self.state
            if isinstance(answer, Stop):
                break
        self.state = replace(self.state, ended="done", ended_at=NOW)
        return self.state

    def interrupt(self) -> None:
        self.interrupts += 1

    def send_input(self, text: str) -> None:
        self.typed.append(text)

    def resize(self, cols: int, rows: int) -> None:
        self.sizes.append((cols, rows))

    async def close(self) -> None:
        return None


LOOK = Command("docker top celery-worker", Risk.READ, "lists processes")
CHANGE = Command("docker compose up -d celery-worker", Risk.CHANGE, "recreates a container")
DESTROY = Command("redis-cli DEL ai", Risk.DESTROY, "deletes a key")

PROSE = """The container must be **recreated**: a `restart` keeps the command it was made with.

- what is queued stays queued
- users notice nothing
"""


def a_runbook() -> Runbook:
    """A look, a change, a deletion, and a box to tick."""

    def step(index: int, name: str, section: str, command: Command, **more: Any) -> Step:
        judge = {"judge": lambda: (command,)}
        return Step(index, name, section, "command", command.text, index * 5, "bash", **judge, **more)

    looks = step(1, "what-runs", "Diagnosis", LOOK, prose="What runs in the container:", expected=("celery",))
    change = step(2, "recreate", "Recovery", CHANGE, prose=PROSE)
    destroy = step(3, "empty-queue", "Recovery", DESTROY, prose="Only where the messages are worthless:")
    tick = Step(4, "tell", "Record", "tick", "Tell the team how long it took", 30)
    sections = (
        Section("Worker runs the wrong process", 1, 1, "", ()),
        Section("Diagnosis", 2, 3, "", (looks,)),
        Section("Recovery", 2, 9, "", (change, destroy)),
        Section("Record", 2, 28, "", (tick,)),
    )
    return Runbook(
        "wrong-process", "Worker runs the wrong process", None, "0" * 64, sections, ("celery-worker.process",), rto=300
    )


def a_state(done: int = 0, book: Runbook | None = None) -> RunState:
    """A run of it, with so many steps done."""
    book = book or a_runbook()
    states = []
    for place, step in enumerate(book.todo):
        commands = step.commands or (Command("", Risk.READ, ""),)
        progress = Progress.DONE if place < done else Progress.TODO
        started = (NOW - 60, NOW - 59, 0, True) if place < done else (None, None, None, False)
        parts = tuple(
            PartState(c, progress, 1, started[0], started[1], started[2], judged=started[3], seconds=0.4)
            for c in commands
        )
        states.append(StepState(step, parts))
    return RunState(
        "20260107-140100-wrong-process", book, "eatfit24", "prod-1", "deploy", "celery-worker.process DOWN", NOW - 72,
        tuple(states), current=min(done, len(states) - 1),
    )  # fmt: skip


def console(parts: ToldParts) -> Console:
    """The console on these parts at one frozen moment, on a host with a name of its own."""
    app = Console(parts, clock=lambda: NOW)  # type: ignore[arg-type]
    app.overview.host = "prod-1"
    return app


def painted(app: Console) -> str:
    """What stands on the screen."""
    return "\n".join("".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips())
