"""Two people on one box: a state folder that their group shares, and the lock that both see without one."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pexpect
import pytest

from opsconsole.run import journal
from tests.run.lab import journalled, kill_holder
from tests.support.parts import lack
from tests.support.waiting import wait_until

pytestmark = pytest.mark.pty

ROOT: Final = Path(__file__).parents[2]
VERSION: Final = f"{sys.version_info.major}.{sys.version_info.minor}"
PACKAGES: Final = os.pathsep.join([str(ROOT), sysconfig.get_path("platlib")])
ANNA, BEN, STRANGER, OPS = 64241, 64242, 64243, 64300
"""Users (the third is not in the group) and a group without names on any box: the kernel asks for numbers only."""

BOOK: Final = """
```bash {name=slow}
{ id -u >> ledger; echo working; until test -e go; do sleep 0.02; done; echo over >> ledger; echo worked; }
```

```bash {name=after}
id -u >> ledger
```
"""


class Box:
    """A stack that both may use. `state` is the folder it names, if any."""

    def __init__(self, folder: Path, python: str) -> None:
        self.folder, self.python = folder, python
        self.home = self._made("home", 0o2770)
        (self.home / "ledger").touch()
        (self.home / "ledger").chmod(0o666)
        for user in (ANNA, BEN, STRANGER):
            own = self._made(f"of-{user}", 0o700)
            os.chown(own, user, user)
        (folder / "book.md").write_text(BOOK)
        self.stack = folder / "stack.toml"
        self.share(None)

    def _made(self, name: str, mode: int) -> Path:
        made = self.folder / name
        made.mkdir()
        os.chown(made, 0, OPS)
        made.chmod(mode)
        return made

    def share(self, state: Path | None) -> None:
        named = f'state = "{state}"\n' if state else ""
        self.stack.write_text(f'name = "shared"\nhome = "{self.home}"\n{named}[box]\nenabled = false\n')

    def state(self) -> Path:
        """What an administrator makes once: `install -d -m 2770 -g ops FOLDER`."""
        state = self._made("state", 0o2770)
        self.share(state)
        return state

    def terminal(self, user: int, *words: str) -> pexpect.spawn:
        become = ["--reuid", str(user), "--regid", str(user), "--groups", str(user if user == STRANGER else OPS)]
        own = str(self.folder / f"of-{user}")
        env = {**os.environ, "NO_COLOR": "1", "HOME": own, "XDG_STATE_HOME": f"{own}/state"}
        env["PYTHONPATH"] = PACKAGES
        command = [*become, self.python, "-m", "opsconsole", "--stack", str(self.stack), *words]
        return pexpect.spawn("setpriv", command, cwd=ROOT, env=env, encoding="utf-8", timeout=30, dimensions=(40, 100))

    def ledger(self) -> list[str]:
        return (self.home / "ledger").read_text().split()


def _serves_others(python: str) -> bool:
    """Whether other users can start it, and what they started can as well: a virtual environment may lie in a home."""
    become = ["setpriv", "--reuid", str(ANNA), "--regid", str(ANNA), "--clear-groups", python, "-c"]
    again = "import msgspec, subprocess, sys; subprocess.run([sys.executable, '-c', ''], check=True)"
    env = {**os.environ, "PYTHONPATH": PACKAGES}
    try:
        return subprocess.run([*become, again], cwd=ROOT, env=env, capture_output=True).returncode == 0
    except OSError:
        return False


@pytest.fixture
def box() -> Iterator[Box]:
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        lack("root", "only root can become two other people, and by setpriv")
    folder = Path(tempfile.mkdtemp(prefix="opsconsole-shared-"))  # the tests' own folder is for its user only
    folder.chmod(0o755)
    python = next(filter(_serves_others, (sys.executable, f"/usr/bin/python{VERSION}")), None)
    if python is None:
        lack("root", f"no Python {VERSION} lies where other users can start it")
    yield Box(folder, python)
    for file in folder.rglob(journal.FILE):
        kill_holder(file.parent, signal.SIGTERM)
    shutil.rmtree(folder)


def test_in_a_shared_folder_the_second_takes_up_what_the_first_left_and_steps_run_as_who_confirms_them(
    box: Box,
) -> None:
    state = box.state()
    (box.home / "go").touch()
    anna = box.terminal(ANNA, "run", "book")
    anna.expect(r"Run this\? \[y\]es")
    anna.sendline("y")
    anna.expect("worked")
    anna.expect(r"Run this\? \[y\]es")
    anna.sendline("l")
    anna.expect("the run stays open")
    anna.wait()
    for path in [state / "runs", *(state / "runs").rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert path.stat().st_gid == OPS, path
        assert mode & 0o060 == 0o060, f"{path} is the group's as well"
        assert mode & 0o007 == 0, f"{path} is nobody else's"
    stranger = box.terminal(STRANGER, "runs", "list")
    stranger.expect("may not be read: Permission denied")
    stranger.wait()
    ben = box.terminal(BEN, "runs", "resume", "last")
    ben.expect("nobody steers this run any more")
    ben.expect(r"\[t\]ake over")
    ben.sendline("t")
    ben.expect(r"Run this\? \[y\]es")
    ben.sendline("y")
    ben.expect("End the run")
    ben.sendline("y")
    ben.expect("done; report")
    ben.wait()
    assert ben.exitstatus == 0
    assert box.ledger() == [str(ANNA), "over", str(BEN)]
    [run] = (state / "runs").iterdir()
    assert {entry.data["user"] for entry in journalled(run) if entry.kind == "console"} == {str(ANNA), str(BEN)}


def test_the_second_watches_live_and_takes_over_when_the_first_console_was_killed_and_its_step_is_over(
    box: Box,
) -> None:
    state = box.state()
    anna = box.terminal(ANNA, "run", "book")
    anna.expect(r"Run this\? \[y\]es")
    anna.sendline("y")
    wait_until("the step to run", lambda: box.ledger() == [str(ANNA)], within=20)
    ben = box.terminal(BEN, "runs", "resume", "last")
    ben.expect(f"{ANNA} steers this run at pts/[0-9]+ since [0-9:]+ UTC; you watch")
    ben.expect("it can be taken over when that console is gone or leaves the run")
    ben.expect("working")
    anna.kill(signal.SIGKILL)
    anna.wait()
    ben.expect("nobody steers this run any more")
    ben.expect("a step is still running")
    (box.home / "go").touch()
    ben.expect("worked")
    ben.expect(r"\[t\]ake over")
    assert box.ledger() == [str(ANNA), "over"]
    ben.sendline("t")
    ben.expect(r"Run this\? \[y\]es")
    ben.sendline("y")
    ben.expect("End the run")
    assert box.ledger() == [str(ANNA), "over", str(BEN)]
    ben.sendline("l")
    ben.wait()
    [run] = (state / "runs").iterdir()
    assert [entry.kind for entry in journalled(run)].count("started") == 2


def test_without_a_shared_folder_the_lock_is_seen_by_all_and_says_who_and_since_when(box: Box) -> None:
    anna = box.terminal(ANNA, "run", "book")
    anna.expect(r"Run this\? \[y\]es")
    anna.sendline("y")
    wait_until("the step to run", lambda: box.ledger() == [str(ANNA)], within=20)
    ben = box.terminal(BEN, "run", "book")
    ben.expect(
        rf"refused: {ANNA} is changing this stack since \d+-\d+-\d+ [0-9:]+ UTC \(book, run [0-9]+-[0-9]+-book\)"
    )
    ben.expect("It may not run.")
    (box.home / "go").touch()
    anna.expect("worked")
    anna.expect(r"Run this\? \[y\]es")
    anna.sendline("q")
    anna.expect("Why")
    anna.sendline("enough")
    anna.expect("stopped; report")
    anna.wait()
    ben.sendline("r")
    ben.expect(r"Run this\? \[y\]es")
    assert box.ledger() == [str(ANNA), "over"]
    ben.sendline("l")
    ben.wait()
    assert not list(box.folder.glob(f"of-{BEN}/**/of-{ANNA}"))
