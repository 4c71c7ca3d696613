"""What can fail, and what has been run: from a failing check to its row to its runbook; from a run to its report."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from opsconsole.model.matrix import Failure, Invariant
from opsconsole.model.past_run import PastRun
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.verdict import Level
from opsconsole.run.folder import create, default_state_folder
from opsconsole.tui.presentation import matrix, past_runs
from opsconsole.tui.presentation.spans import text, width
from opsconsole.tui.screens.library import LibraryScreen
from opsconsole.tui.screens.run import RunScreen
from tests.support.console import real_console, settled
from tests.support.multiplexers import LITTLE
from tests.support.snapshots import NOW, everything_wrong
from tests.support.waiting import wait_for
from tests.tui.fakes import ToldParts, a_runbook, console, painted

MATRIX = (
    Failure("worker", "takes no tasks", ("celery-worker.process",), "tasks wait", runbooks=("wrong-process",)),
    Failure("disk", "lost", data_loss="yes", by_hand="restore the backup"),
    Failure("backend", "does not answer", ("backend.health",), by_itself="it is started again"),
)
INVARIANTS = (Invariant("1", "one worker runs", ("celery-worker.process", "backend.memory"), ("ci",)),)


def with_rows() -> Snapshot:
    seen = everything_wrong()
    return replace(seen, stack=replace(seen.stack, matrix=MATRIX, invariants=INVARIANTS))


RUNS = [
    PastRun(
        "20260107-140100-wrong-process", "Worker runs the wrong process", "wrong-process", "anna", "paged", NOW - 72
    ),
    PastRun(
        "20260106-030000-memory-high", "Memory is high", "memory-high", "ben", "celery-worker.memory DEGRADED",
        NOW - 40000, "done", NOW - 39000, after=Level.OK,
    ),
    PastRun("20260105-030000-a", "Old one", "a", "ben", "", NOW - 90000, "stopped", NOW - 89990, fault="line 3 is cut"),
]  # fmt: skip


class Recorded(ToldParts):
    """Parts with a past."""

    def past_runs(self) -> list[PastRun]:
        return RUNS

    def report_of(self, run_id: str) -> tuple[str, str]:
        run = next(run for run in RUNS if run.id == run_id)
        return f"# {run.title}\n\n- **By:** {run.user}\n", run.fault


@pytest.mark.parametrize("size", [12, 38, 58, 76, 116, 196])
def test_no_row_is_wider_than_its_pane(size: int) -> None:
    seen = with_rows()
    drawn = [*matrix.rows((*MATRIX, *INVARIANTS), seen.standings, size), *past_runs.rows(RUNS, size)]
    for row in drawn:
        for line in row.lines:
            assert width(line) <= size, text(line)


def test_the_worst_comes_first_then_what_nobody_sees_then_what_is_well() -> None:
    seen = with_rows()
    well = {name: replace(s, level=Level.OK) for name, s in seen.standings.items() if name == "backend.health"}
    rows = matrix.rows(MATRIX, {**seen.standings, **well}, 116)
    assert [text(row.lines[0]).split()[:2] for row in rows] == [["✗", "DOWN"], ["–", "UNSEEN"], ["OK", "failure"]]
    assert "no check sees this" in text(rows[1].lines[0])
    assert "data is lost" in "\n".join(map(text, rows[1].more))


async def test_from_a_failing_check_to_its_row_to_its_runbook() -> None:
    app = console(ToldParts(with_rows(), [a_runbook()]))
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for("the findings", lambda: "celery-worker.process" in painted(app))
        await pilot.press("M")
        await wait_for("the matrix", lambda: "3 of 4 seen by a check" in painted(app))
        await wait_for("what is known of its row", lambda: "symptoms: tasks wait" in painted(app))
        await pilot.press("enter")
        await wait_for("its runbook", lambda: isinstance(app.screen, (RunScreen, LibraryScreen)))
        await wait_for("why", lambda: "worker takes no tasks DOWN" in painted(app))


async def test_a_row_that_nobody_treats_says_so_and_without_rows_there_is_no_key() -> None:
    app = console(ToldParts(with_rows()))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for("the findings", lambda: "celery-worker.process" in painted(app))
        await pilot.press("M")
        await wait_for("the matrix", lambda: "3 of 4 seen" in painted(app))
        await pilot.press("slash", *"disk", "enter", "enter")
        await wait_for("the word", lambda: "no runbook treats this" in painted(app))
    app = console(ToldParts(everything_wrong()))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for("the findings", lambda: "celery-worker.process" in painted(app))
        await pilot.press("M")
        assert app.screen is app.overview


async def test_runs_are_found_read_copied_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    app = console(Recorded(with_rows()))
    sent: list[str] = []
    monkeypatch.setattr(app, "send", sent.append)
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for("the findings", lambda: "celery-worker.process" in painted(app))
        await pilot.press("H")
        await wait_for("the runs", lambda: "Worker runs the wrong process" in painted(app))
        screen = painted(app)
        assert screen.index("Worker runs") < screen.index("Memory is high") < screen.index("Old one")
        assert "ALTERED" in screen
        await wait_for("the open run can be taken up", lambda: "o take it up" in painted(app))
        await pilot.press("slash", *"memory-high", "enter")
        await wait_for("only that one", lambda: "Old one" not in painted(app))
        assert "o take it up" not in painted(app)
        await pilot.press("enter")
        await wait_for("its report", lambda: "• By: ben" in painted(app))
        await pilot.press("y")
        await wait_for("the word about it", lambda: "copied the report" in painted(app))
        await pilot.press("w")
        await wait_for("where it is", lambda: "Written, readable by you alone:" in painted(app))
        (file,) = (Path.home() / ".local/state/opsconsole/shared").iterdir()
        assert file.read_text() == "# Memory is high\n\n- **By:** ben\n"


async def test_the_report_of_an_altered_record_says_so_first() -> None:
    app = console(Recorded(with_rows()))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for("the findings", lambda: "celery-worker.process" in painted(app))
        await pilot.press("H")
        await wait_for("the runs", lambda: "Old one" in painted(app))
        await pilot.press("G", "enter")
        await wait_for("the word", lambda: "This record is not as it was written: line 3 is cut" in painted(app))


@pytest.mark.pty
def test_a_real_record_is_read_by_the_real_program(tmp_path: Path) -> None:
    """Also one that somebody has altered: what is before the damage can be read, and that there is damage."""
    (tmp_path / "stack.toml").write_text(LITTLE % tmp_path)
    begun = {
        "title": "Make room", "stack": "little", "host": "prod-1", "user": "anna", "reason": "disk full",
        "runbook": "room", "digest": hashlib.sha256(b"# Make room\n").hexdigest(),
    }  # fmt: skip
    folder = create(default_state_folder(), "room", b"# Make room\n", begun)
    with real_console("--stack", str(tmp_path / "stack.toml")) as real:
        real.sees("1 finding")
        settled(real)
        real.send("H")
        real.sees("its seal holds")
        (folder / "runbook.md").write_bytes(b"# Another\n")
        settled(real)
        real.send("\r")
        real.sees("• Reason: disk full")
        real.send("\x1b")
        real.sees("ALTERED")
        real.sees("the runbook's text is not the one it began with")
