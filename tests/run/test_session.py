"""Playing a run: real runbooks, a real holder, an operator who answers by a script."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from opsconsole.model.questions import (
    AskConfirm,
    AskEnd,
    AskFailed,
    AskInput,
    AskTick,
    Back,
    Edit,
    Leave,
    Retry,
    Skip,
    Stop,
    Value,
    Yes,
)
from opsconsole.model.run import Progress, RunState, level_changes
from opsconsole.model.runbook import Risk
from opsconsole.model.stack import Forbidden
from opsconsole.model.trouble import TroubleError
from opsconsole.model.verdict import Level
from opsconsole.run import wire
from opsconsole.run.folder import list_runs, read_run
from opsconsole.run.kinds import Kind
from opsconsole.run.session import Session
from tests.run.lab import all_bytes, journalled
from tests.run.shop import Shop
from tests.support.operator import ScriptedOperator
from tests.support.waiting import wait_for

LOOK_AND_MEND = """
# Web is down

## Diagnosis

```bash {name=look}
ls
```

## Recovery

```bash {name=mend}
rm -f web.health.red
```

- [ ] Tell the others
"""


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


async def test_a_run_from_its_first_look_to_green(shop: Shop) -> None:
    (shop.home / "web.health.red").touch()
    session, operator = await shop.begin(
        LOOK_AND_MEND, [Yes(), lambda state, asked: Yes(typed=asked.target), Yes(note="told"), Yes()], reason="paged"
    )
    state = await session.play()
    assert state.ended == "done"
    assert [here.progress for here in state.steps] == [Progress.DONE] * 3
    assert "web.health.red" in operator.seen
    assert not (shop.home / "web.health.red").exists()
    labels = [check.label for check in state.ops_checks]
    assert labels == ["at the start", "before the first change", "after mend"]
    assert [(c.check, c.before, c.after) for c in level_changes(*state.ops_checks[1:])] == [
        ("web.health", Level.DOWN, Level.OK)
    ]
    assert state.steps[2].parts[0].note == "told"
    assert await wait_for("the holder to leave", lambda: wire.holder_of(session.folder) is None)


async def test_the_question_shows_the_command_its_risk_and_where_it_runs(shop: Shop) -> None:
    session, operator = await shop.begin(LOOK_AND_MEND, [Yes(), Leave()])
    await session.play()
    look, mend = operator.asked_of(AskConfirm)
    assert (look.text, look.mode, look.command.risk) == ("ls", "no", Risk.READ)
    assert (mend.text, mend.command.risk) == ("rm -f web.health.red", Risk.DESTROY)
    assert mend.mode == "type"
    assert mend.target == "web.health.red"
    assert str(shop.home) in mend.where
    assert session.state.host in mend.where


async def test_a_destroying_step_runs_only_when_its_target_was_typed(shop: Shop) -> None:
    (shop.home / "web.health.red").touch()
    session, operator = await shop.begin(LOOK_AND_MEND, [Yes(), Yes(), Yes(typed="something"), Leave()])
    state = await session.play()
    assert len(operator.asked_of(AskConfirm)) == 4
    assert state.steps[1].progress is Progress.TODO
    assert (shop.home / "web.health.red").exists()


async def test_a_declined_change_is_left_out_with_its_reason(shop: Shop) -> None:
    (shop.home / "web.health.red").touch()
    session, operator = await shop.begin(LOOK_AND_MEND, [Yes(), Skip("not now"), Skip("alone here"), Yes()])
    state = await session.play()
    assert state.ended == "done"
    assert state.steps[1].parts[0].note == "not now"
    [end] = operator.asked_of(AskEnd)
    assert [found.check for found in end.still_wrong] == ["web.health"]


async def test_commands_of_a_block_that_changes_something_are_asked_about_one_by_one(shop: Shop) -> None:
    text = "```bash\nls\ntouch one\ntouch two\n```\n"
    session, operator = await shop.begin(text, [Yes(), Yes(), Skip("enough"), Yes()])
    state = await session.play()
    assert [asked.text for asked in operator.asked_of(AskConfirm)] == ["ls", "touch one", "touch two"]
    assert [asked.mode for asked in operator.asked_of(AskConfirm)] == ["no", "yes", "yes"]
    assert sorted(path.name for path in shop.home.iterdir()) == ["one"]
    assert state.steps[0].progress is Progress.DONE


async def test_a_failure_stops_and_asks_and_can_be_tried_again(shop: Shop) -> None:
    session, operator = await shop.begin("```bash\ntest -e there\n```\n", [Yes(), Retry(), Yes(), Skip("known"), Yes()])
    state = await session.play()
    failures = operator.asked_of(AskFailed)
    assert [asked.reason for asked in failures] == ["exit code 1", "exit code 1"]
    assert state.steps[0].parts[0].attempt == 2
    assert state.ended == "done"


async def test_stopping_at_a_failure_makes_it_a_failed_run(shop: Shop) -> None:
    session, _ = await shop.begin("```bash\nfalse\n```\n", [Yes(), Stop("cannot")])
    state = await session.play()
    assert (state.ended, state.why_ended) == ("failed", "cannot")


async def test_an_edited_command_is_judged_asked_about_and_recorded(shop: Shop) -> None:
    session, operator = await shop.begin("```bash\nls\n```\n", [Edit("touch other"), Yes(), Yes()])
    state = await session.play()
    first, second = operator.asked_of(AskConfirm)
    assert (first.mode, second.mode) == ("no", "yes")
    assert second.text == "touch other"
    assert (shop.home / "other").exists()
    edit = next(entry.data for entry in journalled(session.folder) if entry.kind == Kind.EDITED)
    assert (edit["before"], edit["text"]) == ("ls", "touch other")
    assert state.steps[0].parts[0].edited


async def test_the_operator_may_go_back(shop: Shop) -> None:
    text = "```bash\necho one >> ledger\n```\n\n```bash\necho two >> ledger\n```\n"
    session, _ = await shop.begin(text, [Yes(), Back(0), Yes(), Yes(), Yes()])
    state = await session.play()
    assert state.ended == "done"
    assert (shop.home / "ledger").read_text() == "one\none\ntwo\n"


async def test_an_undo_is_offered_after_a_failure_and_never_started_on_its_own(shop: Shop) -> None:
    text = "```bash {name=mend undo=put-back}\ntouch half; false\n```\n\n```bash {name=put-back}\nrm half\n```\n"
    answers = [Yes(), Yes(), lambda state, asked: Back(asked.undo_step), lambda s, a: Yes(typed=a.target), Stop()]
    session, operator = await shop.begin(text, answers)
    state = await session.play()
    assert operator.asked_of(AskFailed)[0].undo == "rm half"
    assert not (shop.home / "half").exists()
    assert state.ended == "failed"


async def test_what_a_part_printed_is_told_before_its_end(shop: Shop) -> None:
    """However quick it was: consoles set its output off between its beginning and its end."""
    text = "```bash\nseq 1 1000; echo last words\n```\n"
    for _ in range(10):
        session, operator = await shop.begin(text, [Yes(), Leave()])
        told: list[str] = []

        def update(state: RunState, operator: ScriptedOperator = operator, told: list[str] = told) -> None:
            if state.steps[0].parts[0].ended and not told:
                told.append(operator.seen)

        operator.update = update  # type: ignore[method-assign]
        await session.play()
        assert told[0].endswith("1000\r\nlast words\r\n")
        await session.close()


async def test_what_a_step_leaves_running_is_named(shop: Shop) -> None:
    session, _ = await shop.begin("```bash\nsleep 61 &\n```\n", [lambda s, a: Yes(typed=a.target), Leave()])
    state = await session.play()
    assert re.fullmatch(r"sleep \(\d+\)", state.steps[0].parts[0].left)


# --- values ----------------------------------------------------------------------------------------------------

WITH_INPUTS = """---
inputs:
  service: { ask: Which service?, choices: services, default: worker }
  tag: { ask: Which tag?, pattern: 'v\\d+' }
