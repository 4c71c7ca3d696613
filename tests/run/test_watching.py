"""Two consoles at one run: one steers, the other watches live, and takes over when the first is gone or hands over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from opsconsole.model.questions import Answer, AskConfirm, AskWatch, Leave, Question, Yes
from opsconsole.model.run import RunState
from opsconsole.run import wire
from opsconsole.run.kinds import Kind
from opsconsole.run.session import Session
from tests.run.lab import journalled, kill_holder
from tests.run.shop import Shop
from tests.support.operator import ScriptedOperator
from tests.support.waiting import wait_for

BOOK = """
```bash {name=slow}
{ echo begun >> ledger; echo working; until test -e go; do sleep 0.02; done; echo over >> ledger; echo worked; }
```

```bash {name=after}
echo after >> ledger
```
"""


class Person(ScriptedOperator):
    """Thinks about each question until somebody says what to answer."""

    def __init__(self) -> None:
        super().__init__()
        self.question: Question | None = None
        self._answer: asyncio.Future[Answer] = asyncio.Future()

    async def answer(self, state: RunState, question: Question) -> Answer:
        self.asked.append(question)
        self.question, self._answer = question, asyncio.get_running_loop().create_future()
        try:
            return await self._answer
        finally:
            self.question = None

    async def asks(self, kind: type, words: str = "") -> None:
        await wait_for(
            f"the question {kind.__name__} {words}",
            lambda: isinstance(self.question, kind) and words in str(self.question),
        )

    def say(self, answer: Answer) -> None:
        self._answer.set_result(answer)


class Two:
    """Anna began a run and her step is running; ben has come to look."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.anna, self.ben = Person(), Person()
        self.sessions: list[Session] = []
        self.tasks: list[asyncio.Task[RunState]] = []

    async def begin(self) -> None:
        book = self.shop.book(BOOK)
        self.sessions.append(await Session.begin(runbook=book, reason="", inputs={}, **self.shop.ports(self.anna)))
        self.tasks.append(asyncio.create_task(self.sessions[0].play()))
        await self.anna.asks(AskConfirm)
        self.anna.say(Yes())
        await wait_for("the step to run", (self.shop.home / "ledger").exists)
        self.sessions.append(await Session.resume("last", **self.shop.ports(self.ben)))
        self.tasks.append(asyncio.create_task(self.sessions[1].play()))
        await self.ben.asks(AskWatch)

    @property
    def ledger(self) -> list[str]:
        return (self.shop.home / "ledger").read_text().split()

    def go(self) -> None:
        (self.shop.home / "go").touch()


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[Two]:
    two = Two(Shop(tmp_path))
    await two.begin()
    yield two
    for task in two.tasks:
        task.cancel()
    await asyncio.gather(*two.tasks, return_exceptions=True)
    for session in two.sessions:
        await session.close()


async def test_the_second_sees_who_steers_and_everything_live_to_the_end(two: Two) -> None:
    assert isinstance(two.ben.question, AskWatch)
    assert two.sessions[0].state.user in two.ben.question.words
    assert " since " in two.ben.question.words
    await wait_for("what the step prints", lambda: "working" in two.ben.seen)
    two.go()
    await wait_for("its end", lambda: "worked" in two.ben.seen)
    await two.anna.asks(AskConfirm)
    assert isinstance(two.ben.question, AskWatch), "the watcher is not asked what the other is asked"
    two.anna.say(Yes())
    await wait_for("the last question", lambda: two.ledger == ["begun", "over", "after"] and two.anna.question)
    two.anna.say(Yes())
    assert [state.ended for state in await asyncio.gather(*two.tasks)] == ["done", "done"]


async def test_a_watcher_cannot_change_type_or_interrupt_anything(two: Two) -> None:
    watcher = two.sessions[1]
    seq = len(journalled(watcher.folder))
    watcher.interrupt()
    watcher.send_input("exit\n")
    watcher.terminate()
    await watcher.link.ask("hello")
    assert two.ledger == ["begun"]
    two.go()
    await two.anna.asks(AskConfirm, "after >> ledger")
    assert two.ledger == ["begun", "over"]
    kinds = [entry.kind for entry in journalled(watcher.folder)[seq:]]
    assert kinds == [Kind.ENDED, Kind.JUDGED, Kind.OPS_CHECK]


async def test_when_the_first_leaves_the_second_is_told_and_takes_over(two: Two) -> None:
    two.go()
    await two.anna.asks(AskConfirm, "after >> ledger")
    two.anna.say(Leave())
    await two.ben.asks(AskWatch, "nobody steers this run any more")
    two.ben.say(Yes())
    await two.ben.asks(AskConfirm, "after >> ledger")
    two.ben.say(Yes())
    await wait_for("the end to be asked about", lambda: two.ledger[-1] == "after" and two.ben.question)
    two.ben.say(Yes())
    assert (await two.tasks[1]).ended == "done"
    assert two.ledger == ["begun", "over", "after"]


async def test_when_the_first_console_is_gone_in_the_middle_of_a_step_the_second_takes_it_up_as_it_runs(
    two: Two,
) -> None:
    two.tasks[0].cancel()
    await two.sessions[0].close()
    await two.ben.asks(AskWatch, "nobody steers this run any more")
    two.ben.say(Yes())
    await wait_for("ben to steer", lambda: not two.sessions[1].watching)
    assert two.sessions[1].running
    two.go()
    await two.ben.asks(AskConfirm, "after >> ledger")
    assert two.ledger == ["begun", "over"]


async def test_a_person_whose_other_connection_hangs_takes_over_and_the_hanging_console_only_watches(two: Two) -> None:
    """Both are consoles of one user: nothing tells a hanging connection from somebody who thinks."""
    two.go()
    await two.anna.asks(AskConfirm, "after >> ledger")
    two.ben.say(Yes())
    await two.ben.asks(AskConfirm, "after >> ledger")
    await two.anna.asks(AskWatch)
    two.ben.say(Yes())
    await wait_for("the step to run once", lambda: two.ledger == ["begun", "over", "after"])
    taken = [entry.data for entry in journalled(two.sessions[1].folder) if entry.kind == Kind.CONSOLE][-1]
    assert taken["from"] == two.sessions[0].state.user


async def test_a_watcher_neither_starts_a_holder_nor_steers_when_the_holder_dies(two: Two) -> None:
    two.tasks[0].cancel()
    await two.sessions[0].close()
    kill_holder(two.sessions[1].folder)
    await two.ben.asks(AskWatch, "holder of this run is gone")
    assert wire.holder_of(two.sessions[1].folder) is None
    two.ben.say(Leave())
    assert (await two.tasks[1]).ended is None
    assert two.ledger == ["begun"]


async def test_a_watcher_looks_on_when_whoever_steers_has_a_new_holder_started(two: Two) -> None:
    kill_holder(two.sessions[1].folder)
    await wait_for("anna to be asked about the outcome", lambda: two.anna.question)
    await two.ben.asks(AskWatch, "steers this run")
    assert not two.sessions[0].watching
    assert two.sessions[1].watching
    assert two.ledger == ["begun"]
