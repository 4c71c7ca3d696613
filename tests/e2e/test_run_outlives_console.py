"""A run outlives its console: killed with kill -9, its step goes on, and the next console takes the run up."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.console import RealConsole, real_console, settled
from tests.support.waiting import wait_until

pytestmark = pytest.mark.pty

STACK = """
name = "lonely"
home = "."
[box]
enabled = false
"""

RUNBOOK = """
# Move the archive

## Recovery

```bash {name=move risk=change}
sh -c 'echo begun >> ledger; until [ -e let-go ]; do sleep 0.05; done; echo moved >> ledger; echo all moved'
```

## Verification

```bash {name=look}
cat ledger
```
"""


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "stack"
    folder.mkdir()
    (folder / "stack.toml").write_text(STACK)
    (folder / "move.md").write_text(RUNBOOK)
    yield folder
    # A run that is left open keeps its holder, as it should; here nobody will come back to it.
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if any(word.startswith(str(tmp_path)) for word in process.cmdline()):
                process.terminate()


def ledger(stack: Path) -> list[str]:
    file = stack / "ledger"
    return file.read_text().split() if file.exists() else []


def begin_the_step(console: RealConsole, stack: Path) -> None:
    """From the overview into the running step, by the keys that are shown."""
    for key, then in (("r", "Move the archive"), ("⏎", "Begin this run?"), ("⏎", "This changes the box. Run it?")):
        console.press(key)
        console.sees(then)
        settled(console)
    console.press("y")
    wait_until("the step to begin", lambda: ledger(stack) == ["begun"])


def test_the_step_goes_on_and_the_next_console_sees_its_end(stack):
    with real_console("--stack", str(stack / "stack.toml")) as console:
        begin_the_step(console, stack)
        console.kill()
        assert console.wait() == -9

    with real_console("--stack", str(stack / "stack.toml")) as console:
        console.sees("OPEN RUN")
        settled(console)
        console.press("o")
        console.sees("Move the archive")
        assert ledger(stack) == ["begun"], "nothing has run twice"
        (stack / "let-go").touch()
        console.sees("all moved")
        console.sees("This only looks. Run it?")
        settled(console)
        console.press("⏎")
        console.sees("All steps are through")
        settled(console)
        console.press("⏎")
        console.sees("the run is over")
    assert ledger(stack) == ["begun", "moved"]


def test_a_step_that_ended_while_nobody_looked_is_known(stack):
    with real_console("--stack", str(stack / "stack.toml"), columns=80, rows=24) as console:
        begin_the_step(console, stack)
        console.kill()
        console.wait()
    (stack / "let-go").touch()
    wait_until("the step to end", lambda: ledger(stack) == ["begun", "moved"])

    with real_console("--stack", str(stack / "stack.toml"), columns=80, rows=24) as console:
        console.sees("OPEN RUN")
        settled(console)
        console.press("o")
        console.sees("This only looks. Run it?")
        console.sees("all moved")
        settled(console)
        console.press("q")
    assert ledger(stack) == ["begun", "moved"]
