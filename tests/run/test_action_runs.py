"""An action is a run like any other: proven by checks, taken up from its own text, taken back, under the same guard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from opsconsole.model.action import Job, Look, Offer
from opsconsole.model.questions import AskChanged, AskConfirm, AskEnd, AskFailed, Back, Leave, Yes
from opsconsole.model.stack import Forbidden
from opsconsole.model.trouble import TroubleError
from opsconsole.run.actions.book import runbook_for, text_for
from opsconsole.run.folder import TEXT
from opsconsole.run.session import Session
from tests.run.shop import Shop
from tests.support.operator import Line, ScriptedOperator

RESTART = Offer(
    "restart",
    (Job(("web",), "mv web.health.red gone", Look("ls"), checks=("web.health",), undo="mv gone web.health.red"),),
)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop(tmp_path)
    (made.home / "web.health.red").touch()
    return made


async def begin(shop: Shop, offer: Offer, *answers: Line) -> tuple[Session, ScriptedOperator]:
    operator = ScriptedOperator(answers)
    return await Session.begin(runbook=runbook_for(offer), reason="", **shop.ports(operator)), operator


async def test_it_is_over_when_the_checks_of_the_service_are_well(shop: Shop) -> None:
    session, operator = await begin(shop, RESTART, Yes(), Yes(), Yes())
    state = await session.play()
    await session.close()
    assert state.ended == "done"
    assert [type(question) for question in operator.asked] == [AskConfirm, AskConfirm, AskEnd]
    change = operator.asked[1]
    assert isinstance(change, AskConfirm)
    assert (change.text, change.mode, change.undo) == ("mv web.health.red gone", "yes", "mv gone web.health.red")
    assert state.steps[1].parts[0].note == "web.health OK"
    assert ("web.health",) in shop.looked_at


async def test_it_is_taken_up_from_the_text_that_was_kept_with_it(shop: Shop) -> None:
    session, _ = await begin(shop, RESTART, Yes(), Leave())
    await session.play()
    await session.close()
    assert (session.folder / TEXT).read_text() == text_for(RESTART)
    again, operator = await shop.resume([Yes(), Yes()])
    assert (await again.play()).ended == "done"
    await again.close()
    assert not operator.asked_of(AskChanged)
    assert not (shop.home / "web.health.red").exists()


async def test_what_has_failed_can_be_taken_back(shop: Shop) -> None:
    (job,) = RESTART.jobs
    breaks = Offer("restart", (replace(job, text="mv web.health.red gone && false"),))
    session, operator = await begin(shop, breaks, Yes(), Yes(), Back(2), Yes())
    await session.play()
    await session.close()
    (failed,) = set(operator.asked_of(AskFailed))
    assert isinstance(failed, AskFailed)
    assert (failed.undo, failed.undo_step) == ("mv gone web.health.red", 2)
    assert (shop.home / "web.health.red").exists()


@pytest.mark.parametrize("how", ["forbidden", "read-only"])
async def test_the_guard_holds_for_it(shop: Shop, how: str) -> None:
    if how == "forbidden":
        shop.forbidden = (Forbidden(("mv", "web.health.red"), "nobody hides an outage"),)
    else:
        shop.read_only = True
    session, operator = await begin(shop, RESTART, Yes(), Yes())
    await session.play()
    await session.close()
    change = operator.asked[1]
    assert isinstance(change, AskConfirm)
    assert how in change.refused
    assert change.overridable == (how == "forbidden")
    assert (shop.home / "web.health.red").exists()


async def test_a_runbook_whose_text_is_not_its_own_is_not_run(shop: Shop) -> None:
    stranger = replace(runbook_for(RESTART), source="# Something else\n")
    with pytest.raises(TroubleError, match="cannot be run"):
        await Session.begin(runbook=stranger, reason="", **shop.ports(ScriptedOperator()))
    assert not list(shop.state_folder.glob("runs/*"))
