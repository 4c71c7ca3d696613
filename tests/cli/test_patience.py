"""A look that takes its time says what it waits for, and can be stopped; where nobody sits, nothing is said."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from opsconsole.cli.patience import for_targets
from opsconsole.model.sample import Target
from tests.cli.program import opsconsole
from tests.support.console import real_console

STACK = """
name = "little"
[box]
enabled = false
[[health]]
name = "%s"
url = "http://127.0.0.1:%d/"
within = "%s"
timeout = "%s"
"""


@pytest.fixture
def silent() -> Iterator[int]:
    """A port on which somebody listens and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def stack(folder: Path, port: int, patience: str) -> str:
    file = folder / "stack.toml"
    file.write_text(STACK % ("slow", port, patience, patience))
    return str(file)


@pytest.mark.pty
def test_what_is_waited_for_is_said_and_gone_when_it_is_over(tmp_path: Path, silent: int) -> None:
    with real_console("status", "--stack", stack(tmp_path, silent, "3s"), columns=100, rows=12) as console:
        console.sees("still waiting for health slow; Ctrl-C stops it")
        assert console.wait() == 2
        text = console.sees("✗ slow.health")
        assert "still waiting" not in text


@pytest.mark.pty
def test_it_can_be_stopped(tmp_path: Path, silent: int) -> None:
    with real_console("status", "--stack", stack(tmp_path, silent, "9s"), columns=100, rows=12) as console:
        console.sees("still waiting for health slow")
        console.send("\x03")
        assert console.wait() == 130


@pytest.mark.pty
def test_a_pane_that_looks_again_and_again_says_it_at_its_foot(tmp_path: Path, silent: int) -> None:
    file = stack(tmp_path, silent, "3s")
    with real_console("status", "--watch", "1", "--stack", file, columns=100, rows=12) as console:
        console.sees("still waiting for health slow · q ends")
        console.send("q")
        assert console.wait() in (2, 3)


def test_where_nobody_sits_nothing_is_said(tmp_path: Path, silent: int) -> None:
    outcome = opsconsole("status", "--stack", stack(tmp_path, silent, "1s"))
    assert (outcome.code, outcome.err) == (2, "")


def test_of_many_some_are_named() -> None:
    targets = [Target("health", name) for name in ("web", "api", "shop", "mail")]
    assert for_targets(targets[:2]) == "still waiting for health web, health api"
    assert for_targets(targets) == "still waiting for health web, health api, health shop and 1 more"
    assert for_targets([]) == "putting it together"
