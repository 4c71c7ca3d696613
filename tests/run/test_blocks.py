"""How a block is run: command by command, the rest as one script, and what is not run here at all."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from opsconsole.model.questions import (
    Apart,
    AskConfirm,
    AskFailed,
    AskShown,
    Edit,
    Here,
    Leave,
    Override,
    Rest,
    Skip,
    Yes,
)
from opsconsole.model.run import Progress
from opsconsole.model.runbook import Risk
from opsconsole.model.stack import Forbidden
from opsconsole.run.kinds import Kind
from tests.run.lab import journalled
from tests.run.shop import Shop
from tests.support.waiting import wait_for


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def names(shop: Shop) -> list[str]:
    return sorted(path.name for path in shop.home.iterdir())


# --- the rest as one script ---------------------------------------------------------------------------------------

RESTARTS = """
```bash
ls
touch one
touch two
# if the queue still grows
touch three

touch four
```
"""


async def test_the_rest_of_a_block_runs_as_one_script_up_to_the_first_command_under_a_condition(shop: Shop) -> None:
    session, operator = await shop.begin(RESTARTS, [Rest(), Yes(), Skip("it does not"), Yes(), Yes()])
    state = await session.play()
    first, script, condition, last = operator.asked_of(AskConfirm)
    assert (first.text, first.rest) == ("ls", 3)
    assert "touch three" in first.rest_ends
    assert "if the queue still grows" in first.rest_ends
    assert (script.text, script.mode, script.joined) == ("ls\ntouch one\ntouch two", "yes", 3)
    assert "bash -eu -o pipefail" in script.where
    assert (condition.text, condition.condition) == ("touch three", "if the queue still grows")
    assert (last.text, last.rest) == ("touch four", 0)
    assert names(shop) == ["four", "one", "two"]
    assert state.ended == "done"


async def test_a_script_ends_at_its_first_failure_and_says_so(shop: Shop) -> None:
    text = "```bash\ntouch one\nfalse | cat\ntouch two\n```\n"
    session, operator = await shop.begin(text, [Rest(), Yes(), Leave()])
    await session.play()
    assert operator.asked_of(AskFailed)
    assert names(shop) == ["one"]


async def test_one_command_at_a_time_again(shop: Shop) -> None:
    text = "```bash\ntouch one\ntouch two\n```\n"
    session, operator = await shop.begin(text, [Rest(), Apart(), Yes(), Skip("enough"), Yes()])
    await session.play()
    assert [asked.text for asked in operator.asked_of(AskConfirm)] == [
        *("touch one", "touch one\ntouch two", "touch one", "touch two"),
    ]
    assert names(shop) == ["one"]


async def test_a_script_is_confirmed_by_the_worst_of_its_commands_and_passes_the_guard(shop: Shop) -> None:
    shop.forbidden = (Forbidden(("touch", "two"), "two is one too many"),)
    text = "```bash\ntouch one\nrm -rf old\ntouch two\n```\n"
    session, operator = await shop.begin(text, [Rest(), Yes(), Leave()])
    await session.play()
    script = operator.asked_of(AskConfirm)[1]
    assert (script.mode, script.command.risk) == ("type", Risk.DESTROY)
    assert "two is one too many" in script.refused
    assert names(shop) == []


# --- what is not for here -----------------------------------------------------------------------------------------

TUNNEL = """
```bash
# on your own machine
touch tunnel

touch here
```
"""


async def test_what_is_for_another_machine_is_shown_and_does_not_run(shop: Shop) -> None:
    session, operator = await shop.begin(TUNNEL, [Yes(note="tunnel is up"), Yes(), Yes()])
    state = await session.play()
    [shown] = operator.asked_of(AskShown)
    assert (shown.text, shown.here) == ("touch tunnel", True)
    assert "another machine" in shown.why
    assert names(shop) == ["here"]
    assert state.steps[0].parts[0].note == "tunnel is up"


async def test_it_runs_here_only_when_the_operator_says_so_and_confirms_it(shop: Shop) -> None:
    session, operator = await shop.begin(TUNNEL, [Here(), Yes(), Leave()])
    await session.play()
    assert [asked.text for asked in operator.asked_of(AskConfirm)] == ["touch tunnel", "touch here"]
    assert names(shop) == ["tunnel"]


async def test_what_is_for_the_inside_of_another_shell_never_runs_outside(shop: Shop) -> None:
    text = "```bash\ndocker exec -it shop-web bash\ntouch inside\nexit\ntouch outside\n```\n"
    session, operator = await shop.begin(text, [Skip("no"), Here(), Yes(), Yes(), Yes(), Yes()])
    state = await session.play()
    assert [shown.text for shown in operator.asked_of(AskShown)] == ["touch inside", "touch inside", "exit"]
    assert not any(shown.here for shown in operator.asked_of(AskShown) if isinstance(shown, AskShown))
    assert names(shop) == ["outside"]
    assert state.ended == "done"


async def test_a_condition_in_a_block_that_only_looks_is_asked_about_all_the_same(shop: Shop) -> None:
    text = "```bash\nls\n# only if the disk is full\ndf -h\n```\n"
    session, operator = await shop.begin(text, [Yes(), Leave()])
    await session.play()
    look, condition = operator.asked_of(AskConfirm)
    assert (look.text, look.condition) == ("ls", "")
    assert (condition.text, condition.condition, condition.mode) == ("df -h", "only if the disk is full", "yes")


# --- a rule of the guard that is broken ---------------------------------------------------------------------------


async def test_a_rule_is_broken_only_with_a_reason_for_this_very_text_and_on_record(shop: Shop) -> None:
    shop.forbidden = (Forbidden(("touch", "--", "never"), "nobody does that"),)
    text = "```bash\ntouch -- never\n```\n"
    session, operator = await shop.begin(
        text, [Yes(), Override(" "), Override("the vendor told us to"), Yes(), Yes()], reason="paged"
    )
    state = await session.play()
    refused, again, empty, asked = operator.asked_of(AskConfirm)
    assert refused.refused and refused.overridable and again.refused and empty.refused
    assert (asked.refused, asked.overridden, asked.mode) == ("", "the vendor told us to", "yes")
    assert names(shop) == ["never"]
    assert state.ended == "done"
    [broken] = [entry.data for entry in journalled(session.folder) if entry.kind == Kind.OVERRIDDEN]
    assert broken["reason"] == "the vendor told us to"
    assert broken["text"] == "touch -- never"
    assert "nobody does that" in broken["rule"]


async def test_another_text_is_another_rule_to_break(shop: Shop) -> None:
    shop.forbidden = (Forbidden(("touch", "never"), "nobody does that"),)
    text = "```bash\ntouch never\n```\n"
    session, operator = await shop.begin(text, [Override("told to"), Edit("touch never ever"), Yes(), Leave()])
    await session.play()
    assert operator.asked_of(AskConfirm)[2].refused
    assert names(shop) == []


async def test_read_only_cannot_be_overridden(shop: Shop) -> None:
    shop.read_only = True
    session, operator = await shop.begin("```bash\ntouch x\n```\n", [Override("I may"), Yes(), Leave()])
    state = await session.play()
    assert all(asked.refused and not asked.overridable for asked in operator.asked_of(AskConfirm))
    assert state.steps[0].progress is Progress.TODO
    assert names(shop) == []


# --- what a command reads and prints ------------------------------------------------------------------------------


async def test_a_look_has_nothing_to_read_and_no_pager(shop: Shop) -> None:
    text = "```bash\ntest -t 0 || echo no terminal; test -t 1 && echo $PAGER $GIT_PAGER $SYSTEMD_PAGER\n```\n"
    session, operator = await shop.begin(text, [Yes(), Yes()])
    await session.play()
    assert operator.seen.splitlines() == ["no terminal", "cat cat cat"]


async def test_what_changes_something_may_ask_on_the_terminal(shop: Shop) -> None:
    session, operator = await shop.begin("```bash\ntouch x && test -t 0 && echo terminal\n```\n", [Yes(), Yes(), Yes()])
    await session.play()
    assert operator.seen.splitlines() == ["terminal"]


async def test_a_block_that_only_looks_runs_whole_and_to_its_end(shop: Shop) -> None:
    text = "```bash\ncat missing\necho one\ngrep x /dev/null\n```\n"
    session, operator = await shop.begin(text, [Yes(), Yes()])
    state = await session.play()
    assert len(operator.asked_of(AskConfirm)) == 1
    assert "one" in operator.seen
    assert state.steps[0].parts[0].note == "found nothing"
    assert state.ended == "done"


async def test_the_command_that_is_shown_has_the_switch_that_compose_needs(shop: Shop) -> None:
    text = "```bash\ndocker compose exec db psql < dump.sql\n```\n"
    session, operator = await shop.begin(text, [Leave()])
    await session.play()
    [asked] = operator.asked_of(AskConfirm)
    assert isinstance(asked, AskConfirm)
    assert asked.text == "docker compose exec -T db psql < dump.sql"
    assert "-T" in asked.forecast[0]


async def test_what_has_no_end_streams_until_the_operator_stops_it_and_that_is_success(shop: Shop) -> None:
    (shop.home / "log").write_text("first\n")
    text = "```bash\ntouch x\ntail -f log\ntouch after\n```\n"
    session, operator = await shop.begin(text, [Yes(), Yes(), Yes(), Yes()])
    playing = asyncio.ensure_future(session.play())
    await wait_for("the first line", lambda: "first" in operator.seen)
    session.interrupt()
    state = await playing
    assert [part.progress for part in state.steps[0].parts] == [Progress.DONE] * 3
    assert state.steps[0].parts[1].note == "watched until the operator stopped it"
    started = [entry.data for entry in journalled(session.folder) if entry.kind == Kind.STARTED]
    assert started[1]["timeout"] is None
    assert names(shop) == ["after", "log", "x"]


async def test_what_a_step_leaves_running_is_named_at_its_end(shop: Shop) -> None:
    session, _ = await shop.begin("```bash\nsleep 600 & touch x\n```\n", [Yes(), Yes()])
    state = await session.play()
    assert "sleep" in state.steps[0].parts[0].left
