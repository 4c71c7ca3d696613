"""`opsconsole status --watch`: the real program in a second pane, and where nobody looks at columns."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from tests.cli.program import opsconsole
from tests.support.console import RealConsole, real_console
from tests.support.waiting import wait_until

STACK = """
name = "little"
[box]
enabled = false
[[check]]
name = "there"
kind = "file"
path = "%s/marker"
"""


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    file = tmp_path / "stack.toml"
    file.write_text(STACK % tmp_path)
    return file


def watching(stack: Path, *more: str, **env: str) -> object:
    return real_console("status", "--stack", str(stack), "--watch", "1", *more, columns=80, rows=10, env=env)


def looks(console: RealConsole) -> list[str]:
    """The moments of the looks that were drawn."""
    return re.findall(r" at \d{4}-\d\d-\d\d (\d\d:\d\d:\d\d) UTC", console.raw().decode("utf-8", "replace"))


@pytest.mark.pty
def test_it_draws_in_place_and_leaves_the_last_look_and_its_code(stack: Path) -> None:
    with watching(stack) as console:
        console.sees("✗ there")
        console.sees("a look every 1 s")
        (stack.parent / "marker").touch()
        console.sees("✓ 1 OK")
        assert console.text().count("little on") == 1, "one look is on the screen"
        console.resize(50, 8)
        console.until("the narrow window", lambda text: all(len(line) <= 50 for line in text.split("\n")))
        (stack.parent / "marker").unlink()
        console.sees("✗ there")
        modes = termios.tcgetattr(console.master)
        assert not modes[3] & termios.ECHO
        console.send("\x03")
        assert console.wait() == 2
        raw = console.raw()
        assert raw.rfind(b"\x1b[?1049l") > raw.rfind(b"\x1b[?1049h")
        assert raw.rfind(b"\x1b[?25h") > raw.rfind(b"\x1b[?25l")
        assert b"there" in raw[raw.rfind(b"\x1b[?1049l") :], "the last look stays"
        assert termios.tcgetattr(console.master)[3] & termios.ECHO


@pytest.mark.pty
def test_q_ends_it_and_a_stack_file_that_changes_is_gone_by(stack: Path) -> None:
    with watching(stack) as console:
        console.sees("✗ there")
        stack.write_text(STACK % stack.parent + "nonsense = 1\n")
        console.sees("the stack file has changed and has faults")
        stack.write_text((STACK % stack.parent).replace("there", "elsewhere"))
        console.sees("✗ elsewhere")
        console.send("q")
        assert console.wait() == 2


@pytest.mark.pty
def test_on_a_dumb_terminal_one_look_follows_the_other(stack: Path) -> None:
    with watching(stack, TERM="dumb") as console:
        wait_until("two looks", lambda: len(looks(console)) >= 2, 20)
        console.send("\x03")
        assert console.wait() == 2
        assert b"\x1b" not in console.raw()


def test_in_a_pipe_blocks_follow_each_other_until_it_is_ended(stack: Path) -> None:
    argv = [sys.executable, "-m", "opsconsole", "status", "--stack", str(stack), "--watch", "1", "--format", "markdown"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, env=os.environ, text=True) as watch:
        assert watch.stdout is not None
        lines = [watch.stdout.readline() for _ in range(6)]
        watch.send_signal(signal.SIGINT)
        assert watch.wait(20) == 2
    assert [line.startswith("**little on") for line in lines] == [True, False, False, False, True, False]


def test_an_interval_that_would_be_a_burden_is_refused(stack: Path) -> None:
    outcome = opsconsole("status", "--stack", str(stack), "--watch", "0.2")
    assert outcome.code == 3
    assert "no more often than every second" in outcome.err


def test_a_bad_stack_file_is_told_as_by_every_other_command(tmp_path: Path) -> None:
    (tmp_path / "stack.toml").write_text("nonsense = 1\n")
    outcome = opsconsole("status", "--watch", cwd=tmp_path)
    assert outcome.code == 3
    assert "nonsense" in outcome.err
