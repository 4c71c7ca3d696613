"""A run at the console: what is asked, which keys answer, and which do not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual import events
from textual.pilot import Pilot

from opsconsole.model.questions import (
    AskChanged,
    AskConfirm,
    AskEnd,
    AskFailed,
    AskInput,
    AskTick,
    AskUnknown,
    AskWay,
    Back,
    Edit,
    Leave,
    Pick,
    Question,
    Retry,
    Skip,
    Stop,
    Value,
    Way,
    Yes,
)
from opsconsole.model.run import Progress, RunState
from opsconsole.tui.console import Console
from tests.support.snapshots import everything_wrong
from tests.support.waiting import wait_for
from tests.tui.fakes import CHANGE, DESTROY, LOOK, ScriptedSession, ToldParts, a_runbook, a_state, console, painted

WHERE = "in /opt/EatFit24 on prod-1 as deploy"
ASK_LOOK = AskConfirm(0, 0, LOOK.text, "no", WHERE, LOOK)
ASK_CHANGE = AskConfirm(1, 0, CHANGE.text, "yes", WHERE, CHANGE, undo="docker compose down celery-worker")
ASK_DESTROY = AskConfirm(2, 0, DESTROY.text, "type", WHERE, DESTROY, target="ai")


async def hold_down(app: Console, key: str) -> None:
    """As a terminal sends it: once, after half a second again, and then thirty times a second."""
    app.post_message(events.Key(key, key))
    await asyncio.sleep(0.5)
    for _ in range(20):
        app.post_message(events.Key(key, key))
        await asyncio.sleep(0.03)


class Running:
    """A console in which a run with these questions was begun."""

    def __init__(self, app: Console, pilot: Pilot[int], parts: ToldParts, session: ScriptedSession) -> None:
        self.app, self.pilot, self.parts, self.session = app, pilot, parts, session

    async def see(self, words: str) -> None:
        await wait_for(f"{words!r} on the screen", lambda: words in painted(self.app))

    async def type(self, text: str) -> None:
        await self.pilot.press(*text)


@asynccontextmanager
async def running(
    questions: Sequence[Question], state: RunState | None = None, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Running]:
    parts = ToldParts(everything_wrong(), [a_runbook()])
    made: list[ScriptedSession] = []

    def script(operator: object) -> ScriptedSession:
        made.append(ScriptedSession(operator, state or a_state(), questions))
        return made[0]

    parts.script = script
    app = console(parts)
    async with app.run_test(size=size) as pilot:
        await wait_for("the findings", lambda: "celery-worker" in painted(app))
        await pilot.press("enter")
        await wait_for("the runbook", lambda: "⏎ begin" in painted(app))
        await pilot.press("enter")
        await wait_for("the session", lambda: bool(made))
        yield Running(app, pilot, parts, made[0])


async def test_reading_a_runbook_begins_nothing() -> None:
    parts = ToldParts(everything_wrong(), [a_runbook()])
    app = console(parts)
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for("the findings", lambda: "celery-worker" in painted(app))
        await pilot.press("enter")
        await wait_for("the runbook", lambda: "⏎ begin" in painted(app))
        await pilot.press("escape")
        await wait_for("the overview", lambda: "5 Findings" in painted(app))
        assert parts.begun == []


async def test_a_run_is_begun_with_its_reason_and_the_service() -> None:
    async with running([ASK_LOOK]) as run:
        [begun] = run.parts.begun
        assert begun["reason"] == "celery-worker.process DOWN"
        assert begun["inputs"] == {"service": "celery-worker"}


async def test_the_command_its_risk_where_it_runs_and_its_undo_stand_beside_the_question() -> None:
    async with running([ASK_CHANGE], a_state(1)) as run:
        await run.see("y run")
        screen = painted(run.app)
        for words in (CHANGE.text, "CHANGE  recreates a container", WHERE, "undo  docker compose down celery-worker"):
            assert words in screen
        assert "a restart keeps the command it was made with" in screen
        assert "celery-worker.process  ✗ runs gunicorn, expected celery" in screen
        assert "2 of 4 · Recovery" in screen


async def test_enter_is_enough_for_a_look() -> None:
    async with running([ASK_LOOK]) as run:
        await run.see("⏎ run")
        await run.pilot.press("enter")
        await wait_for("the answer", lambda: run.session.answers == [Yes()])


async def test_enter_never_runs_a_change_however_often_it_is_pressed() -> None:
    async with running([ASK_CHANGE], a_state(1)) as run:
        await run.see("y run")
        await run.pilot.press(*["enter"] * 20)
        assert run.session.answers == []
        await run.pilot.pause(0.2)
        await run.pilot.press("y")
        await wait_for("the answer", lambda: run.session.answers == [Yes()])


async def test_keys_typed_before_the_question_was_painted_do_not_answer_it() -> None:
    async with running([ASK_LOOK, ASK_CHANGE], a_state(1)) as run:
        await run.see("⏎ run")
        await run.pilot.press("enter", "y", "y", "y")
        await wait_for("the look's answer", lambda: run.session.answers == [Yes()])
        await run.see("This changes the box")
        await run.see("y run")
        assert run.session.answers == [Yes()]


async def test_a_key_held_down_answers_one_question_and_not_the_next() -> None:
    async with running([ASK_CHANGE, ASK_CHANGE, ASK_CHANGE], a_state(1)) as run:
        await run.see("y run")
        held = asyncio.create_task(hold_down(run.app, "y"))
        await wait_for("the first answer", lambda: run.session.answers)
        await held
        assert run.session.answers == [Yes()]
        await run.see("y run")
        await run.pilot.press("y")
        await wait_for("the second answer", lambda: len(run.session.answers) == 2)


async def test_what_destroys_wants_the_name_typed() -> None:
    async with running([ASK_DESTROY], a_state(2)) as run:
        await run.see("y type the name to run")
        assert "DESTROY " in painted(run.app)
        assert "deletes a key" in painted(run.app)
        await run.pilot.press("y")
        await run.see("Type  ai  to run it")
        await run.type("a")
        await run.pilot.press("enter")
        await run.see("that is not the name; nothing was run")
        assert run.session.answers == []
        await run.pilot.press("y")
        await run.see("Type  ai  to run it")
        await run.type("ai")
        await run.pilot.press("enter")
        await wait_for("the answer", lambda: run.session.answers == [Yes(typed="ai")])


async def test_a_skip_needs_a_reason_and_a_stop_may_do_without() -> None:
    async with running([ASK_CHANGE, ASK_DESTROY], a_state(1)) as run:
        await run.see("s skip")
        await run.pilot.press("s")
        await run.see("Why is this left out?")
        await run.pilot.press("enter")
        await run.see("to skip needs a reason")
        await run.pilot.press("s")
        await run.see("Why is this left out?")
        await run.type("by hand")
        await run.pilot.press("enter")
        await wait_for("the skip", lambda: run.session.answers == [Skip("by hand")])
        await run.see("x stop the run")
        await run.pilot.press("x")
        await run.see("Stop the run here. Why?")
        await run.pilot.press("enter")
        await wait_for("the stop", lambda: run.session.answers[1:] == [Stop("")])


async def test_an_edit_is_given_back_as_a_whole() -> None:
    async with running([ASK_CHANGE], a_state(1)) as run:
        await run.see("e edit")
        await run.pilot.press("e")
        await run.see("Edit the command")
        await run.type(" x")
        await run.pilot.press("ctrl+s")
        await wait_for("the edit", lambda: run.session.answers == [Edit(f"{CHANGE.text} x")])


async def test_on_a_small_screen_a_change_is_offered_only_when_all_of_it_was_in_sight() -> None:
    long = replace(ASK_CHANGE, text="\n".join(f"docker compose up -d service-{number}" for number in range(12)))
    async with running([long], a_state(1), (40, 12)) as run:
        await run.see("space read on first")
        assert "y run" not in painted(run.app)
        await run.pilot.press("y")
        assert run.session.answers == []
        seen = painted(run.app)
        while "y run" not in painted(run.app):
            await run.pilot.pause(0.2)  # keys that follow each other faster are taken for one that is held down
            await run.pilot.press("space")
            await run.pilot.pause()
            seen += painted(run.app)
        assert all(f"service-{number}" in seen for number in range(12))
        await run.pilot.pause(0.2)
        await run.pilot.press("y")
        await wait_for("the answer", lambda: run.session.answers == [Yes()])


async def test_what_is_refused_cannot_be_run_and_says_why() -> None:
    refused = replace(ASK_CHANGE, refused="this console is read-only")
    async with running([refused], a_state(1)) as run:
        await run.see("Refused: this console is read-only")
        await run.see("s skip")
        assert "y run" not in painted(run.app)
        await run.pilot.press("y", "enter")
        await run.pilot.pause(0.2)
        assert run.session.answers == []


async def test_a_condition_is_asked_in_its_own_words() -> None:
    asked = replace(ASK_LOOK, condition="the queue is still growing")
    async with running([asked]) as run:
        await run.see("Only if the queue is still growing")
        await run.see("y it holds, run")
        await run.pilot.press("enter")
        await run.pilot.pause(0.2)
        assert run.session.answers == []


@pytest.mark.parametrize(
    ("question", "key", "answer"),
    [
        (AskFailed(1, 0, "exit code 1, expected 0"), "r", Retry()),
        (AskFailed(1, 0, "exit code 1", "step 3 reversed", 2), "u", Back(2)),
        (AskUnknown(1, 0, "the box was started anew while it ran"), "r", Retry()),
        (AskChanged("/opt/wrong-process.md", "1 line put in", ("+rm x",)), "y", Yes()),
        (AskTick(3), "enter", Yes()),
        (AskEnd(), "enter", Yes()),
        (AskInput("tag", "Which tag?", "v1.4.1"), "enter", Value("v1.4.1")),
        (ASK_CHANGE, "q", Leave()),
    ],
)
async def test_each_question_has_its_key(question: Question, key: str, answer: object) -> None:
    async with running([question], a_state(1)) as run:
        await wait_for("keys", lambda: bool(run.app.screen.choices()))  # type: ignore[attr-defined]
        await run.pilot.press(key)
        await wait_for("the answer", lambda: run.session.answers == [answer])


ASK_WAY = AskWay(0, (Way("It is back", "step 4 · Record", 3), Way("It is still down", "step 2 · Recovery", 1)))


async def test_a_way_is_picked_by_its_number_and_each_says_where_it_leads() -> None:
    async with running([ASK_WAY]) as run:
        await run.see("1 It is back  → step 4 · Record")
        await run.see("2 It is still down  → step 2 · Recovery")
        await run.see("1-2 go that way")
        await run.pilot.press("3", "y")
        await run.pilot.pause(0.2)
        assert run.session.answers == []
        await run.pilot.press("2")
        await wait_for("the answer", lambda: run.session.answers == [Pick(1)])


@pytest.mark.parametrize(("size", "offered"), [((120, 40), "⏎ choose from a list"), ((40, 12), "⏎ list")])
async def test_a_way_is_picked_from_the_list_where_there_are_many(size: tuple[int, int], offered: str) -> None:
    many = AskWay(0, tuple(Way(f"Way {number}", f"step {number}", number) for number in range(1, 12)))
    async with running([many], size=size) as run:
        await run.see(offered)
        await run.pilot.press("enter")
        await run.see("11 Way 11")
        await run.pilot.press(*["j"] * 10, "enter")
        await wait_for("the answer", lambda: run.session.answers == [Pick(10)])


async def test_a_value_out_of_several_is_chosen_from_a_list() -> None:
    async with running([AskInput("service", "Which service?", choices=("backend", "celery-worker"))]) as run:
        await run.see("⏎ choose")
        await run.pilot.press("enter")
        await run.see("backend")
        await run.pilot.press("j", "enter")
        await wait_for("the answer", lambda: run.session.answers == [Value("celery-worker")])


async def test_a_secret_is_not_shown_while_it_is_typed() -> None:
    async with running([AskInput("password", "New password", secret=True)]) as run:
        await run.see("⏎ type it")
        await run.pilot.press("enter")
        await run.see("New password")
        await run.type("hunter2")
        assert "hunter2" not in painted(run.app)
        await run.pilot.press("enter")
        await wait_for("the answer", lambda: run.session.answers == [Value("hunter2")])


async def test_output_is_shown_with_its_colours_and_without_its_tricks() -> None:
    async with running([ASK_LOOK]) as run:
        await run.see("⏎ run")
        run.session.operator.output(
            "plain \x1b[31mred\x1b[0m \x1b]0;title\x07\x1b[2J[bold]not markup[/]\r\n50 %\r100 %\r\n"
        )
        await run.see("plain red [bold]not markup[/]")
        await run.see("100 %")
        assert "50 %" not in painted(run.app)
        assert "title" not in painted(run.app).replace("the title", "")


async def test_ctrl_c_interrupts_the_step_and_not_the_console() -> None:
    state = a_state(1)
    part = replace(state.steps[1].parts[0], progress=Progress.RUNNING, started=state.started, attempt=1)
    steps = (state.steps[0], replace(state.steps[1], parts=(part,)), *state.steps[2:])
    async with running([ASK_LOOK]) as run:
        await run.see("⏎ run")
        run.session.questions.append(ASK_LOOK)
        desk = run.app.desk
        assert desk is not None
        desk.question = None
        desk.update(replace(state, steps=steps))
        await run.see("^C interrupts it")
        await run.pilot.press("ctrl+c")
        await wait_for("the interrupt", lambda: run.session.interrupts == 1)
        assert run.app.is_running
        await run.pilot.press("escape")
        await run.see("5 Findings")
        await run.pilot.press("q")
        await run.see("A step is running. It goes on when you leave")
        await run.pilot.press("n")
        assert run.app.is_running


async def test_a_step_that_must_prove_itself_is_not_done_and_ctrl_c_stops_the_waiting() -> None:
    state = a_state(2)
    part = replace(state.steps[1].parts[0], judged=False)
    steps = (state.steps[0], replace(state.steps[1], parts=(part,)), *state.steps[2:])
    async with running([ASK_LOOK]) as run:
        await run.see("⏎ run")
        desk = run.app.desk
        assert desk is not None
        desk.question = None
        desk.update(replace(state, steps=steps, current=1, waiting="celery-worker.process is DOWN; 40 s left"))
        await run.see("celery-worker.process is DOWN; 40 s left  ^C stops the waiting")
        await run.see("^C stop the waiting")
        assert "▸  2 Recreate" in painted(run.app)
        assert "✓  2 Recreate" not in painted(run.app)
        await run.pilot.press("ctrl+c")
        await wait_for("the interrupt", lambda: run.session.interrupts == 1)
        assert run.app.is_running


async def test_the_terminal_of_a_run_follows_the_size_of_its_output() -> None:
    async with running([ASK_LOOK], size=(120, 40)) as run:
        await run.see("⏎ run")
        await wait_for("a size", lambda: run.session.sizes)
        assert run.session.sizes[-1][0] <= 120 - 34
        await run.pilot.resize_terminal(60, 20)
        await wait_for("the narrower size", lambda: run.session.sizes[-1][0] <= 60)
        assert 3 <= run.session.sizes[-1][1] <= 10


async def test_escape_leaves_the_run_open_and_o_goes_back_to_it() -> None:
    from types import SimpleNamespace

    async with running([ASK_CHANGE], a_state(1)) as run:
        await run.see("y run")
        state = run.session.state
        run.parts.open_runs = [
            SimpleNamespace(
                id=state.id, title=state.runbook.title, user="deploy", started=state.started, ended=None,
                step="recreate", running=False, fault="",
            )
        ]  # fmt: skip
        await run.pilot.press("escape")
        await run.see("OPEN RUN")
        await run.pilot.press("o")
        await run.see("y run")
        await run.pilot.pause(0.2)
        await run.pilot.press("y")
        await wait_for("the answer", lambda: run.session.answers == [Yes()])


async def test_the_end_says_what_has_changed_and_what_is_still_wrong() -> None:
    from opsconsole.model.check import Finding
    from opsconsole.model.run import OpsCheck
    from opsconsole.model.verdict import Level

    before = OpsCheck(1.0, "before", Level.DOWN, {"celery-worker.process": Level.DOWN, "celery.depth": Level.DOWN})
    after = OpsCheck(2.0, "after", Level.DOWN, {"celery-worker.process": Level.OK, "celery.depth": Level.DOWN})
    still = AskEnd((Finding("celery.depth", Level.DOWN, "ai holds 1 204", 0.0),))
    async with running([still], replace(a_state(4), ops_checks=(before, after))) as run:
        await run.see("but this is still wrong")
        screen = painted(run.app)
        assert "✗ celery.depth  ai holds 1 204" in screen
        assert "✗ DOWN → ✓ OK" in screen
        await run.see("⏎ end the run")
        await run.pilot.press("enter")
        await run.see("the run is over: done")
        await run.see("opsconsole runs report 20260107-140100-wrong-process")
        await run.see("⏎ back to the overview")


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_a_runbook_that_has_changed_is_shown_as_a_diff_and_its_text_stays_text(size: tuple[int, int]) -> None:
    lines = ("@@ -1,2 +1,2 @@", "-echo [b]old[/b]", "+echo \x1b[31m[/new]")
    async with running([AskChanged("/opt/wrong-process.md", "2 lines", lines)], a_state(1), size) as run:
        await run.see("y go on with the text it began with")
        await run.see("-echo [b]old[/b]")
        await run.see("+echo [/new]")
        await run.pilot.press("y")
        await wait_for("the answer", lambda: run.session.answers == [Yes()])


async def test_a_step_with_room_for_all_of_it_is_read_from_its_prose_on_also_when_the_step_before_was_short() -> None:
    """The page still has the height of the step before when it is made: what it can have decides the order."""
    async with running([ASK_LOOK, ASK_CHANGE], a_state(0)) as run:
        await run.see("⏎ run")
        assert run.app.desk is not None
        run.app.desk.output("one line\r\n")  # the output takes its share: the page is as high as its few lines
        await run.see("one line")
        await run.pilot.press("enter")
        await run.see("y run")
        screen = painted(run.app)
        assert screen.index("a restart keeps the command it was made with") < screen.index(f"$ {CHANGE.text}")
