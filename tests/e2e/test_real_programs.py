"""Programs that take the terminal or ask for a password, as they are: psql, ssh and sudo in the real console."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from opsconsole.run import journal
from opsconsole.run.kinds import Kind
from tests.lab.postgres import PASSWORD, LabPostgres
from tests.lab.sshd import LabSshd
from tests.run.lab import kill_holder
from tests.support.console import RealConsole, open_runbooks, real_console, settled
from tests.support.parts import lack
from tests.support.waiting import wait_until

pytestmark = pytest.mark.pty

STACK = 'name = "lonely"\nhome = "."\n[box]\nenabled = false\n'
SUDO_PASSWORD = "crumbling-old-gate"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("PSQL_HISTORY", str(tmp_path / "psql-history"))
    folder = tmp_path / "stack"
    folder.mkdir()
    (folder / "stack.toml").write_text(STACK)
    yield folder
    for file in (tmp_path / "state").rglob(journal.FILE):
        kill_holder(file.parent, signal.SIGTERM)


@contextlib.contextmanager
def begun(home: Path, *commands: str) -> Iterator[RealConsole]:
    """The real console at the first question of a runbook with these commands."""
    (home / "use.md").write_text("# Use it\n\n" + "".join(f"```bash\n{command}\n```\n\n" for command in commands))
    with real_console("--stack", str(home / "stack.toml"), columns=90, rows=30) as console:
        open_runbooks(console, "Use it")
        settled(console)
        console.press("⏎")
        console.sees("Begin this run?")
        settled(console)
        console.press("⏎")
        console.sees("Run it?")
        settled(console)
        yield console


def attached(console: RealConsole) -> None:
    """The step has the terminal."""
    wait_until("the step to have the terminal", lambda: b"takes the terminal back from step" in console.raw())


def types(console: RealConsole, keys: str, then: str) -> None:
    """Type at the program, and wait for what it says then."""
    before = len(console.raw())
    console.send(keys)
    wait_until(f"{then!r}", lambda: then.encode() in console.raw()[before:], 20)


def test_psql_asks_for_its_password_edits_its_lines_and_is_interrupted(home: Path, postgres: LabPostgres) -> None:
    with begun(home, f"psql -h 127.0.0.1 -p {postgres.port} -U shop shop") as console:
        console.press("y")
        attached(console)
        console.sees("Password for user shop:")
        types(console, f"{PASSWORD}\r", "shop=> ")
        types(console, "select 6 * 8\x7f7 as answer;\r", "42")
        types(console, "\x1b[A" + "\x7f" * 11 + " + 1;\r", "43")  # the line before, brought back and edited
        types(console, "select pg_sleep(600);\r", "pg_sleep")
        types(console, "\x03", "canceling statement")
        console.send("\\q\r")
        console.sees("All steps are through")
    assert_nobody_wrote(home, PASSWORD)
    assert [entry.data["exit"] for entry in entries(home) if entry.kind == Kind.ENDED] == [0]


def test_ssh_opens_a_shell_on_another_box_with_its_window_and_job_control(
    home: Path, sshd: LabSshd, monkeypatch
) -> None:
    monkeypatch.setenv("PATH", f"{sshd.bin}:{os.environ['PATH']}")
    with begun(home, f"ssh -p {sshd.port} {sshd.user}@127.0.0.1", "echo here again") as console:
        console.press("y")
        attached(console)
        types(console, "echo over $((40 + 2)) $(stty size) $SSH_TTY\r", "over 42 30 90 /dev/pts/")
        console.resize(101, 33)
        wait_until("the far end to know the size", lambda: _says(console, "stty size\r", "33 101"))
        types(console, "bash -c 'echo job $((6 * 7)); sleep 611'\r", "job 42")
        types(console, "\x1a", "Stopped")
        types(console, "kill -KILL %1; wait; echo no $((6 * 7)) jobs\r", "no 42 jobs")
        console.send("exit\r")
        console.sees("echo here again")
    assert next(entry.data["exit"] for entry in entries(home) if entry.kind == Kind.ENDED) == 0


def _says(console: RealConsole, keys: str, then: str) -> bool:
    with contextlib.suppress(AssertionError):
        before = len(console.raw())
        console.send(keys)
        wait_until(then, lambda: then.encode() in console.raw()[before:], 2)
        return True
    return False


@pytest.fixture
def sudoer() -> Iterator[str]:
    """A user of this box who may sudo with a password; gone afterwards."""
    needed = ("sudo", "useradd", "userdel", "chpasswd", "runuser")
    if os.geteuid() != 0 or not all(map(shutil.which, needed)):
        lack("sudo", f"users can be made only by root with {', '.join(needed)}")
    name = f"opslab{os.getpid()}"
    subprocess.run(["useradd", "--no-create-home", "--groups", "sudo", name], check=True)
    try:
        subprocess.run(["chpasswd"], input=f"{name}:{SUDO_PASSWORD}", text=True, check=True)
        yield name
    finally:
        subprocess.run(["userdel", "--force", name], check=True)


def test_sudo_asks_once_for_all_steps_of_a_run_and_nobody_sees_the_password(home: Path, sudoer: str) -> None:
    sudo = f"runuser -u {sudoer} -- sudo"
    with begun(home, f"{sudo} sh -c 'echo I am $(id -un)'", f"{sudo} id -un | tee -a who") as console:
        console.press("⏎")
        console.sees("password for")
        settled(console)
        console.press("i")
        console.sees("What you type is not shown")
        console.type(f"{SUDO_PASSWORD}\r")
        console.sees("I am root")
        console.sees("who")
        settled(console)
        console.press("y")
        console.sees("All steps are through")
        assert "password for" not in (output := printed(home)[-1]), output
        assert SUDO_PASSWORD.encode() not in console.raw()
    assert (home / "who").read_text() == "root\n"
    assert_nobody_wrote(home, SUDO_PASSWORD)


def entries(home: Path) -> tuple[journal.Entry, ...]:
    [file] = (home.parent / "state").rglob(journal.FILE)
    return journal.read(file).entries


def printed(home: Path) -> list[str]:
    """What each step has printed, in their order."""
    return [path.read_text() for path in sorted((home.parent / "state").rglob("output/*.log"))]


def assert_nobody_wrote(home: Path, secret: str) -> None:
    for path in (home.parent / "state").rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes(), path
