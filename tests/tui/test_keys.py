"""Every key that is shown does something, and every key that does something is shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from opsconsole.model.questions import (
    AskChanged,
    AskConfirm,
    AskEnd,
    AskFailed,
    AskInput,
    AskShown,
    AskTick,
    AskUnknown,
    AskWatch,
    AskWay,
    Leave,
    Question,
    Retry,
    Way,
)
from opsconsole.model.run import RunState
from opsconsole.model.runbook import Command, Risk
from opsconsole.tui.console import Console
from opsconsole.tui.presentation.footer import written
from opsconsole.tui.screens.help import HelpScreen
from opsconsole.tui.screens.run import RunScreen
from tests.support.snapshots import everything_wrong
from tests.support.waiting import wait_for
from tests.tui.fakes import CHANGE, DESTROY, LOOK, ScriptedSession, ToldParts, a_runbook, a_state, console, painted

WHERE = "in /opt/EatFit24 on prod-1 as deploy"
ASK_CHANGE = AskConfirm(1, 0, CHANGE.text, "yes", WHERE, CHANGE, undo="docker compose down celery-worker", rest=3)
ELSEWHERE = Command("ssh-copy-id deploy@prod-1", Risk.CHANGE, "changes another machine", elsewhere=True)

QUESTIONS: dict[str, Question] = {
    "look": AskConfirm(0, 0, LOOK.text, "no", WHERE, LOOK),
    "change": ASK_CHANGE,
    "joined": replace(ASK_CHANGE, rest=0, joined=3),
    "destroy": AskConfirm(2, 0, DESTROY.text, "type", WHERE, DESTROY, target="ai"),
    "condition": replace(ASK_CHANGE, condition="the queue still grows"),
    "refused": replace(ASK_CHANGE, refused="production never generates migrations", overridable=True),
    "shown": AskShown(1, 0, ELSEWHERE.text, "it is meant for your own machine", ELSEWHERE, here=True),
    "tick": AskTick(3),
    "way": AskWay(0, (Way("Back", "step 4", 3), Way("Still down", "step 2", 1), Way("Unclear", "the end", 4))),
    "failed": AskFailed(1, 0, "exit code 1, expected 0", "docker compose down", 2, leaves=("TAG = v1",)),
    "unknown": AskUnknown(1, 0, "the box was started anew while it ran"),
    "input": AskInput("tag", "Which tag?", "v1.4.1"),
    "choice": AskInput("service", "Which service?", choices=("backend", "worker")),
    "changed": AskChanged("/opt/book.md", "1 line added", ("@@ -1 +1 @@", "-a", "+b")),
    "watched": AskWatch("anna steers this run at pts/7 since 14:00 UTC; you watch"),
    "end": AskEnd(),
}


class AsksOn(ScriptedSession):
    """Asks one question again and again, whatever is answered, until it is told of another; `Leave` ends it."""

    asked: Question = AskEnd()

    async def play(self) -> RunState:
        while not self.answers or not isinstance(self.answers[-1], Leave):
            self.answers.append(await self.operator.answer(self.state, self.asked))
        return self.state


class Asked:
    """A run at a console of some size, in which one question after the other is asked."""

    def __init__(self, app: Console, pilot: Pilot[int], session: AsksOn) -> None:
        self.app, self.pilot, self.session = app, pilot, session

    @property
    def screen(self) -> Any:
        return next(each for each in self.app.screen_stack if isinstance(each, RunScreen))

    async def turn_to(self, question: Question) -> None:
        """Ask another question."""
        self.session.asked, self.session.state = question, a_state(getattr(question, "step", 0))
        assert self.app.desk is not None
        self.app.desk.give(Retry())
        await wait_for("the other question", lambda: self.app.desk and self.app.desk.question is question)
        await self.open()

    async def open(self) -> None:
        """The question is in front, and keys answer it."""
        await wait_for("the run in front", lambda: isinstance(self.app.screen, RunScreen))
        await wait_for("keys that answer", lambda: self.app.desk and self.app.desk.question and self.screen.choices())
        first = self.screen.choices()[0]
        await wait_for("them on the screen", lambda: (first.shown or written(first.keys[0])) in painted(self.app))

    def _look(self) -> str:
        """What is seen, colours and all: the frame that is lit is a change, too."""
        return str([list(strip) for strip in self.app.screen._compositor.render_strips()])

    async def does_something(self, key: str) -> None:
        """Press it: an answer is given, another screen opens, or other words stand on this one."""
        await self.open()
        before, given, screens = self._look(), len(self.session.answers), len(self.app.screen_stack)

        def changed() -> bool:
            moved = len(self.session.answers) > given or len(self.app.screen_stack) != screens
            return moved or self._look() != before

        await self.pilot.press(key)
        await wait_for(f"{key} to do something where {self.session.asked} is asked", changed)
        while not isinstance(self.app.screen, RunScreen):
            await self.pilot.press("escape")
            await self.pilot.pause()


@asynccontextmanager
async def asking(size: tuple[int, int], *, read_only: bool = False) -> AsyncIterator[Asked]:
    parts = ToldParts(everything_wrong(), [a_runbook()], read_only)
    session = AsksOn(None, a_state(4), ())

    def script(operator: object) -> ScriptedSession:
        session.operator = operator
        return session

    parts.script = script
    app = console(parts)
    async with app.run_test(size=size) as pilot:
        await wait_for("the findings", lambda: "celery-worker" in painted(app))
        await pilot.press("enter")
        await wait_for("the runbook", lambda: "⏎ begin" in painted(app))
        await pilot.press("enter")
        asked = Asked(app, pilot, session)
        await wait_for("the session", lambda: session.operator is not None)
        await asked.open()
        yield asked


async def test_every_key_that_is_shown_with_a_question_does_something() -> None:
    async with asking((80, 24)) as asked:
        pressed = {(type(question), "leave") for question in QUESTIONS.values()}  # that ends it, and comes last
        for question in QUESTIONS.values():
            await asked.turn_to(question)
            offered = asked.screen.choices()
            for choice in offered:
                shown = choice.shown or written(choice.keys[0])
                assert f"{shown} {choice.does}" in painted(asked.app), question
            for choice in offered:
                if (type(question), choice.act) not in pressed:
                    pressed.add((type(question), choice.act))
                    await asked.does_something(choice.keys[0])
        await asked.open()
        await asked.pilot.press("q")
        await wait_for("the run to be left", lambda: asked.session.answers[-1] == Leave())


async def test_every_question_and_each_of_its_keys_are_in_sight_at_40_by_12_and_so_is_read_only() -> None:
    async with asking((40, 12), read_only=True) as asked:
        for question in QUESTIONS.values():
            await asked.turn_to(question)
            screen = painted(asked.app)
            lines = screen.splitlines()
            assert "READ-ONLY" in lines[0]
            assert all(len(each) <= 40 for each in lines)
            for choice in asked.screen.choices():
                shown = choice.shown or written(choice.keys[0])
                assert f"{shown} {choice.short or choice.does}" in screen, question
            assert asked.screen.sheet.page.inner_height >= 2, f"nothing of the step is in sight with {question}"


@pytest.mark.parametrize("size", [(120, 40), (40, 12)])
async def test_every_other_key_of_the_run_is_on_the_page_of_keys_and_does_something(size: tuple[int, int]) -> None:
    async with asking(size) as asked:
        await asked.turn_to(ASK_CHANGE)
        asked.session.operator.output("printed\r\n")
        screen = asked.screen
        bindings = [active.binding for active in screen.active_bindings.values() if active.enabled]
        assert all(binding.description for binding in bindings), "a key that works and is nowhere shown"
        own = [binding for binding, show in screen.possible() if show]
        await asked.pilot.press("question_mark")
        await wait_for("the page of keys", lambda: "Keys" in painted(asked.app))
        listed = painted(asked.app)
        while "▼" in painted(asked.app):
            await asked.pilot.press("pagedown")
            await asked.pilot.pause()
            listed += painted(asked.app)
        for binding in own:
            assert binding.description in listed
        await asked.pilot.press("escape")
        for binding in own:
            if binding.action != "close":
                await asked.does_something(binding.key)
        await asked.open()
        await asked.pilot.press("escape")
        await wait_for("the overview", lambda: not isinstance(asked.app.screen, RunScreen))


async def test_a_key_waits_for_one_drawing_at_most_however_much_is_printed() -> None:
    async with asking((120, 40)) as asked:
        await asked.turn_to(ASK_CHANGE)
        screen, drawn, ended = asked.screen, [0], asyncio.Event()
        draw = screen.draw

        def counted() -> None:
            drawn[0] += 1
            draw()

        screen.draw = counted

        async def flood() -> None:
            while not ended.is_set():
                asked.session.operator.output("".join(f"line {number}\r\n" for number in range(100)))
                await asyncio.sleep(0)

        printing = asyncio.create_task(flood())
        try:
            await wait_for("the flood to be drawn", lambda: drawn[0])
            pieces = len(asked.app.desk.printed) if asked.app.desk else 0
            drawn[0] = 0
            asked.app.post_message(events.Key("question_mark", "?"))
            await wait_for("the page of keys", lambda: isinstance(asked.app.screen, HelpScreen))
            assert drawn[0] <= 2, "a key stood behind many drawings"
            assert asked.app.desk is not None
            assert len(asked.app.desk.printed) >= pieces
        finally:
            ended.set()
            await printing
