"""Ways to go on: a decision sends the run where its link leads; of tabs one is done and the others never are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from opsconsole.model.questions import AskConfirm, AskWay, Back, Leave, Pick, Question, Skip, Yes
from opsconsole.model.run import Progress, RunState
from opsconsole.run.folder import entries_of
from opsconsole.run.kinds import Kind
from tests.run.shop import Shop

DECISION = """
# Which way
## What do you see?
- [It is back](#record)
- [It is still down](#rollback)
- [Nothing at all](#read-this)
## Rollback
```bash {name=roll-back}
echo rolled back >> {ledger}
```
## Record
```bash {name=record}
echo recorded >> {ledger}
```
## Read this
Nothing to do here.
"""

TABS = """
# Two installations
## Fix
=== "Plugin"

    ```bash {name=plugin}
    echo plugin >> {ledger}
    ```

    ```bash {name=plugin-too}
    echo plugin too >> {ledger}
    ```

=== "By hand"

    ```bash {name=hand}
    echo hand >> {ledger}
    ```

## Look
```bash {name=look}
cat {ledger}
```
"""


def yes(state: RunState, question: Question) -> Yes:
    return Yes()


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path, checks=())


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledger"


def done(ledger: Path) -> list[str]:
    """What the steps that really ran have written."""
    return ledger.read_text().splitlines() if ledger.exists() else []


async def played(shop: Shop, text: str, ledger: Path, answers: list) -> tuple[RunState, list[Question], list]:
    session, operator = await shop.begin(text.replace("{ledger}", str(ledger)), answers)
    try:
        state = await session.play()
    finally:
        await session.close()
    return state, operator.asked, list(entries_of(session.folder))


async def test_a_step_that_another_way_led_to_says_so_and_is_asked_about_like_any_other(
    shop: Shop, ledger: Path
) -> None:
    state, asked, _ = await played(shop, DECISION, ledger, [Pick(1), yes, yes, yes])
    back, record = (one for one in asked if isinstance(one, AskConfirm))
    assert not any("leads here" in words for words in back.forecast)
    assert "step 1 leads here for “It is back”; “It is still down” was chosen" in record.forecast
    assert done(ledger) == ["rolled back", "recorded"] and state.ended == "done"


async def test_a_decision_shows_where_each_way_leads_and_the_run_goes_there(shop: Shop, ledger: Path) -> None:
    state, asked, entries = await played(shop, DECISION, ledger, [Pick(0), yes, yes])
    [question] = [one for one in asked if isinstance(one, AskWay)]
    assert [(way.text, way.leads) for way in question.ways] == [
        ("It is back", "step 3 · Record"),
        ("It is still down", "step 2 · Rollback"),
        ("Nothing at all", "the end of the run: nothing is to be done there"),
    ]
    assert state.ended == "done"
    assert done(ledger) == ["recorded"]
    [chose] = [entry.data for entry in entries if entry.kind == Kind.CHOSE]
    assert (chose["way"], chose["others"][0]) == ("It is back", "It is still down")
    assert state.steps[0].parts[0].note == "It is back"


async def test_the_other_way_leads_elsewhere(shop: Shop, ledger: Path) -> None:
    state, _, _ = await played(shop, DECISION, ledger, [Pick(1), yes, yes, yes])
    assert done(ledger) == ["rolled back", "recorded"]
    assert state.ended == "done"


async def test_a_way_to_where_nothing_is_to_be_done_ends_the_run(shop: Shop, ledger: Path) -> None:
    state, _, _ = await played(shop, DECISION, ledger, [Pick(2), yes])
    assert state.ended == "done"
    assert done(ledger) == []


async def test_of_alternatives_the_one_picked_is_done_and_the_other_is_recorded_as_not_chosen(
    shop: Shop, ledger: Path
) -> None:
    state, asked, entries = await played(shop, TABS, ledger, [Pick(1), yes, yes, yes])
    assert isinstance(asked[0], AskWay)
    assert asked[0].alternatives
    assert [(way.text, way.leads) for way in asked[0].ways] == [
        ("Plugin", "2 steps, from step 1"),
        ("By hand", "step 3"),
    ]
    assert done(ledger) == ["hand"]
    assert [here.progress for here in state.steps] == [Progress.SKIPPED, Progress.SKIPPED, Progress.DONE, Progress.DONE]
    assert state.steps[0].parts[0].note == "not chosen: By hand was"
    [chose] = [entry.data for entry in entries if entry.kind == Kind.CHOSE]
    assert chose["passed"] == [0, 1]
    assert "not chosen: Plugin" in json.dumps(_report(entries))


async def test_the_first_alternative_is_done_and_the_run_does_not_fall_into_the_second(
    shop: Shop, ledger: Path
) -> None:
    state, _, _ = await played(shop, TABS, ledger, [Pick(0), yes, yes, yes, yes])
    assert done(ledger) == ["plugin", "plugin too"]
    assert state.ended == "done"


async def test_the_choice_is_not_lost_with_the_console(shop: Shop, ledger: Path) -> None:
    state, _, _ = await played(shop, TABS, ledger, [Pick(1), Leave()])
    session, operator = await shop.resume([yes, yes, yes])
    try:
        state = await session.play()
    finally:
        await session.close()
    assert not operator.asked_of(AskWay)
    assert done(ledger) == ["hand"]
    assert state.ended == "done"


async def test_who_goes_back_to_an_alternative_is_asked_again_which(shop: Shop, ledger: Path) -> None:
    def back(state: RunState, question: Question) -> Back:
        assert isinstance(question, AskConfirm)
        return Back(2)

    state, asked, _ = await played(shop, TABS, ledger, [Pick(0), back, Pick(1), yes, yes, yes])
    assert [type(one) for one in asked[:3]] == [AskWay, AskConfirm, AskWay]
    assert done(ledger) == ["hand"]
    assert state.ended == "done"


async def test_alternatives_can_be_left_out_altogether(shop: Shop, ledger: Path) -> None:
    state, _, _ = await played(shop, TABS, ledger, [Skip("neither is installed"), yes, yes, yes, yes])
    assert done(ledger) == []
    assert [here.progress for here in state.steps[:3]] == [Progress.SKIPPED] * 3
    assert state.steps[2].parts[0].note == "neither is installed"


def _report(entries: list) -> str:
    from opsconsole.run.report import report

    return report(entries, {}, "")
