"""A full disk may be the very incident: what was set aside keeps the record going."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

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
