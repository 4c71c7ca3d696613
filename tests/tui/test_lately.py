"""What changed here lately stands beside a runbook before it is begun, at the start of its run, and on `w`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from textual.pilot import Pilot

from opsconsole.model.lately import SPAN, Change, Lately, Unseen
from opsconsole.model.questions import AskConfirm
from opsconsole.tui.console import Console
from opsconsole.tui.presentation.lately import Beside, block, whole
from opsconsole.tui.presentation.spans import text
from tests.support.snapshots import NOW, everything_wrong
from tests.support.waiting import wait_for
from tests.tui.fakes import LOOK, ScriptedSession, ToldParts, a_runbook, a_state, console, painted

DEPLOY = Change(NOW - 300, "deploy", ("EatFit24",), "at a3f2c91: pull: Fast-forward")
ANEW = Change(NOW - 240, "start", ("celery-worker",), "made anew", ("celery-worker",))
OLD = Change(NOW - 50_000, "sign-in", ("ann",), "signed in from 192.0.2.7")
SEEN = Lately(
    NOW, NOW - SPAN, (ANEW, DEPLOY, OLD), (Change(NOW - 9e6, "boot", ("the box",), "booted, Linux 6.1"),),
    (Unseen("package", "there is no /var/log/dpkg.log"),),
)  # fmt: skip


@asynccontextmanager
async def opened(
    changed: Lately | None, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[Console, Pilot[int]]]:
    parts = ToldParts(everything_wrong(), [a_runbook()])
    parts.changed = changed
    state = replace(a_state(), lately=changed)
    parts.script = lambda operator: ScriptedSession(
        operator, state, [AskConfirm(0, 0, LOOK.text, "no", "in /opt/EatFit24 on prod-1 as deploy", LOOK)]
    )
    app = console(parts)
    async with app.run_test(size=size) as pilot:
        await see(app, "celery-worker.process")
        yield app, pilot


async def see(app: Console, words: str) -> None:
    await wait_for(f"{words!r} on the screen", lambda: words in painted(app))


async def test_it_stands_beside_the_runbook_before_it_is_begun() -> None:
    async with opened(SEEN) as (app, pilot):
        await pilot.press("enter")
        await see(app, "changed here lately")
        assert "celery-worker made anew" in painted(app)
        assert "EatFit24 at a3f2c91: pull: Fast-forward" in painted(app)
        assert "not all known: packages" in painted(app)
        assert "Begin this run?" in painted(app)


async def test_the_run_shows_it_until_something_is_done() -> None:
    async with opened(SEEN) as (app, pilot):
        await pilot.press("enter")
        await see(app, "Begin this run?")
        await pilot.press("enter")
        await see(app, LOOK.text)
        assert "EatFit24 at a3f2c91" in painted(app)


async def test_w_shows_all_of_it_from_the_overview_and_from_the_run() -> None:
    async with opened(SEEN) as (app, pilot):
        await pilot.press("w")
        await see(app, "What changed here lately")
        assert "ann signed in from 192.0.2.7" in painted(app)
        assert "no boots since then" in painted(app)
        assert "? not all known of packages: there is no /var/log/dpkg.log" in painted(app)
        await pilot.press("escape", "enter")
        await see(app, "Begin this run?")
        await pilot.press("w")
        await see(app, "no boots since then")


async def test_what_was_looked_for_is_not_said_to_be_looked_for_once_it_was_seen() -> None:
    async with opened(SEEN) as (app, pilot):
        await pilot.press("w")
        await see(app, "What changed here lately")
        await pilot.press("escape")
        await see(app, "5 Findings")
        assert "looking for what changed" not in painted(app)


async def test_a_box_that_does_not_answer_keeps_nobody_from_beginning() -> None:
    async with opened(None) as (app, pilot):
        await pilot.press("enter")
        await see(app, "Begin this run?")
        assert "changed here lately" not in painted(app)
        await pilot.press("enter")
        await see(app, LOOK.text)


def test_little_room_has_the_nearest_alone() -> None:
    lines = [text(each) for each in block(Beside(SEEN, NOW - 200, "celery-worker"), 40, 2)]
    assert lines[0].startswith("changed here lately  1 more")
    assert lines[1] == " 40 s before  celery-worker made anew"
    assert lines[2].startswith("100 s before  EatFit24 at a3f2c91")


def test_markup_and_escapes_from_outside_are_words() -> None:
    nasty = replace(DEPLOY, what="[b]\x1b[2J[/")
    (_, row) = block(Beside(replace(SEEN, changes=(nasty,))), 80, 2)
    assert text(row).endswith("EatFit24 [b][/")


def test_nothing_seen_is_said() -> None:
    assert text(whole(Beside(Lately(NOW, NOW - SPAN)), 80)[0]) == "nothing that we can see"
