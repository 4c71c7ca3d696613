"""A run goes on with the text it began with, and never silently: what has changed since is shown first."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.model.questions import AskChanged, AskConfirm, AskInput, Leave, Stop, Value, Yes
from opsconsole.run.changed import difference
from opsconsole.run.kinds import Kind
from tests.run.lab import journalled
from tests.run.shop import Shop
from tests.support.waiting import wait_for

BEFORE = """---
inputs:
  tag: { ask: Tag? }
  pw: { ask: Password?, secret: true }
---

```bash {name=look capture=found}
echo it is $tag
```

```bash {name=mend}
echo "mended $tag $found $(printf %s $pw | wc -c)" >> ledger
```
"""
NOW = BEFORE.replace('"mended', '"broken').replace("name=look", "name=watch")
SECRET = "hunter2-hunter2"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


async def left_and_changed(shop: Shop, now: str = NOW) -> None:
    """A run whose first step is done, left before the second; then somebody saves another text."""
    session, _ = await shop.begin(BEFORE, [Value("v7"), Yes(), Value(SECRET), Leave()])
    await session.play()
    await session.close()
    (shop.folder / "book.md").write_text(now)


async def test_what_has_changed_is_shown_and_on_yes_the_old_text_runs_to_its_end(shop: Shop) -> None:
    await left_and_changed(shop)
    session, operator = await shop.resume([Yes(), Value(SECRET), Yes(), Yes()])
    state = await session.play()
    [changed] = operator.asked_of(AskChanged)
    assert changed == operator.asked[0], "before anything else"
    assert changed.words == "2 lines taken out, 2 lines put in; changed: step mend; gone: step look; new: step watch"
    assert '-echo "mended $tag $found $(printf %s $pw | wc -c)" >> ledger' in changed.lines
    assert '+echo "broken $tag $found $(printf %s $pw | wc -c)" >> ledger' in changed.lines
    assert state.ended == "done"
    assert (shop.home / "ledger").read_text() == f"mended v7 it is v7 {len(SECRET)}\n"
    [entry] = [entry for entry in journalled(session.folder) if entry.kind == Kind.SAME_TEXT]
    assert entry.data["changed"] == changed.words


async def test_inputs_and_captures_survive_and_a_secret_is_asked_for_again(shop: Shop) -> None:
    await left_and_changed(shop)
    session, operator = await shop.resume([Yes(), Value(SECRET), Leave()])
    await session.play()
    assert [question.name for question in operator.asked_of(AskInput)] == ["pw"]
    assert dict(session.state.inputs) == {"tag": "v7", "found": "it is v7"}
    [confirm] = operator.asked_of(AskConfirm)
    assert "mended" in confirm.text


async def test_the_operator_may_stop_instead_and_nothing_more_runs(shop: Shop) -> None:
    await left_and_changed(shop)
    session, operator = await shop.resume([Stop("start over with the new text")])
    state = await session.play()
    assert (state.ended, state.why_ended) == ("stopped", "start over with the new text")
    assert len(operator.asked) == 1
    assert not (shop.home / "ledger").exists()


async def test_whoever_leaves_the_question_finds_it_again(shop: Shop) -> None:
    await left_and_changed(shop)
    for _ in range(2):
        session, operator = await shop.resume([Leave()])
        assert (await session.play()).ended is None
        assert [type(question) for question in operator.asked] == [AskChanged]
        await session.close()


async def test_a_run_whose_step_is_running_can_be_gone_on_with_or_left_but_not_stopped(shop: Shop) -> None:
    book = "```bash\nuntil test -e go; do sleep 0.02; done\n```\n"
    session, _ = await shop.begin(book, [Yes()])
    playing = asyncio.create_task(session.play())
    await wait_for("the step to run", lambda: session.running)
    playing.cancel()
    await session.close()
    (shop.folder / "book.md").write_text("something else")
    again, operator = await shop.resume([Stop("no"), Yes(), Yes()])
    watching = asyncio.create_task(again.play())
    await wait_for("the question, again after the stop", lambda: len(operator.asked_of(AskChanged)) == 2)
    assert operator.asked_of(AskChanged)[0].running
    (shop.home / "go").touch()
    assert (await watching).ended == "done"


@pytest.mark.parametrize("gone", [True, False])
async def test_a_runbook_that_is_gone_or_the_same_is_not_asked_about(shop: Shop, gone: bool) -> None:
    await left_and_changed(shop, BEFORE)
    if gone:
        (shop.folder / "book.md").unlink()
    session, operator = await shop.resume([Value(SECRET), Yes(), Yes()])
    assert (await session.play()).ended == "done"
    assert operator.asked_of(AskChanged) == []


def test_it_is_told_when_only_line_ends_differ() -> None:
    assert difference("a\nb\n", "a\r\nb\r\n").words == "only the ends of lines are others"


@given(st.lists(st.sampled_from(["a", "b", "# c", "```bash", "ls", "```", ""])), st.lists(st.sampled_from("ab")))
def test_the_diff_counts_what_it_shows(before: list[str], now: list[str]) -> None:
    found = difference("\n".join(before), "\n".join(now))
    put_in = [line for line in found.lines if line.startswith("+")]
    assert f"{len(put_in)} line" in found.words or not put_in
