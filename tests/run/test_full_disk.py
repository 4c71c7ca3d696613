"""A full disk may be the very incident: what was set aside keeps the record going."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.parts import lack

ROOT = Path(__file__).parents[2]
APART = ("unshare", "--mount", "--map-root-user")


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    """A folder on which a small file system can be mounted that nobody else sees."""
    if not shutil.which("unshare") or subprocess.run([*APART, "true"], capture_output=True).returncode:
        lack("mounts", "unshare fails or is not there")
    return tmp_path


def test_the_run_that_fills_the_disk_is_recorded_to_its_end_and_the_next_one_is_not_begun(small_disk: Path) -> None:
    command = [*APART, sys.executable, "-m", "tests.run.full_disk", str(small_disk)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["filler"] > 1_000_000
    assert seen["lost"] > 0, "the output did not fit, and that is said"
    assert seen["ended"] == "done"
    assert [kind for kind in seen["kinds"] if kind in ("started", "ended")] == ["started", "ended"] * 4
    assert "a run cannot be recorded here (No space left on device), so nothing was started" in seen["second"]
    assert seen["ran"] is False
    assert seen["runs"] == 1


def on_a_bad_disk(kind: str, folder: Path) -> dict[str, Any]:
    """What tests/run/bad_disk.py saw."""
    command = [*APART, sys.executable, "-m", "tests.run.bad_disk", kind, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def test_a_result_for_which_there_is_no_room_is_neither_lost_nor_made_up(small_disk: Path) -> None:
    """Full to the last byte between a step's end and its entry, with the room set aside used up as well."""
    seen = on_a_bad_disk("full", small_disk)
    assert seen["room again"] == {
        "while full": "running",
        "at last": "done",
        "asked": "AskConfirm",
        "ledger": ["begun", "over"],
        "fault": "",
    }
    refused = seen["the holder dies"].pop("resume while full")
    assert "No space left on device" in refused
    assert seen["the holder dies"] == {
        "while full": "running",
        "while full, without a holder": "outcome unknown",
        "at last": "outcome unknown",
        "asked": "AskUnknown",
        "ledger": ["begun", "over"],
        "fault": "",
    }


def test_in_a_folder_that_can_only_be_read_runs_are_shown_and_nothing_is_begun_or_taken_up(small_disk: Path) -> None:
    seen = on_a_bad_disk("read-only", small_disk)
    assert seen["standing"] == "to do"
    assert len(seen["listed"]) == 1
    assert "Read-only file system" in seen["resume"]
    assert "a run cannot be recorded here (Read-only file system), so nothing was started" in seen["begin"]
    assert seen["ledger"] == []
