"""One archive for boxes that have no Python, or another C library: unpacked and run, with nothing of theirs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from tests.lab.engine import LabContainer, LabEngine
from tests.support.parts import OUTER

pytestmark = [pytest.mark.lab, pytest.mark.engine]

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/bundle.py"
STACK = """
name = "bare"
[[check]]
name = "greeting"
kind = "file"
path = "/tmp/greeting"
"""
BOOK = "---\nshell: sh\n---\n\n# Greet\n\n```sh\necho hello >/tmp/greeting\n```\n\n```sh\ncat /tmp/greeting\n```\n"
WITHIN = 60


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the archive holds, unpacked."""
    folder = tmp_path_factory.mktemp("bundle") / "opsconsole-x86_64"
    subprocess.run([sys.executable, str(SCRIPT), str(folder)], check=True, env=OUTER)
    return folder


@pytest.fixture
def box(engine: LabEngine, bundle: Path, tmp_path: Path) -> Iterator[LabContainer]:
    """A box with a shell of its own and nothing else: no Python, and no C library at all."""
    (tmp_path / "stack.toml").write_text(STACK)
    (tmp_path / "greet.md").write_text(BOOK)
    container = engine.run(
        options=(f"--volume={bundle}:/opt/elsewhere:ro", f"--volume={tmp_path}:/srv/stack", "--env=HOME=/tmp")
    )
    yield container
    container.remove()


def at_a_terminal(box: LabContainer, *words: str) -> pexpect.spawn:
    """opsconsole in the box, at a terminal of its own."""
    argv = ["exec", "-it", "--env=TERM=xterm-256color", box.name, "/opt/elsewhere/opsconsole", *words]
    return pexpect.spawn("docker", argv, env=os.environ, timeout=WITHIN, encoding="utf-8")


def test_there_is_nothing_that_it_could_have_used_there(box: LabContainer) -> None:
    assert (
        box.exec("sh", "-c", "command -v python3; ls -d /lib*/ld-* /lib/*/ld-* 2>/dev/null; echo nothing") == "nothing"
    )


def test_it_says_what_it_is_also_by_a_link(box: LabContainer) -> None:
    box.exec("ln", "-s", "/opt/elsewhere/opsconsole", "/tmp/ops")
    assert box.exec("/tmp/ops", "--version").startswith("opsconsole ")


def test_a_check_is_red_a_runbook_repairs_it_and_it_is_green(box: LabContainer) -> None:
    stack = "/srv/stack/stack.toml"
    status = "/opt/elsewhere/opsconsole status --format json --stack"
    before = json.loads(box.exec("sh", "-c", f"{status} {stack} greeting || true"))
    assert before["level"] == "DOWN"
    with at_a_terminal(box, "run", "/srv/stack/greet.md", "--stack", stack) as run:
        for command in ("echo hello", "cat /tmp/greeting"):
            run.expect_exact(f"$ {command}")
            run.expect_exact("Run this?")
            run.sendline("y")
        run.expect("hello\r\n")
        run.expect("\\[y\\]es")
        run.sendline("y")
        run.expect(pexpect.EOF)
    assert json.loads(box.exec("sh", "-c", f"{status} {stack} greeting"))["level"] == "OK"


def test_the_console_paints_itself_and_gives_the_terminal_back(box: LabContainer) -> None:
    with at_a_terminal(box, "--stack", "/srv/stack/stack.toml") as console:
        console.expect("greeting")
        console.send("q")
        console.expect(pexpect.EOF)


def test_what_it_starts_has_nothing_of_its_own_in_its_environment(box: LabContainer, tmp_path: Path) -> None:
    (tmp_path / "env.toml").write_text(
        'name = "env"\n[[check]]\nname = "env"\nkind = "command"\nrun = ["env"]\nexpect = ["nowhere"]\n'
    )
    said = box.exec("sh", "-c", "/opt/elsewhere/opsconsole check env --stack /srv/stack/env.toml 2>&1 || true")
    assert "env" in said and "PYTHON" not in said and "LD_LIBRARY" not in said
