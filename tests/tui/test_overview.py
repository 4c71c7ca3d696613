"""The overview as somebody uses it: what it shows, where the keys lead, what a small screen keeps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opsconsole.tui.canvas import Canvas
from opsconsole.tui.console import Console
from opsconsole.tui.pane import Pane
from tests.support.snapshots import all_well, everything_wrong
from tests.support.waiting import wait_for
from tests.tui.fakes import ToldParts, a_runbook, console, painted

WIDE = (120, 40)


def focused(app: Console) -> str:
    return app.focused.pane_name if isinstance(app.focused, Pane) else ""


async def test_the_verdict_and_each_pane_are_on_the_screen() -> None:
    app = console(ToldParts(everything_wrong()))
    async with app.run_test(size=WIDE):
        await wait_for("the findings", lambda: "celery-worker.process" in painted(app))
        screen = painted(app)
        assert "eatfit24 @ prod-1 ·  DOWN  · 4 findings" in screen
        assert "14:02:11 UTC" in screen
        for words in (
            "861 M",
            "gunicorn, want celery",
            "argv: gunicorn config.wsgi -b :8000",
            "1 204",
            "+12/s",
            "≥4 m",
        ):
            await wait_for(words, lambda words=words: words in painted(app))
        assert "no route to api.example.com · last 200 3 m ago" in painted(app)


async def test_a_recovery_is_seen_with_the_next_snapshot() -> None:
    parts = ToldParts(everything_wrong())
    app = console(parts)
    async with app.run_test(size=WIDE):
        await wait_for("the findings", lambda: "4 findings" in painted(app))
        parts.tell(all_well())
        await wait_for("the all-clear", lambda: "nothing is wrong" in painted(app))
        assert "· OK ·" in painted(app)


async def test_the_cursor_stays_on_its_finding_when_a_worse_one_comes() -> None:
    worse = everything_wrong()
    calm = replace(worse, standings={name: s for name, s in worse.standings.items() if name != "celery-worker.process"})
    parts = ToldParts(calm)
    app = console(parts)
    async with app.run_test(size=WIDE) as pilot:
        findings = app.overview.pane("findings")
        await wait_for("the findings", lambda: len(findings.rows) == 3)
        await pilot.press("j")
        assert findings.cursor == "celery-worker.memory"
        parts.tell(worse)
        await wait_for("the fourth finding", lambda: len(findings.rows) == 4)
        assert findings.cursor == "celery-worker.memory"


async def test_keys_lead_from_pane_to_pane() -> None:
    app = console(ToldParts(everything_wrong()))
    async with app.run_test(size=WIDE) as pilot:
        assert focused(app) == "findings"
        await pilot.press("1")
        assert focused(app) == "memory"
        await pilot.press("tab")
        assert focused(app) == "processes"
        await pilot.press("shift+tab", "shift+tab")
        assert focused(app) == "findings"


async def test_g_and_G_go_to_the_ends_of_a_long_list() -> None:
    app = console(ToldParts(all_well(30)))
    async with app.run_test(size=WIDE) as pilot:
        memory = app.overview.pane("memory")
        await wait_for("thirty rows", lambda: len(memory.rows) == 30)
        await pilot.press("1", "G")
        await wait_for(
            "the last row in sight", lambda: "service-29" in "".join(s.text for ln in memory.shown() for s in ln)
        )
        await pilot.press("g")
        assert memory.cursor == "service-00"


async def test_enter_on_a_finding_opens_its_runbook_with_the_service_filled_in() -> None:
    parts = ToldParts(everything_wrong(), [a_runbook()])
    app = console(parts)
    async with app.run_test(size=WIDE) as pilot:
        await wait_for("the findings", lambda: "celery-worker.process" in painted(app))
        await pilot.press("enter")
        await wait_for("the runbook", lambda: "Begin this run?" in painted(app))
        assert "Worker runs the wrong process" in painted(app)
        assert "reason: celery-worker.process DOWN" in painted(app)
        assert parts.begun == []
        assert app.screen.desk.inputs == {"service": "celery-worker"}  # type: ignore[attr-defined]


async def test_a_finding_without_a_runbook_says_so() -> None:
    app = console(ToldParts(everything_wrong(), []))
    async with app.run_test(size=WIDE) as pilot:
        await wait_for("the findings", lambda: "celery-worker.process" in painted(app))
        await pilot.press("enter")
        await wait_for("the note", lambda: "no runbook treats celery-worker.process" in painted(app))


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (40, 12), (60, 18), (59, 30), (200, 50), (20, 6)])
async def test_every_size_keeps_the_verdict_and_a_way_out(size: tuple[int, int]) -> None:
    app = console(ToldParts(everything_wrong()))
    async with app.run_test(size=size) as pilot:
        await wait_for("the verdict", lambda: "DOWN" in painted(app).splitlines()[0])
        assert all(len(line) <= size[0] for line in painted(app).splitlines())
        if size[0] >= 40:
            assert "q quit" in painted(app).splitlines()[-1]
            assert "⏎ open" in painted(app).splitlines()[-1]
        await pilot.press("q")
    assert app.return_code == 0


async def test_on_a_small_screen_brackets_turn_the_panes() -> None:
    app = console(ToldParts(everything_wrong()))
    async with app.run_test(size=(40, 12)) as pilot:
        await wait_for("the findings", lambda: "5 Findings" in painted(app))
        for title in ("1 Memory", "2 Processes", "3 Queues", "4 Health", "5 Findings"):
            await pilot.press("right_square_bracket")
            await wait_for(title, lambda title=title: title in painted(app))
        await pilot.press("left_square_bracket")
        await wait_for("the pane before", lambda: "4 Health" in painted(app))


async def test_a_resize_moves_everything_to_its_new_place() -> None:
    app = console(ToldParts(everything_wrong()))
    async with app.run_test(size=WIDE) as pilot:
        await wait_for("the findings", lambda: "5 Findings" in painted(app))
        await pilot.resize_terminal(40, 12)
        await wait_for("one pane", lambda: "1 Memory" not in painted(app) and "5 Findings" in painted(app))
        await pilot.resize_terminal(120, 40)
        await wait_for(
            "all panes", lambda: all(f"{n} " in painted(app) for n in range(1, 6)) and "┌ 1 Memory" in painted(app)
        )


async def test_help_names_every_key_of_the_footer() -> None:
    app = console(ToldParts(everything_wrong()))
    async with app.run_test(size=WIDE) as pilot:
        await wait_for("the findings", lambda: "5 Findings" in painted(app))
        hints = app.overview.hints()
        await pilot.press("question_mark")
        await wait_for("the keys", lambda: "Keys" in painted(app))
        for hint in hints:
            assert hint.key in painted(app)
            assert hint.does in painted(app)
        await pilot.press("escape")
        await wait_for("the overview again", lambda: "5 Findings" in painted(app))


async def test_an_unchanged_snapshot_paints_nothing_and_a_tick_only_the_clock() -> None:
    snapshot = all_well(30)
    parts = ToldParts(snapshot)
    app = console(parts)
    async with app.run_test(size=WIDE) as pilot:
        await wait_for("the rows", lambda: "service-00" in painted(app))
        await pilot.pause()
        painted_regions: list[object] = []
        for widget in app.screen.query(Canvas):
            widget.refresh = lambda *regions, **_: painted_regions.extend(regions)  # type: ignore[method-assign, assignment]
        parts.tell(replace(snapshot))
        await pilot.pause()
        assert painted_regions == []
        app.overview.tick(snapshot.at + 1)
        assert [(region.width, region.height) for region in painted_regions] == [(1, 1)]  # type: ignore[attr-defined]


async def test_open_runs_are_announced_and_taken_up_with_o() -> None:
    from types import SimpleNamespace

    parts = ToldParts(everything_wrong())
    parts.open_runs = [
        SimpleNamespace(
            id="20260107-1", title="Worker runs the wrong process", user="anna", started=parts.snapshot.at - 600,
            ended=None, step="recreate", running=True, fault="",
        )
    ]  # fmt: skip
    app = console(parts)
    async with app.run_test(size=WIDE):
        await wait_for("the open run", lambda: "OPEN RUN" in painted(app))
        assert "recreate is running · by anna · begun 10 m ago" in painted(app)
        assert "o open run" in painted(app).splitlines()[-1]


async def test_what_goes_wrong_in_the_watch_is_said_and_the_console_stays() -> None:
    class Failing(ToldParts):
        def collector(self, on_change: object, earlier: object = None) -> object:  # type: ignore[override]
            raise RuntimeError("[/b] no [bold] sense")

    app = console(Failing(all_well()))
    async with app.run_test(size=WIDE) as pilot:
        await wait_for("the reason", lambda: "[/b] no [bold] sense" in painted(app))
        await pilot.press("q")
    assert app.return_code == 0
