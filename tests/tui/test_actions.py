"""The menu of actions and the log of commands as somebody uses them, on parts that are told what to tell."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from opsconsole.model.action import Compose, Subject, Tools
from opsconsole.model.ran import RanCommand
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.stack import Forbidden, Service
from opsconsole.run.actions.survey import Survey
from opsconsole.runbook.guard import Guard
from opsconsole.tui.console import Console
from opsconsole.tui.presentation import command_log
from opsconsole.tui.presentation.excerpts import of_lines
from tests.support.snapshots import NOW, everything_wrong
from tests.support.waiting import wait_for
from tests.tui.fakes import ToldParts, console, painted

TOOLS = Tools("deploy", False, ("docker",), ("docker", "compose"))
FOLDER = "/opt/EatFit24"


def subjects(names: Sequence[str]) -> tuple[Subject, ...]:
    """Compose made them all; a cache that it did not make, and a unit that is masked, are there too."""
    made = Compose("eatfit24", "", FOLDER, (f"{FOLDER}/compose.yml",))
    known = {
        "redis": Subject("redis", "container", "redis", "running", True, ("redis.state",)),
        "backend": Subject("backend", "unit", "backend.service", "inactive/dead", masked=True, user="deploy"),
    }
    return tuple(
        known.get(name)
        or Subject(
            name, "container", f"eatfit24-{name}-1", "running", True, (f"{name}.state", f"{name}.process"),
            compose=replace(made, service=name),
        )
        for name in names
    )  # fmt: skip


LOG = [
    RanCommand(
        NOW - 300, "20260107-135711-restart", "Restart celery-worker", "look", "docker compose ps -a celery-worker",
        f"in {FOLDER} on prod-1 as deploy", "read", "done", 0, 0.4,
    ),
    RanCommand(
        NOW - 290, "20260107-135711-restart", "Restart celery-worker", "restart",
        "docker compose -p eatfit24 -f compose.yml restart celery-worker", f"in {FOLDER} on prod-1 as deploy",
        "change", "failed", 0, 10.2, "it ran, but celery-worker.process is DOWN: runs gunicorn, expected celery",
    ),
    RanCommand(NOW - 60, "20260107-140111-wrong", "Worker runs the wrong process", "a shell", "bash -i",
               f"in {FOLDER} on prod-1 as deploy", "unknown", "running"),
]  # fmt: skip


class Parts(ToldParts):
    """Parts on which actions can be opened."""

    forbidden: tuple[Forbidden, ...] = ()
    log: Sequence[RanCommand] = ()
    looks: Sequence[RanCommand] = ()

    @property
    def guard(self) -> Guard:
        return Guard(self.forbidden, read_only=self.read_only)

    async def survey(self, services: Sequence[Service], snapshot: Snapshot) -> Survey:
        return Survey(subjects([service.name for service in services]), TOOLS)

    def ran(self, run_ids: Collection[str], console: int) -> list[RanCommand]:
        return list(self.log)

    def looked(self) -> list[RanCommand]:
        return list(self.looks)

    def report_of(self, run_id: str) -> tuple[str, str]:
        return f"# The record of {run_id}\n\nIt went well.\n", ""


def app_on(parts: Parts) -> Console:
    app = console(parts)
    app.runs_here["a run"] = None
    return app


async def open_menu(pilot: Pilot[int], *keys: str) -> None:
    app: Any = pilot.app
    await wait_for("the findings", lambda: "celery-worker.process" in painted(app))
    await pilot.press(*keys, "x")
    await wait_for("the menu", lambda: "Actions on" in painted(app))


async def test_x_says_what_is_possible_with_the_command_in_full_and_what_is_not_and_why() -> None:
    app = app_on(Parts(everything_wrong()))
    async with app.run_test(size=(120, 40)) as pilot:
        await open_menu(pilot)
        screen = painted(app)
        assert "$ docker compose -p eatfit24 -f compose.yml restart celery-worker" in screen
        assert "in /opt/EatFit24 on prod-1 as deploy" in screen
        assert "well when  celery-worker.state, celery-worker.process" in screen
        assert "start    not possible: it runs already" in screen
        await pilot.press("enter")
        await wait_for("the runbook", lambda: "Begin this run?" in painted(app))
        assert app.screen.desk.reason.startswith("celery-worker.process DOWN")  # type: ignore[attr-defined]
        assert app.parts.begun == []  # type: ignore[union-attr]


async def test_marked_services_are_meant_all_at_once_and_those_that_cannot_be_are_named() -> None:
    app = app_on(Parts(everything_wrong()))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for("the findings", lambda: "celery-worker" in painted(app))
        for name in ("celery-worker", "backend", "redis"):
            app.overview.marks.toggle(name)
        await open_menu(pilot)
        screen = painted(app)
        assert "restart celery-worker" in screen
        assert "$ docker restart redis" in screen
        assert "not backend: its unit is masked" in screen
        await pilot.press("j", "j")
        await wait_for("what stopping is", lambda: "a name is to be typed before it runs" in painted(app))


async def test_read_only_says_the_command_and_opens_nothing() -> None:
    app = app_on(Parts(everything_wrong(), read_only=True))
    async with app.run_test(size=(120, 40)) as pilot:
        await open_menu(pilot)
        assert "restart celery-worker" in painted(app)
        assert "read-only: nothing that changes anything can be run" in painted(app)
        await pilot.press("enter")
        await wait_for("why not", lambda: "read-only" in painted(app).splitlines()[-1])
        assert "Actions on" in painted(app)


async def test_a_rule_of_the_stack_is_told_before_it_is_met() -> None:
    parts = Parts(everything_wrong())
    parts.forbidden = (Forbidden(("compose", "restart"), "a restart keeps the wrong command"),)
    app = app_on(parts)
    async with app.run_test(size=(120, 40)) as pilot:
        await open_menu(pilot)
        assert "forbidden here (compose restart): a restart keeps the wrong command" in painted(app)


async def test_x_on_the_screen_of_a_service_is_about_that_one() -> None:
    app = app_on(Parts(everything_wrong()))
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for("the findings", lambda: "celery-worker.process" in painted(app))
        await pilot.press("1", "enter")
        await wait_for("the close look", lambda: "x actions" in painted(app).splitlines()[-1])
        await pilot.press("x")
        await wait_for("the menu", lambda: "Actions on celery-worker" in painted(app))


async def test_a_row_that_is_no_service_has_no_actions() -> None:
    app = app_on(Parts(everything_wrong()))
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for("the findings", lambda: "celery-worker.process" in painted(app))
        await pilot.press("3")
        await pilot.pause()
        assert not app.overview.check_action("actions", ())


async def test_the_log_of_commands_opens_the_record_and_is_saved(tmp_path: Path) -> None:
    parts = Parts(everything_wrong())
    parts.log = LOG
    app = app_on(parts)
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for("the findings", lambda: "celery-worker.process" in painted(app))
        await pilot.press("L")
        await wait_for("the log", lambda: "restart celery-worker" in painted(app))
        assert painted(app).index("bash -i") < painted(app).index("ps -a celery-worker")
        await pilot.press("j")
        await wait_for("the one under the cursor in full", lambda: "expected celery" in painted(app))
        await pilot.press("w")
        await wait_for("word of it", lambda: "Written, readable by you alone" in painted(app))
        await pilot.press("escape", "enter")
        await wait_for("the record", lambda: "It went well." in painted(app))
    assert saved_in(tmp_path).rstrip("\n") == command_log.as_text(LOG)


async def test_what_was_started_to_look_stands_below_and_belongs_to_no_run() -> None:
    parts = Parts(everything_wrong())
    look = RanCommand(NOW, "", "looking, 34 times", "to look", "git status", "on this box", "read", "done", 0, 4.1)
    parts.log, parts.looks = LOG, [look]
    app = app_on(parts)
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for("the findings", lambda: "celery-worker.process" in painted(app))
        await pilot.press("L")
        await wait_for("the log", lambda: "looking, 34 times" in painted(app))
        assert painted(app).index("ps -a celery-worker") < painted(app).index("git status")
        await pilot.press("G", "enter")
        await wait_for("why not", lambda: "it belongs to no run" in painted(app))


def saved_in(folder: Path) -> str:
    (saved,) = folder.rglob("*-commands.txt")
    return saved.read_text()


def test_the_log_as_text_holds_commands_in_full_with_when_where_risk_and_result() -> None:
    assert command_log.as_text(LOG[1:2]).splitlines() == [
        "2026-01-07 13:57:21 UTC  change  failed after 10 s: it ran, but celery-worker.process is DOWN: runs gunicorn, "
        "expected celery  in /opt/EatFit24 on prod-1 as deploy  run 20260107-135711-restart",
        "    $ docker compose -p eatfit24 -f compose.yml restart celery-worker",
    ]


@pytest.mark.parametrize("width", [118, 78, 38])
def test_the_rows_of_the_log_fit(width: int) -> None:
    hostile = replace(LOG[0], text="echo \x1b[2J[/bold] " + "x" * 300, title="[b]\x07")
    rows = command_log.rows([*LOG, hostile], width)
    lines = [each for row in rows for each in (*row.lines, *row.more)]
    assert all(len(text) <= width for text in of_lines(lines).splitlines())
    assert "\x1b" not in of_lines(lines)


Compare = Callable[..., bool]


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12)])
def test_what_the_menu_of_actions_looks_like(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def opened(pilot: Pilot[int]) -> None:
        app: Any = pilot.app
        await wait_for("the findings", lambda: "celery-worker" in painted(app))
        for name in ("celery-worker", "backend", "redis"):
            app.overview.marks.toggle(name)
        await open_menu(pilot)

    assert snap_compare(app_on(Parts(everything_wrong())), terminal_size=size, run_before=opened)


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
def test_what_the_log_of_commands_looks_like(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def opened(pilot: Pilot[int]) -> None:
        app: Any = pilot.app
        await wait_for("the findings", lambda: "celery-worker" in painted(app))
        await pilot.press("L")
        await wait_for("the log", lambda: "bash -i" in painted(app))
        await pilot.press("j")
        await wait_for("the one under the cursor", lambda: "expected" in painted(app))

    parts = Parts(everything_wrong())
    parts.log = LOG
    assert snap_compare(app_on(parts), terminal_size=size, run_before=opened)
