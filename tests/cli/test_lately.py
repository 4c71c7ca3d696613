"""`opsconsole lately`, the real program, on what it finds on this very box."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from opsconsole.cli.lately_text import block, render
from opsconsole.cli.status_text import Paper
from opsconsole.model.lately import Change, Lately, Unseen

NOW = 1_767_794_531.0
SEEN = Lately(
    NOW,
    NOW - 86400,
    (Change(NOW - 5, "start", ("worker",), "made anew"), Change(NOW - 7200, "deploy", ("shop",), "at abcdef1: pull")),
    (),
    (Unseen("sign-in", "no record"),),
)


def lately(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "opsconsole", "--stack", str(folder / "stack.toml"), "lately", *words]
    env = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
    return subprocess.run(argv, capture_output=True, text=True, env=env, check=False)


def test_a_file_of_the_stack_and_the_last_boot(tmp_path: Path) -> None:
    (tmp_path / "stack.toml").write_text('name = "shop"\n[lately]\nfiles = ["conf/*"]\n')
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/site").touch()
    done = lately(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "conf/site" in done.stdout
    assert "the box booted" in done.stdout
    told = json.loads(lately(tmp_path, "--format", "json").stdout)
    assert {"stack.toml", "conf/site"} <= {name for one in told["changes"] for name in one["subjects"]}


def test_how_far_back_is_a_duration(tmp_path: Path) -> None:
    (tmp_path / "stack.toml").write_text('name = "shop"\n')
    done = lately(tmp_path, "--within", "long")
    assert done.returncode == 3
    assert "'long' is not a duration" in done.stderr


def test_how_it_reads() -> None:
    assert render(SEEN, "shop", "prod-1", Paper(80)).splitlines() == [
        "shop on prod-1: what changed since 01-06 14:02:11 UTC (1 d)",
        "  01-07 14:02:06    5 s ago  start    worker made anew",
        "  01-07 12:02:11    2 h ago  deploy   shop at abcdef1: pull",
        "  none known: boots, changed files, packages, runs",
        "  ? not all known of sign-ins: no record",
    ]


def test_a_run_begins_with_the_nearest() -> None:
    assert block(SEEN, NOW, 1) == [
        "changed here lately:",
        "  01-07 14:02:06    5 s ago  start    worker made anew",
        "  1 more · not all known: sign-ins: opsconsole lately",
    ]
