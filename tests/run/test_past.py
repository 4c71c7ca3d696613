"""What has been run: how each run ended, whether that was verified, and whether its record is as it was written."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from opsconsole.model.verdict import Level
from opsconsole.run import journal
from opsconsole.run.folder import create
from opsconsole.run.kinds import Kind
from opsconsole.run.past import past_runs
from tests.run.shop import Shop

TEXT = b"# A book\n"
BEGUN = {
    "title": "A book", "stack": "shop", "user": "anna", "reason": "it is down", "runbook": "book",
    "digest": hashlib.sha256(TEXT).hexdigest(),
}  # fmt: skip
ENDED = {"step": 0, "part": 0, "attempt": 1, "exit": 0, "seconds": 1.0}


def recorded(state: Path, name: str, *entries: tuple[Kind, dict[str, Any]]) -> Path:
    folder = create(state, name, TEXT, BEGUN)
    writer = journal.Journal(folder / journal.FILE)
    for kind, data in entries:
        writer.append(kind, data)
    writer.close()
    return folder


def checked(level: str, **more: Any) -> tuple[Kind, dict[str, Any]]:
    return Kind.OPS_CHECK, {"label": "at the end", "level": level, "levels": {"web": level}, "findings": [], **more}


def test_how_each_ended_and_what_the_checks_said_after_it(tmp_path: Path) -> None:
    closed = (Kind.CLOSED, {"how": "done"})
    recorded(tmp_path, "a-well", checked("DOWN"), (Kind.ENDED, ENDED), checked("OK"), closed)
    recorded(tmp_path, "b-still-down", (Kind.ENDED, ENDED), checked("DOWN"), closed)
    recorded(tmp_path, "c-not-looked", checked("OK"), (Kind.ENDED, ENDED), closed)
    recorded(tmp_path, "d-no-look", (Kind.ENDED, ENDED), checked("UNKNOWN", problem="the engine is gone"), closed)
    recorded(tmp_path, "e-open")
    found = {run.id[16:]: run for run in past_runs(tmp_path, "shop")}
    assert {name: (run.ended, run.after) for name, run in found.items()} == {
        "a-well": ("done", Level.OK),
        "b-still-down": ("done", Level.DOWN),
        "c-not-looked": ("done", None),
        "d-no-look": ("done", None),
        "e-open": (None, None),
    }
    assert all(run.fault == "" for run in found.values())
    assert found["a-well"].user == "anna"
    assert found["a-well"].runbook == "book"


def test_those_of_other_stacks_are_not_among_them(tmp_path: Path) -> None:
    recorded(tmp_path, "one")
    assert past_runs(tmp_path, "another") == []


def test_a_record_that_was_altered_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    edited = recorded(tmp_path, "a-edited", (Kind.ENDED, ENDED)) / journal.FILE
    edited.write_bytes(edited.read_bytes().replace(b"it is down", b"just so..."))
    cut = recorded(tmp_path, "b-cut", (Kind.ENDED, ENDED)) / journal.FILE
    cut.write_bytes(cut.read_bytes().split(b"\n")[0] + b"\n")
    (recorded(tmp_path, "c-other-text", (Kind.ENDED, ENDED)) / "runbook.md").write_bytes(b"# Another\n")
    (recorded(tmp_path, "d-gone", (Kind.ENDED, ENDED)) / journal.FILE).unlink()
    faults = {run.id[16:]: run.fault for run in past_runs(tmp_path, "shop")}
    assert faults == {
        "a-edited": "line 2 does not follow the line before it",
        "b-cut": "it was cut off: 2 lines were written, 1 are there",
        "c-other-text": "the runbook's text is not the one it began with",
        "d-gone": "the journal is gone",
    }


async def test_a_real_run_is_among_them(tmp_path: Path) -> None:
    from opsconsole.model.questions import Yes

    shop = Shop(tmp_path)
    session, _ = await shop.begin("```bash\ntrue\n```\n", [Yes(), Yes()], reason="paged")
    await session.play()
    (run,) = past_runs(
        shop.state_folder, json.loads((session.folder / journal.FILE).open().readline())["data"]["stack"]
    )
    assert (run.ended, run.reason, run.fault) == ("done", "paged", "")