---

```bash
echo "$service at $tag" > said
```

```bash
echo "$service" >> said
```
"""


async def test_a_value_is_asked_for_once_and_shown_with_the_command(shop: Shop) -> None:
    session, operator = await shop.begin(WITH_INPUTS, [Value("web"), Value("v7"), Yes(), Yes(), Yes()])
    await session.play()
    asked = operator.asked_of(AskInput)
    assert [(one.name, one.suggestion, one.choices) for one in asked] == [
        ("service", "worker", ("web", "worker")),
        ("tag", "", ()),
    ]
    assert operator.asked_of(AskConfirm)[0].values == (("service", "web"), ("tag", "v7"))
    assert (shop.home / "said").read_text() == "web at v7\nweb\n"


async def test_a_value_that_cannot_be_is_refused_with_the_reason(shop: Shop) -> None:
    session, operator = await shop.begin(WITH_INPUTS, [Value("web"), Value(""), Value("latest"), Value("v7"), Leave()])
    await session.play()
    assert [one.problem for one in operator.asked_of(AskInput)][2:] == [
        "it must not be empty",
        r"it must look like v\d+",
    ]


async def test_values_given_beforehand_are_not_asked_for(shop: Shop) -> None:
    session, operator = await shop.begin(WITH_INPUTS, [Value("v7"), Leave()], service="web", nonsense="x")
    await session.play()
    assert [one.name for one in operator.asked_of(AskInput)] == ["tag"]
    assert session.state.inputs == {"service": "web", "tag": "v7"}


async def test_a_suggestion_comes_from_a_look_and_only_from_a_look(shop: Shop) -> None:
    def text(source: str) -> str:
        return f"---\ninputs:\n  tag: {{ ask: Tag?, from: '{source}' }}\n---\n\n```bash\necho $tag\n```\n"

    session, operator = await shop.begin(text("echo v6"), [Leave()])
    await session.play()
    assert operator.asked_of(AskInput)[0].suggestion == "v6"
    session, operator = await shop.begin(text("touch harm"), [Leave()])
    await session.play()
    [asked] = operator.asked_of(AskInput)
    assert asked.suggestion == ""
    assert "not looked up" in asked.problem
    assert not (shop.home / "harm").exists()


SECRET = """---
inputs:
  pw: { ask: New password, secret: true }
