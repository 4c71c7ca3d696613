"""The plain command line at a real terminal: a step that opens something has it, and so has a shell on request."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from opsconsole.run import journal
from opsconsole.run.kinds import Kind
from tests.run.lab import kill_holder

ROOT = Path(__file__).parents[2]
BOOK = """# Talk

```bash {name=talk}
bash --norc
```

```bash {name=ask risk=change}
{ read -p "Proceed? [y/N] " a; echo "heard $a"; read -sp "Password: " p; echo; echo "it is ${#p} long"; }
```
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "stack.toml").write_text('name = "shop"\nhome = "."\n[box]\nenabled = false\n')
    (tmp_path / "talk.md").write_text(BOOK)
    yield tmp_path
    for file in (tmp_path / "state").rglob(journal.FILE):
        kill_holder(file.parent, signal.SIGTERM)


def program(shop: Path, *words: str) -> pexpect.spawn:
    arguments = ["-m", "opsconsole", "--stack", str(shop / "stack.toml"), *words]
    env = {**os.environ, "NO_COLOR": "1", "PS1": "shell> "}
    return pexpect.spawn(
        sys.executable, arguments, cwd=ROOT, env=env, encoding="utf-8", timeout=20, dimensions=(24, 80)
    )


def kinds(shop: Path) -> list[str]:
    [file] = (shop / "state").rglob(journal.FILE)
    return [entry.kind for entry in journal.read(file).entries]


def test_a_step_that_opens_a_shell_has_the_terminal_and_a_key_takes_it_back_and_forth(shop: Path) -> None:
    screen = program(shop, "run", "talk")
    screen.expect("Run this")
    screen.sendline("y")
    screen.expect("Ctrl-\\] takes the terminal back from step 1, talk")
    screen.sendline("stty size; echo $((6 * 7))")
    screen.expect("24 80\r\n42\r\n")
    screen.send("\x1d")
    screen.expect("opsconsole has the terminal again")
    screen.send("\x1d")
    screen.expect("takes the terminal back")
    screen.sendline("echo $((6 * 8)); exit")
    screen.expect("48\r\n")
    screen.expect("exit 0")
    screen.expect("2 of 2")
    screen.sendline("l")
    screen.expect(pexpect.EOF)
    assert kinds(shop).count(Kind.STARTED) == 1


def test_prompts_are_answered_in_line_and_a_password_is_said_to_be_one(shop: Path) -> None:
    screen = program(shop, "run", "talk", "--from", "ask")
    screen.expect("Run this")
    screen.sendline("y")
    screen.expect("Proceed\\? \\[y/N\\] ")
    screen.send("certainly\r")
    screen.expect("heard certainly")
    screen.expect("a password: what you type is not shown and not kept")
    screen.send("hunter2-hunter2\r")
    screen.expect("it is 15 long")
    screen.expect("End the run")
    screen.sendline("!")
    screen.expect("takes the terminal back from a recorded shell")
    screen.sendline("echo $((6 * 9)); exit")
    screen.expect("54\r\n")
    screen.expect("OPS-check after a shell")
    screen.expect("End the run")
    screen.sendline("y")
    screen.expect(pexpect.EOF)
    assert kinds(shop).count(Kind.SHELL) == kinds(shop).count(Kind.SHELL_ENDED) == 1


def test_without_a_terminal_it_says_so_in_one_line(shop: Path) -> None:
    command = [sys.executable, "-m", "opsconsole", "--stack", str(shop / "stack.toml"), "run", "talk"]
    done = subprocess.run(command, cwd=ROOT, input="!\n", capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "refused: it wants a terminal of its own, and there is none here" in done.stdout
    assert "a shell: it wants a terminal of its own, and there is none here" in done.stdout
    assert Kind.STARTED not in kinds(shop)


def test_read_only_refuses_a_shell(shop: Path) -> None:
    screen = program(shop, "--read-only", "run", "talk")
    screen.expect("It may not run")
    screen.sendline("!")
    screen.expect("no shell; read-only: a shell could change something")
    screen.expect("It may not run")
    screen.sendline("l")
    screen.expect(pexpect.EOF)
    assert Kind.SHELL not in kinds(shop)
    assert Kind.REFUSED in kinds(shop)
