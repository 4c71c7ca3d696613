"""What somebody does with logs at a real terminal: from a finding to its lines, through a rotation, into a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.console import real_console
from tests.tui.log_stage import at

pytestmark = pytest.mark.pty

STACK = """
name = "shop"
state = "{folder}/state"

[box]
enabled = false

[[check]]
name = "worker"
kind = "log"
file = "{folder}/worker.log"
never = ["OutOfStock"]
every = "1s"
"""


def test_from_a_finding_to_its_log_through_a_rotation_and_into_a_file(tmp_path: Path) -> None:
    (tmp_path / "stack.toml").write_text(STACK.format(folder=tmp_path))
    log = tmp_path / "worker.log"
    lines = [at(900 - number, f"INFO order {number}") for number in range(300)]
    log.write_text("".join(f"{line}\n" for line in [*lines, at(1, "ERROR OutOfStock \x1b[2J[/red]")]))
    with real_console("--stack", str(tmp_path / "stack.toml"), columns=80, rows=24) as console:
        console.sees("worker")
        console.until("the finding", lambda text: "DOWN" in text and "looking" not in text)
        console.send("5l")
        console.sees("OutOfStock [/red]")
        log.rename(tmp_path / "worker.log.1")
        log.write_text(f"{at(0, 'INFO after the rotation')}\n")
        console.sees("reads the new file")
        console.sees("after the rotation")
        console.send("/order 299\r")
        console.sees("1 of 1")
        console.send("w")
        console.resize(40, 12)
        console.sees("order 299")
        console.send("s")
        console.sees("Save 302 lines as")
        console.send("\r")
        console.until("word that it is saved", lambda text: "are saved" in text)
        console.send("\r")
        console.send("q")
        console.until("the overview", lambda text: "logs of" not in text)
        console.send("q")
        assert console.wait() == 0
    (saved,) = (tmp_path / "state" / "logs").iterdir()
    assert len(saved.read_text().splitlines()) == 302
    assert "\x1b" not in saved.read_text()
