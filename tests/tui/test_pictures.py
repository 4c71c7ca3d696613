"""What the screens look like, at the sizes people have. After a wanted change: pytest tests/tui --snapshot-update."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from opsconsole.model.questions import AskConfirm, AskFailed, AskWatch, AskWay, Question, Way
from opsconsole.runbook.markdown import parse
from opsconsole.tui.screens.reading import ReadScreen
from tests.support.snapshots import all_well, everything_wrong, unreadable
from tests.support.waiting import wait_for
from tests.tui.fakes import CHANGE, DESTROY, LOOK, ScriptedSession, ToldParts, a_runbook, a_state, console, painted

SIZES = [(120, 40), (80, 24), (40, 12)]

Compare = Callable[..., bool]


def showing(*words: str) -> Callable[[Pilot[int]], Awaitable[None]]:
    async def wait(pilot: Pilot[int]) -> None:
        for each in words:
            await wait_for(f"{each!r}", lambda each=each: each in painted(pilot.app))  # type: ignore[arg-type, misc]
        await settled(pilot)

    return wait


async def settled(pilot: Pilot[int]) -> None:
    """Nothing has been painted since the last look, twice in a row."""
    last = ""
    for _ in range(3):
        await pilot.pause(0.1)
        now = painted(pilot.app)  # type: ignore[arg-type]
        if now == last:
            return
        last = now


@pytest.mark.parametrize("size", SIZES)
def test_the_overview_when_everything_is_wrong(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = console(ToldParts(everything_wrong(), [a_runbook()]))
    assert snap_compare(app, terminal_size=size, run_before=showing("celery-worker", "DOWN"))


def test_the_overview_in_the_terminals_own_colours(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSCONSOLE_THEME", "sixteen")
    app = console(ToldParts(everything_wrong(), [a_runbook()]))
    assert snap_compare(app, terminal_size=(120, 40), run_before=showing("celery-worker", "DOWN"))


def test_the_overview_when_all_is_well(snap_compare: Compare) -> None:
    app = console(ToldParts(all_well(12)))
    assert snap_compare(app, terminal_size=(120, 40), run_before=showing("service-00", "nothing is wrong"))


@pytest.mark.parametrize("size", SIZES[:2])
def test_the_overview_when_nothing_can_be_read(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = console(ToldParts(unreadable()))
    assert snap_compare(app, terminal_size=size, run_before=showing("1 Memory", "ago"))


def run_at(question: Question, done: int) -> Any:
    parts = ToldParts(everything_wrong(), [a_runbook()])
    parts.script = lambda operator: ScriptedSession(operator, a_state(done), [question])
    return console(parts)


def begun(*words: str) -> Callable[[Pilot[int]], Awaitable[None]]:
    async def begin(pilot: Pilot[int]) -> None:
        await showing("celery-worker")(pilot)
        await pilot.press("enter")
        await showing("⏎ begin")(pilot)
        await pilot.press("enter")
        await showing(*words)(pilot)
        # What a look printed before, as the session would have told it.
        pilot.app.desk.output("PID   COMMAND\r\n4120  \x1b[31mgunicorn\x1b[0m config.wsgi -b :8000\r\n")  # type: ignore[attr-defined]
        await settled(pilot)

    return begin


@pytest.mark.parametrize("size", SIZES)
def test_a_run_that_asks_for_a_change(snap_compare: Compare, size: tuple[int, int]) -> None:
    where = "in /opt/EatFit24 on prod-1 as deploy"
    asked = AskConfirm(1, 0, CHANGE.text, "yes", where, CHANGE, undo="docker compose down celery-worker")
    assert snap_compare(run_at(asked, 1), terminal_size=size, run_before=begun("q leave"))


def test_a_run_in_the_terminals_own_colours(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSCONSOLE_THEME", "sixteen")
    asked = AskConfirm(1, 0, CHANGE.text, "yes", "in /opt/EatFit24 on prod-1 as deploy", CHANGE)
    assert snap_compare(run_at(asked, 1), terminal_size=(120, 40), run_before=begun("q leave"))


def test_a_run_that_asks_for_a_deletion(snap_compare: Compare) -> None:
    asked = AskConfirm(2, 0, DESTROY.text, "type", "in /opt/EatFit24 on prod-1 as deploy", DESTROY, target="ai")
    assert snap_compare(run_at(asked, 2), terminal_size=(120, 40), run_before=begun("q leave"))


def test_a_runbook_before_it_is_begun(snap_compare: Compare) -> None:
    async def opened(pilot: Pilot[int]) -> None:
        await showing("celery-worker")(pilot)
        await pilot.press("enter")
        await showing("⏎ begin")(pilot)

    app = console(ToldParts(everything_wrong(), [a_runbook()]))
    assert snap_compare(app, terminal_size=(120, 40), run_before=opened)


def test_the_page_of_keys(snap_compare: Compare) -> None:
    async def opened(pilot: Pilot[int]) -> None:
        await showing("celery-worker")(pilot)
        await pilot.press("question_mark")
        await showing("Keys")(pilot)

    assert snap_compare(console(ToldParts(everything_wrong())), terminal_size=(120, 40), run_before=opened)


@pytest.mark.parametrize("size", SIZES[:2])
@pytest.mark.parametrize(
    ("pane", "row", "words"),
    [("1", "celery-worker", "SECRET_KEY"), ("3", "celery\nai", "88 %")],
    ids=["service", "queue"],
)
def test_a_close_look(snap_compare: Compare, pane: str, row: str, words: str, size: tuple[int, int]) -> None:
    async def opened(pilot: Pilot[int]) -> None:
        await showing("celery-worker")(pilot)
        await pilot.press(pane)
        pilot.app.focused.select(row)  # type: ignore[union-attr]
        await pilot.press("enter")
        await showing(
            "esc back", "wrong process" if pane == "1" else "queue-grows", *([words] if size[0] > 100 else ())
        )(pilot)

    app = console(ToldParts(everything_wrong(), [a_runbook()]))
    assert snap_compare(app, terminal_size=size, run_before=opened)


WAYS = AskWay(0, (Way("It is back", "step 4 · Record", 3), Way("It is still down", "step 2 · Recovery", 1)))
FAILED = AskFailed(1, 0, "exit code 1, expected 0", "docker compose down celery-worker", 2)


@pytest.mark.parametrize("size", SIZES)
def test_a_run_that_asks_which_way(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(run_at(WAYS, 0), terminal_size=size, run_before=begun("q leave"))


@pytest.mark.parametrize("size", SIZES[1:])
def test_a_run_in_which_something_failed(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(run_at(FAILED, 1), terminal_size=size, run_before=begun("q leave"))


def test_a_run_that_somebody_else_steers(snap_compare: Compare) -> None:
    watched = AskWatch("anna steers this run at pts/7 since 14:00 UTC; you watch")
    assert snap_compare(run_at(watched, 1), terminal_size=(80, 24), run_before=begun("stop watching"))


def test_a_run_that_only_looks_at_40_by_12(snap_compare: Compare) -> None:
    asked = AskConfirm(0, 0, LOOK.text, "no", "in /opt/EatFit24 on prod-1 as deploy", LOOK)
    parts = ToldParts(everything_wrong(), [a_runbook()], read_only=True)
    parts.script = lambda operator: ScriptedSession(operator, a_state(0), [asked])
    assert snap_compare(console(parts), terminal_size=(40, 12), run_before=begun("q leave"))


@pytest.mark.parametrize("size", SIZES)
def test_a_runbook_that_is_read_beside_a_run(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def reading(pilot: Pilot[int]) -> None:
        await begun("q leave")(pilot)
        pilot.app.push_screen(ReadScreen(parse(DOCUMENT, "book")))
        await showing("esc back")(pilot)

    assert snap_compare(run_at(WAYS, 0), terminal_size=size, run_before=reading)


DOCUMENT = """---
treats: [celery-worker.process]
rto: 5m
escalate: lead
---
# Worker runs the wrong process

## Impact

Nobody gets mail. See [the other runbook](other.md#there).

## Diagnosis

> [!WARNING]
> Do not **restart** it: a restart keeps the command.

| signal | where | what to do |
|---|---|---|
| memory | Grafana | the worker leaks; restart it and look again until it is well |
| queue | redis | wait |

1. First `one`
   - [x] done
   - [ ] open
2. then two

```bash
docker top celery-worker
```
"""
