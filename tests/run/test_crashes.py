"""Whatever dies, nothing is lost, nothing runs twice by itself, and the next console tells the truth."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from opsconsole.model.questions import AskConfirm, AskUnknown, Leave, Retry, Skip, Yes
from opsconsole.model.run import Progress
from opsconsole.run import wire
from opsconsole.run.folder import list_runs, read_run
from opsconsole.run.kinds import Kind
from tests.run.lab import alive, journalled, kill_holder
from tests.run.shop import Shop
from tests.run.torture import STEPS, Toll, torture_one
from tests.support.waiting import wait_for, wait_until

ROOT = Path(__file__).parents[2]
SLOW = """
```bash {name=slow}
{ echo begun >> ledger; echo working; until test -e go; do sleep 0.02; done; echo over >> ledger; }
```

```bash {name=after}
echo after >> ledger
```
"""


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


class ConsoleProcess:
    """A console in a process of its own that is playing SLOW."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        book = shop.folder / "slow.md"
        book.write_text(SLOW)
        command = [sys.executable, "-m", "tests.run.console", str(shop.folder), str(book)]
        self.process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)

    def ledger(self) -> list[str]:
        path = self.shop.home / "ledger"
        return path.read_text().split() if path.exists() else []

    def kill(self, number: int = signal.SIGKILL) -> None:
        os.killpg(self.process.pid, number)
        self.process.wait()


@pytest.fixture
def console(shop: Shop) -> Iterator[ConsoleProcess]:
    console = ConsoleProcess(shop)
    wait_until("the step to begin", lambda: console.ledger() == ["begun"], within=20)
    yield console
    if console.process.poll() is None:
        console.kill()


def folder_of(shop: Shop) -> Path:
    [run] = (shop.state_folder / "runs").iterdir()
    return run


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM])
async def test_a_killed_console_leaves_the_step_running_and_the_next_one_takes_it_up(
    shop: Shop, console: ConsoleProcess, number: int
) -> None:
    console.kill(number)
    [run] = list_runs(shop.state_folder)
    assert (run.running, run.ended, run.step) == (True, None, "slow")
    session, operator = await shop.resume([lambda s, a: Yes(typed=a.target), Yes()])
    assert session.state.steps[0].progress is Progress.RUNNING
    playing = asyncio.create_task(session.play())
    await wait_for("what was printed before", lambda: "working" in operator.seen)
    (shop.home / "go").touch()
    state = await playing
    assert state.ended == "done"
    assert console.ledger() == ["begun", "over", "after"]
    assert [question.part for question in operator.asked_of(AskConfirm) if question.step == 0] == []


async def test_a_result_that_came_while_no_console_was_there_is_found(shop: Shop, console: ConsoleProcess) -> None:
    console.kill()
    (shop.home / "go").touch()
    folder = folder_of(shop)
    await wait_for("the result in the journal", lambda: journalled(folder)[-1].kind == Kind.ENDED)
    session, operator = await shop.resume([Leave()])
    state = await session.play()
    assert state.steps[0].progress is Progress.DONE
    assert state.steps[0].parts[0].exit == 0
    assert "working" in operator.seen
    assert [question.step for question in operator.asked_of(AskConfirm)] == [1]


async def test_with_the_holder_killed_as_well_the_outcome_is_unknown_until_the_operator_says(
    shop: Shop, console: ConsoleProcess
) -> None:
    folder = folder_of(shop)
    os.kill(console.process.pid, signal.SIGSTOP)  # so that it does not start a new holder
    kill_holder(folder)
    console.kill()
    assert read_run(shop.state_folder, "last").steps[0].progress is Progress.OUTCOME_UNKNOWN
    session, operator = await shop.resume([Yes(note="seen in the log"), lambda s, a: Yes(typed=a.target), Yes()])
    state = await session.play()
    [unknown] = operator.asked_of(AskUnknown)
    assert "its holder died while it ran" in unknown.reason
    assert state.ended == "done"
    assert (state.steps[0].progress, state.steps[0].parts[0].note) == (Progress.DONE, "seen in the log")
    assert console.ledger() == ["begun", "after"]


async def test_an_unknown_outcome_is_run_again_only_when_the_operator_wants_it(
    shop: Shop, console: ConsoleProcess
) -> None:
    os.kill(console.process.pid, signal.SIGSTOP)
    kill_holder(folder_of(shop))
    console.kill()
    (shop.home / "go").touch()
    session, operator = await shop.resume([Retry(), lambda s, a: Yes(typed=a.target), Skip("enough"), Yes()])
    state = await session.play()
    assert console.ledger() == ["begun", "begun", "over"]
    assert len(operator.asked_of(AskConfirm)) == 2
    assert state.steps[0].parts[0].attempt == 2


async def test_a_console_whose_holder_dies_finds_out_at_once_and_goes_on_with_a_new_one(shop: Shop) -> None:
    session, operator = await shop.begin(SLOW, [lambda s, a: Yes(typed=a.target), Skip("gone"), Leave()])
    playing = asyncio.create_task(session.play())
    await wait_for("the step to begin", (shop.home / "ledger").exists)
    kill_holder(session.folder)
    state = await playing
    assert len(operator.asked_of(AskUnknown)) == 1
    assert state.steps[0].progress is Progress.SKIPPED
    assert wire.holder_of(session.folder) is not None


async def test_a_holder_that_dies_while_the_operator_thinks_does_not_change_the_question(shop: Shop) -> None:
    session, operator = await shop.begin(SLOW)
    thinking, decided = asyncio.Event(), asyncio.Event()

    async def think(state: object, question: object) -> Leave:
        operator.asked.append(question)  # type: ignore[arg-type]
        thinking.set()
        await decided.wait()
        return Leave()

    operator.answer = think  # type: ignore[method-assign,assignment]
    playing = asyncio.create_task(session.play())
    await thinking.wait()
    kill_holder(session.folder)
    await wait_for("the question once more", lambda: len(operator.asked) == 2)
    decided.set()
    await playing
    assert operator.asked[0] == operator.asked[1]


async def test_a_torn_last_line_is_put_aside_and_the_run_goes_on(shop: Shop) -> None:
    session, _ = await shop.begin(SLOW)
    await session.play()
    await session.close()
    kill_holder(session.folder)
    journal = session.folder / "journal.jsonl"
    with journal.open("ab") as file:
        file.write(b'{"seq":9,"at":17677')
    again, _ = await shop.resume([Leave()])
    await again.play()
    assert Kind.TORN in [entry.kind for entry in journalled(session.folder)]


async def test_a_process_that_ended_with_its_holder_is_not_called_running(shop: Shop, console: ConsoleProcess) -> None:
    folder = folder_of(shop)
    started = next(entry for entry in journalled(folder) if entry.kind == Kind.STARTED)
    os.kill(console.process.pid, signal.SIGSTOP)
    kill_holder(folder)
    console.kill()
    await wait_for("the step to be hung up on", lambda: not alive(started.data["pid"]))
    session, _ = await shop.resume()
    assert session.state.steps[0].parts[0].reason == "its holder died while it ran, and its process is gone"


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_random_moments_it_never_runs_twice_and_never_lies(tmp_path: Path, seed: int) -> None:
    """A taste of what `make torture` does for longer."""
    toll = Toll()
    torture_one(tmp_path, random.Random(seed), toll, most=6)
    assert toll.lies == []
    assert toll.kills
    assert toll.finished + toll.unknown == STEPS