---

```bash
echo "the password is $pw"; echo ${#pw}
```
"""


async def test_a_secret_reaches_the_step_and_nothing_that_is_kept_or_shown(shop: Shop) -> None:
    session, operator = await shop.begin(SECRET, [Value("hunter2-hunter2"), Yes(), Yes()])
    state = await session.play()
    assert operator.asked_of(AskInput)[0].secret
    assert "the password is ••••••\r\n15\r\n" in operator.seen
    assert b"hunter2" not in all_bytes(session.folder)
    assert "hunter2" not in repr(state) + repr(operator.asked) + operator.seen


async def test_a_secret_that_somebody_repeats_in_a_reason_is_not_written_down(shop: Shop) -> None:
    said = [Value("hunter2-hunter2"), Skip("it was hunter2-hunter2 before"), Yes(note="now not hunter2-hunter2")]
    session, _ = await shop.begin(SECRET, said)
    assert (await session.play()).ended == "done"
    assert "it was •••••• before".encode() in all_bytes(session.folder)
    assert b"hunter2" not in all_bytes(session.folder)


async def test_a_secret_is_asked_for_again_when_a_run_is_taken_up(shop: Shop) -> None:
    session, _ = await shop.begin(SECRET, [Value("hunter2-hunter2"), Leave()])
    await session.play()
    await session.close()
    again, operator = await shop.resume([Value("hunter2-hunter2"), Yes(), Yes()])
    assert (await again.play()).ended == "done"
    assert [one.name for one in operator.asked_of(AskInput)] == ["pw"]


# --- the guard -------------------------------------------------------------------------------------------------


async def test_what_the_stack_forbids_is_refused_with_its_reason(shop: Shop) -> None:
    shop.forbidden = (Forbidden(("touch", "migrations"), "production never generates migrations"),)
    session, operator = await shop.begin("```bash\ntouch migrations\n```\n", [Yes(), Yes(), Stop()])
    state = await session.play()
    assert "production never generates migrations" in operator.asked_of(AskConfirm)[0].refused
    assert state.ended == "refused"
    assert not (shop.home / "migrations").exists()


async def test_read_only_means_that_nothing_but_looks_can_run_edited_or_not(shop: Shop) -> None:
    shop.read_only = True
    session, operator = await shop.begin(
        "```bash\nls\n```\n", [Edit("touch x"), Yes(), Edit("echo fine"), Yes(), Yes()]
    )
    state = await session.play()
    assert [(asked.text, bool(asked.refused)) for asked in operator.asked_of(AskConfirm)] == [
        ("ls", False),
        ("touch x", True),
        ("touch x", True),
        ("echo fine", False),
    ]
    assert state.ended == "done"
    assert not (shop.home / "x").exists()


# --- proof -----------------------------------------------------------------------------------------------------


async def test_a_step_with_a_check_has_succeeded_when_the_check_is_ok(shop: Shop) -> None:
    (shop.home / "web.health.red").touch()
    text = "```bash {check=web.health until=20s}\n(sleep 0.3; rm -f web.health.red) & touch restarted\n```\n"
    answers = [lambda state, asked: Yes(typed=asked.target), Yes(), Yes()]
    session, operator = await shop.begin(text, answers)
    state = await session.play()
    assert state.ended == "done", operator.asked
    assert any("web.health is DOWN: not mended" in state.waiting for state in operator.states)
    assert ("web.health",) in shop.looked_at, "waiting for one check does not pay for all"
    assert set(shop.looked_at) == {("web.health",), None}


async def test_a_check_that_stays_red_makes_the_step_fail_though_it_exited_well(shop: Shop) -> None:
    shop.red = {"web.health": "answers 502"}
    session, operator = await shop.begin("```bash {check=web.health until=1s}\ntouch x\n```\n", [Yes(), Stop()])
    await session.play()
    assert operator.asked_of(AskFailed)[0].reason == "it ran, but web.health is DOWN: answers 502"


async def test_waiting_for_a_check_can_be_ended(shop: Shop) -> None:
    shop.red = {"web.health": "answers 502"}
    session, operator = await shop.begin("```bash {check=web.health until=1h}\ntouch x\n```\n", [Yes(), Stop()])
    playing = asyncio.create_task(session.play())
    await wait_for("the run to wait for its check", lambda: "answers 502" in session.state.waiting)
    session.interrupt()
    await playing
    assert "the operator did not wait longer" in operator.asked_of(AskFailed)[0].reason


async def test_a_look_with_until_is_repeated_until_it_succeeds(shop: Shop) -> None:
    text = "```bash {until=20s every=50ms expect=three}\nwc -l < ledger | sed s/3/three/; cat /dev/null\n```\n"
    (shop.home / "ledger").write_text("")
    session, operator = await shop.begin(text, [Yes(), Yes()])
    playing = asyncio.create_task(session.play())
    for line in range(3):
        await wait_for("another try", lambda line=line: session.state.steps[0].parts[0].attempt > line)
        with (shop.home / "ledger").open("a") as ledger:
            ledger.write("x\n")
    state = await playing
    assert state.ended == "done"
    assert len(operator.asked_of(AskConfirm)) == 1
    assert state.steps[0].parts[0].attempt >= 3


async def test_its_time_over_a_look_with_until_has_failed(shop: Shop) -> None:
    text = "```bash {until=300ms every=50ms expect=never}\necho not yet\n```\n"
    session, operator = await shop.begin(text, [Yes(), Stop()])
    state = await session.play()
    assert operator.asked_of(AskFailed)[0].reason == "it did not print never"
    assert state.steps[0].parts[0].attempt > 1


async def test_what_a_step_printed_can_be_used_by_a_later_one(shop: Shop) -> None:
    text = '```bash {capture=tag}\necho v7\n```\n\n```bash\necho "tag $tag" > said\n```\n'
    session, _ = await shop.begin(text, [Yes(), Yes(), Yes()])
    await session.play()
    assert (shop.home / "said").read_text() == "tag v7\n"


async def test_an_ops_check_that_fails_is_recorded_as_not_verified_and_the_run_goes_on(shop: Shop) -> None:
    shop.broken = "the probe fell over"
    session, _ = await shop.begin("```bash\ntouch x\n```\n", [Yes(), Yes()])
    state = await session.play()
    assert state.ended == "done"
    assert [check.problem for check in state.ops_checks] == ["no OPS-check: the probe fell over"] * 2


# --- two people, and what cannot be kept -----------------------------------------------------------------------


async def test_a_second_run_cannot_change_the_stack_and_sees_who_does(shop: Shop) -> None:
    first, _ = await shop.begin("```bash\ntouch a\n```\n\n- [ ] Wait\n", [Yes(), Leave()], reason="first")
    await first.play()
    text = "```bash\nls\ntouch b\n```\n"
    second, operator = await shop.begin(text, [Yes(), Yes(), Leave()], book_name="other")
    await second.play()
    refused = operator.asked_of(AskConfirm)[1].refused
    assert refused.startswith(f"{first.state.user} is changing this stack since ")
    assert not (shop.home / "b").exists()
    again, _ = await shop.resume([Yes(), Yes()], first.state.id)
    assert (await again.play()).ended == "done"
    await wait_for("the first holder to leave", lambda: wire.holder_of(first.folder) is None)
    third, _ = await shop.resume([Yes(), Yes()], second.state.id)
    assert (await third.play()).ended == "done"
    assert (shop.home / "b").exists()


async def test_where_nothing_can_be_kept_nothing_is_begun(shop: Shop) -> None:
    shop.state_folder.write_text("a file stands where the folder should be")
    with pytest.raises(TroubleError, match=r"a run cannot be recorded here .* so nothing was started"):
        await shop.begin("```bash\ntouch x\n```\n")


async def test_a_runbook_that_was_changed_since_it_was_read_is_not_run(shop: Shop) -> None:
    runbook = shop.book("```bash\nls\n```\n")
    assert runbook.path is not None
    runbook.path.write_text("```bash\nrm -rf /\n```\n")

    with pytest.raises(TroubleError, match="has changed since it was opened"):
        await Session.begin(runbook=runbook, reason="", inputs={}, **shop.ports(ScriptedOperator()))


async def test_a_run_that_is_over_is_not_taken_up(shop: Shop) -> None:
    session, _ = await shop.begin("- [ ] Tell\n", [Stop("wrong one")])
    await session.play()
    with pytest.raises(TroubleError, match=r"the run is over \(stopped\)"):
        await shop.resume()


async def test_runs_are_listed_with_how_they_stand(shop: Shop) -> None:
    first, _ = await shop.begin("# One\n\n- [ ] Tell\n", [Yes(), Yes()], reason="a")
    await first.play()
    second, operator = await shop.begin(
        "# Two\n\n```bash {name=slow}\nsleep 60\n```\n", [Yes()], reason="b", book_name="other"
    )
    playing = asyncio.create_task(second.play())
    await wait_for("the step to run", lambda: second.running)
    newest, oldest = list_runs(shop.state_folder)
    assert (newest.title, newest.ended, newest.running, newest.step) == ("Two", None, True, "slow")
    assert (oldest.title, oldest.ended, oldest.running, oldest.reason) == ("One", "done", False, "a")
    second.interrupt()
    await playing
    assert operator.asked_of(AskFailed) == []  # a look that the operator ended has told what it could
    assert read_run(shop.state_folder, first.state.id).ended == "done"
    with pytest.raises(TroubleError, match="there is no run nonsense"):
        read_run(shop.state_folder, "nonsense")


async def test_a_tick_can_carry_a_note(shop: Shop) -> None:
    session, operator = await shop.begin("- [ ] Tell the others\n", [Yes(note="told Ben"), Yes()])
    state = await session.play()
    assert operator.asked_of(AskTick) == [AskTick(0)]
    assert state.steps[0].parts[0].note == "told Ben"


async def test_a_step_that_waits_for_no_check_fails(shop: Shop) -> None:
    """So a check that is taken out of a stack file is missed by every run of a runbook that waits for it."""
    session, _ = await shop.begin(
        "# Mend\n\n```bash {name=look check=taken.out until=0.1s}\ntrue\n```\n", [Yes(), Leave()]
    )
    state = await session.play()
    assert state.steps[0].progress is Progress.FAILED
    assert state.steps[0].parts[0].reason == "it ran, but there is no check taken.out in this stack"
