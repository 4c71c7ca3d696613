"""A secret input and a typed password, over a whole live run of the real program: nobody sees them anywhere."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import psutil
import pytest

from opsconsole.run import journal
from opsconsole.run.kinds import Kind
from tests.run.lab import kill_holder

ROOT = Path(__file__).parents[2]
TOLD, TYPED = "correct-horse-battery", "staple-of-hay"
BOOK = """---
inputs:
  key: { ask: The key?, secret: true }
---

# Use the key

```bash {name=use}
echo "it is $key"; printf '%s' "${key:0:9}"; sleep 0.05; echo "${key:9}"; read -sp 'Password: ' p; echo
echo "typed $p"; until test -e go; do sleep 0.05; done; read -p 'Enough? ' enough
```

```bash {name=ask}
echo "not here: $(env | grep -c horse)"
```
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "stack.toml").write_text('name = "shop"\nhome = "."\n')
    (tmp_path / "use.md").write_text(BOOK)
    yield tmp_path
    for file in (tmp_path / "state").rglob(journal.FILE):
        kill_holder(file.parent, signal.SIGTERM)


def argv(shop: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "opsconsole", "--stack", str(shop / "stack.toml"), *words]


def who_knows(secret: str, but: set[int]) -> list[str]:
    """The processes of this box, but some, in whose command line or environment the secret stands."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) in but:
            continue
        for name in ("cmdline", "environ"):
            try:
                content = (folder / name).read_bytes()
            except OSError:
                continue
            if secret.encode() in content:
                found.append(f"{folder.name}/{name}")
    return found


def test_neither_the_secret_nor_the_password_is_seen_by_anybody(shop: Path) -> None:
    program, *arguments = argv(shop, "run", "use")
    screen = pexpect.spawn(program, arguments, cwd=ROOT, env={**os.environ, "NO_COLOR": "1"}, timeout=20)
    shown = (shop / "shown").open("wb")
    screen.logfile_read = shown
    screen.expect("The key")
    screen.expect("> ")
    screen.sendline(TOLD)
    screen.expect("Run this")
    screen.sendline("y")
    screen.expect("not shown and not kept")
    screen.send(f"{TYPED}\r")
    screen.expect("typed ••••••".encode())
    [file] = (shop / "state").rglob(journal.FILE)
    step = next(entry.data["pid"] for entry in journal.read(file).entries if entry.kind == Kind.STARTED)
    own = {step, *(child.pid for child in psutil.Process(step).children(recursive=True))}
    while who_knows(TOLD, own) and not own.issuperset(psutil.pids()):  # a `sleep` of the step may just have begun
        own |= {child.pid for child in psutil.Process(step).children(recursive=True)}
        if not (others := [one for one in who_knows(TOLD, own) if psutil.pid_exists(int(one.split("/")[0]))]):
            break
        assert set(others) & set(who_knows(TOLD, own)) == set(), others
    assert who_knows(TYPED, set()) == []
    (shop / "go").touch()
    screen.expect("Enough")
    screen.send("enough\r")
    screen.expect("2 of 2")
    screen.expect("Run this")
    screen.sendline("y")
    screen.expect("End the run")
    screen.sendline("y")
    screen.expect(pexpect.EOF)
    shown.close()
    report = subprocess.run(argv(shop, "runs", "report", "last"), cwd=ROOT, capture_output=True, timeout=30).stdout
    assert b"it is" in report
    for secret in (TOLD, TYPED):
        for path in (path for path in shop.rglob("*") if path.is_file()):
            assert secret.encode() not in path.read_bytes(), path
        assert secret.encode() not in report
