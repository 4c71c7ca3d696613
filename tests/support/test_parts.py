"""A missing part is skipped and named with what enables it; a part that is required must not be missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.parts import OUTER

ROOT = Path(__file__).parents[2]


def lab_without_engine(**environ: str) -> subprocess.CompletedProcess[str]:
    """Run the lab's own tests where no engine is."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/lab/test_lab_engine.py"],
        env={**OUTER, "OPSCONSOLE_REQUIRE": "", "DOCKER_HOST": "unix:///nonexistent.sock", **environ},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def without_engine() -> subprocess.CompletedProcess[str]:
    return lab_without_engine()


def test_without_an_engine_the_tests_pass(without_engine: subprocess.CompletedProcess[str]) -> None:
    assert without_engine.returncode == 0
    assert "2 skipped" in without_engine.stdout


def test_the_end_of_the_run_names_the_part_once_with_the_command_that_enables_it(
    without_engine: subprocess.CompletedProcess[str],
) -> None:
    _, heading, rest = without_engine.stdout.partition("skipped for want of a real part")
    summary = rest.partition("short test summary")[0]
    assert heading
    assert summary.count("engine: needs a Docker engine") == 1
    assert summary.count("to enable: sudo apt-get install docker.io") == 1


def test_a_part_that_is_required_fails_what_needs_it() -> None:
    done = lab_without_engine(OPSCONSOLE_REQUIRE="engine, redis")
    assert done.returncode == 1
    assert "2 errors" in done.stdout


def test_a_part_that_nobody_knows_cannot_be_required() -> None:
    done = lab_without_engine(OPSCONSOLE_REQUIRE="enigne")
    assert done.returncode == 4
    assert "OPSCONSOLE_REQUIRE names enigne; known are engine, " in done.stderr + done.stdout
