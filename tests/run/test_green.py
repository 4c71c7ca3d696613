"""Recovered means green for so long."""

from __future__ import annotations

import asyncio
from pathlib import Path

from opsconsole.model.questions import Answer, AskEnd, Question, Yes
from opsconsole.model.run import RunState
from opsconsole.model.verdict import Level
from opsconsole.run.green import Green, wrong_in
from opsconsole.run.kinds import Kind
from tests.run.books import book
from tests.run.lab import journalled
from tests.run.shop import Shop
from tests.support.operator import ScriptedOperator
from tests.support.waiting import wait_for


def test_it_counts_from_the_first_look_in_which_all_was_well_and_anew_after_each_that_was_not() -> None:
    green = Green(120.0)
    said = [green.saw(wrong, now) for wrong, now in [("", 10.0), ("", 50.4), ("web is DOWN", 60.0), ("", 70.0)]]
    assert said == [
        "green for 0 s of 2 m",
        "green for 40 s of 2 m",
        "green for 0 s of 2 m: web is DOWN",
        "green for 0 s of 2 m",
    ]
    assert green.saw("", 189.9) == "green for 1 m 59 s of 2 m"
    assert green.saw("", 190.0) == "green for 2 m"


def test_what_the_runbook_treats_has_to_be_well_else_everything() -> None:
    levels = {"a": (Level.OK, ""), "b": (Level.DOWN, "gone")}
    assert wrong_in(book(treats=("a",)), levels) == ""
    assert wrong_in(book(), levels) == "b is DOWN, gone"
    assert wrong_in(book(treats=("c",)), levels) == "c is UNKNOWN, there is no such check"


TREATS_WEB = "---\ntreats: [web.health]\nstay_green: {}\n---\n```bash\nls\n```\n"


class Patient(ScriptedOperator):
    """Ends the run only when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.enough = asyncio.Event()

    async def answer(self, state: RunState, question: Question) -> Answer:
        self.asked.append(question)
        if isinstance(question, AskEnd):
            await self.enough.wait()
        return Yes()

    @property
    def green(self) -> str:
        return self.states[-1].green if self.states else ""


async def test_the_end_of_the_run_says_for_how_long_it_has_been_green(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.red["web.health"] = "it does not answer"
    session, _ = await shop.begin(TREATS_WEB.format("400ms"))
    operator = Patient()
    session.operator = operator
    playing = asyncio.ensure_future(session.play())
    await wait_for("the red to be seen", lambda: "web.health is DOWN, it does not answer" in operator.green)
    del shop.red["web.health"]
    await wait_for("it to have been green for long enough", lambda: operator.green == "green for 400 ms")
    operator.enough.set()
    state = await playing
    assert (state.ended, state.green) == ("done", "green for 400 ms")
    assert journalled(session.folder)[-1].data["green"] == "green for 400 ms"


async def test_who_ends_it_before_has_that_on_record(tmp_path: Path) -> None:
    session, _ = await Shop(tmp_path).begin(TREATS_WEB.format("1h"), [Yes(), Yes()])
    state = await session.play()
    assert state.ended == "done"
    closed = [entry for entry in journalled(session.folder) if entry.kind == Kind.CLOSED]
    assert closed[0].data["green"] == "green for 0 s of 1 h"
