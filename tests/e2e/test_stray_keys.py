"""Keys that nobody meant as an answer: typed too early, or held down. By the real program in a real terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.run.lab import kill_holder
from tests.support.console import RealConsole, real_console, settled
from tests.support.waiting import wait_until

pytestmark = pytest.mark.pty

STACK = 'name = "careful"\nhome = "."\nstate = "state"\n[box]\nenabled = false\n'
BOOK = """
# Careful

```bash {name=look}
echo looked; until test -e go; do sleep 0.02; done
```

```bash {name=change timeout=1s}
echo changed >> ledger
```

```bash {name=change-more}
echo more >> ledger
```

```bash {name=destroy}
rm -f ledger-of-old
```
"""


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "stack"
    folder.mkdir()
    (folder / "stack.toml").write_text(STACK)
    (folder / "careful.md").write_text(BOOK)
    (folder / "ledger-of-old").touch()
    yield folder
    for run in folder.glob("state/runs/*"):
        kill_holder(run)


def begun(console: RealConsole) -> RealConsole:
    """At the first question of the run: whether to look."""
    console.press("r")
    console.sees("Careful")
    settled(console)
    console.press("⏎")
    console.sees("Begin this run?")
    settled(console)
    console.press("⏎")
    console.sees("This only looks. Run it?")
    settled(console)
    return console


def changed(stack: Path) -> list[str]:
    ledger = stack / "ledger"
    return ledger.read_text().split() if ledger.exists() else []


def hold(console: RealConsole, key: str, times: int = 30) -> None:
    """As a keyboard does: once, after half a second again, and then thirty times a second."""
    console.send(key)
    time.sleep(0.5)
    for _ in range(times):
        console.send(key)
        time.sleep(1 / 30)


@pytest.mark.parametrize("keys", ["y" * 20, "y\r" * 10])
def test_keys_typed_before_a_question_was_painted_do_not_answer_it(stack: Path, keys: str) -> None:
    with real_console("--stack", str(stack / "stack.toml"), columns=80, rows=24) as console:
        begun(console)
        console.press("⏎")
        console.sees("running")
        console.send(keys)
        (stack / "go").touch()
        console.sees("This changes the box. Run it?")
        settled(console)
        assert changed(stack) == []
        console.press("y")  # meant as an answer, it is one
        wait_until("the change", lambda: changed(stack) == ["changed"])


def test_enter_held_down_from_the_overview_on_changes_nothing(stack: Path) -> None:
    (stack / "go").touch()
    with real_console("--stack", str(stack / "stack.toml"), columns=80, rows=24) as console:
        console.press("r")
        console.sees("Careful")
        settled(console)
        hold(console, "\r")
        if "Begin this run?" in settled(console):
            console.press("⏎")
            hold(console, "\r")
        hold(console, "\r")
        settled(console)
        assert changed(stack) == []


def test_y_held_down_at_one_change_does_not_answer_the_next(stack: Path) -> None:
    (stack / "go").touch()
    with real_console("--stack", str(stack / "stack.toml"), columns=80, rows=24) as console:
        begun(console)
        console.press("⏎")
        console.sees("This changes the box. Run it?")
        settled(console)
        hold(console, "y")
        wait_until("the first change", lambda: changed(stack) == ["changed"])
        console.sees("3 of 4")
        settled(console)
        assert changed(stack) == ["changed"]
        console.press("y")
        wait_until("the second change", lambda: changed(stack) == ["changed", "more"])
        hold(console, "y")
        settled(console)
        assert (stack / "ledger-of-old").exists(), "what destroys wants its name typed"


def test_a_question_that_nobody_answers_stays_a_question_whatever_time_its_step_has(stack: Path) -> None:
    (stack / "go").touch()
    with real_console("--stack", str(stack / "stack.toml"), columns=80, rows=24) as console:
        begun(console)
        console.press("⏎")
        console.sees("This changes the box. Run it?")
        shown = console.until("the clock of the run", lambda text: "0:0" in text)
        console.until("the clock to be past the time of the step", lambda text: "0:04" in text or "0:05" in text)
        assert "This changes the box. Run it?" in console.text(), shown
        assert changed(stack) == []
