"""A close look at a service or a queue, as somebody uses it: opened from a row, gone through by its keys, left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from opsconsole.model.course import Course
from opsconsole.model.readings import ProcessReading
from opsconsole.model.sample import Problem, ProblemKind, Sample
from opsconsole.model.snapshot import Snapshot
from opsconsole.tui.console import Console
from opsconsole.tui.screens.closeup import CloseUp
from opsconsole.tui.screens.overview import Overview
from opsconsole.tui.screens.queue import QueueScreen
from opsconsole.tui.screens.service import ServiceScreen
from tests.support.snapshots import everything_wrong
from tests.support.waiting import wait_for
from tests.tui.fakes import ToldParts, a_runbook, console, painted

WIDE, TINY = (120, 40), (40, 12)


@asynccontextmanager
async def looking(
    pane: str, row: str, size: tuple[int, int] = WIDE, parts: ToldParts | None = None
) -> AsyncIterator[tuple[Console, Pilot[int], ToldParts]]:
    """The console with a row opened: Enter on it, as people do."""
    parts = parts or ToldParts(everything_wrong(), [a_runbook()])
    app = console(parts)
    async with app.run_test(size=size) as pilot:
        await wait_for("the findings", lambda: "celery-worker" in painted(app))
        await pilot.press({"memory": "1", "processes": "2", "queues": "3", "health": "4"}[pane])
        app.overview.pane(pane).select(row)
        await pilot.press("enter")
        await wait_for("the close look", lambda: isinstance(app.screen, CloseUp))
        await pilot.pause()
        yield app, pilot, parts


def screen_of(app: Console) -> Any:
    return next(each for each in app.screen_stack if isinstance(each, CloseUp))


def said(app: Console) -> str:
    """The head, and what stands in the sections, unfolded: how it is folded is seen in the pictures."""
    rows = [row for section in screen_of(app).sections if section.display for row in section.rows]
    folded = [" ".join("".join(span.text for span in line) for line in row.lines) for row in rows]
    return " ".join(" ".join([*painted(app).splitlines()[:3], *folded]).split())


async def test_enter_on_a_row_of_a_service_shows_everything_about_it_at_once() -> None:
    async with looking("memory", "celery-worker") as (app, _, _):
        assert isinstance(app.screen, ServiceScreen)
        for words in (
            "DOWN celery-worker · running · 861 M of 1 G · container eatfit24-celery-worker",
            "over its threshold (800 M) by 61 M; grows 4 M/min; at this rate hits its limit (1 G) in ~41 min",
            "threshold 800 M",
            "baseline 270 M",
            "✗ DOWN celery-worker.process 2 m runs gunicorn, expected celery",
            "→ Worker runs the wrong process treats process",
            "expected: is celery · runs gunicorn, expected celery",
            "gunicorn pid 9931 · up 2 m · 861 M",
            "gunicorn config.wsgi -b :8000",
            "out of memory: the kernel killed a process of it",
            "by its restart policy (always)",
            "exit code 1",
            "SECRET_KEY",
            "hidden: by its name it may be a secret",
            "eatfit24:v1.4.2",
            "8000/tcp on 0.0.0.0, by pid 4120, published as 127.0.0.1:8000",
        ):
            await wait_for(words, lambda words=words: words in said(app))


async def test_a_finding_opens_its_runbook_and_escape_leads_back_step_by_step() -> None:
    async with looking("memory", "celery-worker") as (app, pilot, _):
        assert screen_of(app).focused.pane_name == "treatment", "what is wrong has the keys first"
        await pilot.press("enter")
        await wait_for("the runbook", lambda: "Begin this run?" in painted(app))
        assert "reason: celery-worker.process DOWN" in painted(app)
        await pilot.press("escape")
        await wait_for("the close look again", lambda: isinstance(app.screen, ServiceScreen))
        screen_of(app).focused.select("book:wrong-process")
        await pilot.press("enter")
        await wait_for("the same without a finding", lambda: "Begin this run?" in painted(app))
        assert "celery-worker.process DOWN" not in painted(app)
        assert app.screen.desk.inputs == {"service": "celery-worker"}  # type: ignore[attr-defined]
        await pilot.press("escape")
        await wait_for("the close look again", lambda: isinstance(app.screen, ServiceScreen))
        await pilot.press("escape")
        await wait_for("the overview", lambda: isinstance(app.screen, Overview))


async def test_on_a_tiny_screen_every_section_is_a_key_away_and_all_of_it_can_be_scrolled_to() -> None:
    async with looking("memory", "celery-worker", TINY) as (app, pilot, _):
        screen = screen_of(app)
        for number, section in enumerate(screen.sections, 1):
            await pilot.press(str(number))
            await wait_for(section.title, lambda section=section: section.display and section.has_focus)
            await pilot.pause()
            assert f"{number} {section.short}" in painted(app)
            if number == 1:
                continue
            told = "\n".join("".join(span.text for span in line) for row in section.rows for line in row.lines)
            seen: set[str] = set()
            await pilot.press("g")
            for _ in section.rows:
                seen |= {line[1:].strip() for line in painted(app).splitlines()}
                await pilot.press("j")
            seen |= {line[1:].strip() for line in painted(app).splitlines()}
            assert {line.strip() for line in told.splitlines()} <= seen
        assert all(len(line) <= TINY[0] for line in painted(app).splitlines())
        assert "esc back" in painted(app).splitlines()[-1]


async def test_what_takes_long_says_whom_it_waits_for_and_is_stopped_by_leaving() -> None:
    parts = ToldParts(everything_wrong(), [a_runbook()])
    parts.details.hangs = asyncio.Event()
    async with looking("memory", "celery-worker", parts=parts) as (app, pilot, _):
        await wait_for("the questions", lambda: len(parts.details.asked) == 4)

        def says_so() -> bool:
            app.screen.tick(0)  # type: ignore[attr-defined]
            return "asking the engine for" in painted(app) and "esc stops it" in painted(app)

        await wait_for("whom it waits for", says_so)
        assert "861 M" in painted(app), "what is known is seen meanwhile"
        screen = app.screen
        await pilot.press("escape")
        await wait_for("the overview", lambda: isinstance(app.screen, Overview))
        await wait_for("nothing to be asked any more", lambda: not [w for w in app.workers if w.node is screen])


async def test_what_could_not_be_read_says_why_and_takes_nothing_else_along() -> None:
    parts = ToldParts(everything_wrong(), [a_runbook()])
    parts.details.told["environment"] = Problem(ProblemKind.DENIED, "may not see it; run as root")
    del parts.details.told["story"]
    async with looking("memory", "celery-worker", parts=parts) as (app, _, _):
        await wait_for("the reason", lambda: "may not see it; run as root" in painted(app))
        await wait_for("our own fault", lambda: "a fault of ours: KeyError" in painted(app))
        assert "eatfit24:v1.4.2" in painted(app)


async def test_t_turns_the_time_that_is_shown_a_new_life_is_read_again_and_R_reads_again() -> None:
    async with looking("processes", "celery-worker") as (app, pilot, parts):
        await wait_for("the answers", lambda: len(screen_of(app).answers) == 4)
        assert "t 15 min/1 h" not in painted(app), "what would show the same is not offered"
        parts.tell(_watched_for_hours(parts.snapshot))
        await wait_for("the key", lambda: "t 15 min/1 h" in painted(app))
        parts.details.asked.clear()
        titles = []
        for _ in range(4):
            titles.append(screen_of(app).drawing.title)
            await pilot.press("t")
        assert [title.partition(",")[0] for title in titles] == [
            "Memory · the last 15 min",
            "Memory · the last hour",
            "Memory · since this console began to look",
            "Memory · the last 15 min",
        ]
        parts.details.asked.clear()
        parts.tell(replace(parts.snapshot, at=parts.snapshot.at + 1))
        await pilot.pause()
        assert parts.details.asked == [], "nothing became of it"
        parts.tell(_restarted(parts.snapshot))
        await wait_for(
            "it to be read again", lambda: sorted(parts.details.asked) == ["about", "environment", "sizes", "story"]
        )
        await wait_for("the answers", lambda: not screen_of(app)._since)
        parts.details.asked.clear()
        parts.details.hangs = asyncio.Event()
        await pilot.press("R")
        await wait_for("all of it", lambda: len(parts.details.asked) == 4)
        screen_of(app)._note = ("", 0.0)

        def says_so() -> bool:
            app.screen.tick(0)  # type: ignore[attr-defined]
            return "asking the engine for" in painted(app).splitlines()[-1]

        await wait_for("whom it waits for", says_so)
        assert "SECRET_KEY" in painted(app), "what was read before stands there meanwhile"
        parts.details.hangs.set()
        await wait_for("the answers", lambda: not screen_of(app)._since)


def _watched_for_hours(snapshot: Snapshot) -> Snapshot:
    target = next(one for one in snapshot.latest if one.kind == "memory" and one.name == "celery-worker")
    course = Course(snapshot.at - 7200)
    for ago in range(7200, -1, -30):
        course = course.followed_by(snapshot.at - ago, 861.0 * (1 << 20))
    return replace(snapshot, courses={target: {"used": course}})


def _restarted(snapshot: Snapshot) -> Snapshot:
    latest = dict(snapshot.latest)
    target = next(one for one in latest if one.kind == "process" and one.name == "celery-worker")
    main = replace(latest[target].value.main, pid=7777)
    latest[target] = Sample(target, snapshot.at, ProcessReading(main, (main,)))
    return replace(snapshot, latest=latest)


async def test_a_mere_endpoint_shows_its_latency_and_its_answers_and_asks_nobody() -> None:
    async with looking("health", "external") as (app, _, parts):
        assert [section.pane_name for section in screen_of(app).sections] == ["course", "treatment", "story"]
        assert "UNKNOWN  external · endpoint" in painted(app)
        assert "no route to api.example.com" in painted(app)
        assert parts.details.asked == []


async def test_a_queue_shows_its_past_its_figures_and_its_tasks_and_messages_only_when_confirmed() -> None:
    async with looking("queues", "celery\nai") as (app, pilot, parts):
        assert isinstance(app.screen, QueueScreen)
        for words in (
            "DOWN ai · celery of celery · 1 204 waiting",
            "not draining: +12/s more come than go",
            "DOWN from 1 000",
            "at least 4 m 02 s",
            "0, of all queues of this broker",
            "not known: Celery keeps none in Redis",
            "88 % ai.describe",
            "100 of 1 204 were looked at",
        ):
            await wait_for(words, lambda words=words: words in said(app))
        await pilot.press("v")
        await wait_for("the question", lambda: "Show the next 5 messages of ai" in painted(app))
        await pilot.press("enter", "n")
        await wait_for("the queue again", lambda: isinstance(app.screen, QueueScreen))
        assert "messages" not in parts.details.asked
        await pilot.press("v")
        await wait_for("the question", lambda: "Show the next 5 messages" in painted(app))
        await pilot.press("y")
        await wait_for("the message", lambda: '{"args": [7], "token": "***"}' in painted(app))
        assert "1 value hidden as secrets" in painted(app)
        await pilot.press("escape")
        await wait_for("the queue again", lambda: isinstance(app.screen, QueueScreen))


async def test_an_empty_queue_has_no_messages_to_be_viewed() -> None:
    async with looking("queues", "celery\nbilling") as (app, _, _):
        await wait_for("the verdict", lambda: "0 waiting" in painted(app))
        assert "v view messages" not in painted(app)
        assert "empty" in painted(app)


@pytest.mark.parametrize(
    ("pane", "row", "size"), [("memory", "celery-worker", WIDE), ("queues", "celery\nai", TINY)], ids=["wide", "tiny"]
)
async def test_every_key_that_is_offered_does_something(pane: str, row: str, size: tuple[int, int]) -> None:
    async with looking(pane, row, size) as (app, pilot, parts):
        screen = screen_of(app)
        await wait_for("the answers", lambda: len(screen.answers) == len(screen.questions()))
        offered = [one for one, show in screen.possible() if show and one.action not in ("close", "logs")]
        assert {one.action for one in offered} >= {
            "again",
            "copy",
            *(["grow", "next(1)"] if size == WIDE else []),
        }
        for binding in offered:
            if binding.action == "pane(1)":
                await pilot.press("2")
            before, asked = _look(app), len(parts.details.asked)

            def changed(before: str = before, asked: int = asked) -> bool:
                return _look(app) != before or len(parts.details.asked) != asked or app.screen is not screen

            await pilot.press(binding.key.partition(",")[0])
            await wait_for(f"{binding.key} ({binding.description}) to do something", changed)
            back = {"filter": "escape", "grow": "plus", "app.mouse": "m", "mouse": "m"}.get(binding.action)
            if back:
                await pilot.press(back)
            while app.screen is not screen:
                await pilot.press("escape")
                await pilot.pause()


def _look(app: Console) -> str:
    return str([list(strip) for strip in app.screen._compositor.render_strips()])
