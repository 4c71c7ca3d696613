"""`when`: a step that is only for some runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsconsole.model.questions import Answer, AskConfirm, Back, Leave, Question, Skip, Value, Yes
from opsconsole.model.run import Progress, RunState
from tests.run.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def yes(state: RunState, question: Question) -> Answer:
    return Yes()


def book(wish: str) -> str:
    head = "---\ninputs:\n  tag: { ask: Tag? }\n---\n"
    look = "```bash {name=look capture=seen}\necho worker $tag\n```\n"
    return f'{head}\n{look}\n```bash {{name=only when="{wish}"}}\ntouch done\n```\n'


@pytest.mark.parametrize(
    ("wish", "runs"),
    [
        ("tag is v1", True),
        ("tag is not v1", False),
        ("tag == v2 or look is done", True),
        ("seen has v1", True),
        ("seen has v2", False),
        ("seen", True),
        ("web.health is DOWN", True),
        ("web.health is ok", False),
        ("not web.health and tag is v1", True),
        ("worker.process", True),
        ("web.health", False),
    ],
)
async def test_it_is_worked_out_from_answers_captures_steps_and_checks(shop: Shop, wish: str, runs: bool) -> None:
    shop.red["web.health"] = "it does not answer"
    session, _ = await shop.begin(book(wish), [yes] * 4, tag="v1")
    state = await session.play()
    assert (shop.home / "done").exists() is runs
    only = state.steps[1]
    assert only.progress is (Progress.DONE if runs else Progress.SKIPPED)
    assert runs or f"only when {wish}; " in only.parts[0].note
    assert state.ended == "done"


async def test_the_question_says_what_was_found(shop: Shop) -> None:
    session, operator = await shop.begin(book("web.health is OK"), [yes, Leave()], tag="v1")
    await session.play()
    asked = operator.asked_of(AskConfirm)[1]
    assert isinstance(asked, AskConfirm)
    assert (asked.condition, asked.forecast) == ("", ("when web.health is OK: web.health is OK",))


@pytest.mark.parametrize("wish", ["the moon is full", "nobody.knows is OK"])
async def test_what_a_run_cannot_work_out_is_asked(shop: Shop, wish: str) -> None:
    session, operator = await shop.begin(book(wish), [yes, Skip("it is not"), yes], tag="v1")
    await session.play()
    asked = operator.asked_of(AskConfirm)[1]
    assert isinstance(asked, AskConfirm)
    assert (asked.condition, asked.mode) == (f"only when {wish}", "yes")
    assert not (shop.home / "done").exists()


async def test_who_goes_there_all_the_same_is_asked_and_told_that_it_does_not_hold(shop: Shop) -> None:
    session, operator = await shop.begin(book("tag is v2"), [Value("v1"), yes, Back(1), yes, yes])
    await session.play()
    asked = operator.asked_of(AskConfirm)[-1]
    assert isinstance(asked, AskConfirm)
    assert "which does not hold: tag is v1" in asked.condition
    assert (shop.home / "done").exists()
