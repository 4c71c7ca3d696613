"""A decision, alternatives and a link in the real console, with the keys that are on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.test_run_outlives_console import STACK
from tests.support.console import RealConsole, real_console, settled
from tests.support.waiting import wait_until

pytestmark = pytest.mark.pty

RUNBOOK = """# Mend it

## Is it back?

- [Yes](#record)
- [No, read the other one](#recovery)

## Recovery

See [how it works](other.md#the-works).

=== "Plugin"

    ```bash
    echo plugin >> ledger
    ```

=== "By hand"

    ```bash
    echo by hand >> ledger
    ```

## Record

- [ ] Tell the others
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "stack.toml").write_text(STACK)
    (tmp_path / "mend.md").write_text(RUNBOOK)
    (tmp_path / "other.md").write_text("# Other\n\n" + "Words.\n\n" * 40 + "## The works\n\nIt turns.\n")
    return tmp_path


def press(console: RealConsole, shown: str, then: str) -> None:
    """Press a key as the screen writes it, of `1-2` the last, and wait for what comes."""
    console.until(f"the key {shown}", lambda text: console.shows_key(text, shown))
    settled(console)
    if "-" in shown:
        console.send(shown[-1])
    else:
        console.press(shown)
    console.sees(then)


def test_the_way_and_the_tab_that_are_picked_are_done_and_a_link_is_read_on_the_way(folder: Path) -> None:
    with real_console("--stack", str(folder / "stack.toml"), columns=80, rows=24) as console:
        press(console, "r", "Mend it")
        press(console, "⏎", "Begin this run?")
        press(console, "⏎", "Which way?")
        press(console, "1-2", "One of these is done")
        press(console, "v", "to read; the run stays as it is")
        press(console, "l", "how it works")
        console.send("j\r")  # its place in the list, behind the way that leads to the record
        console.until("a page of its own", lambda text: "It turns." in text or "Tell the others" in text)
        while "One of these is done" not in console.text():
            settled(console)
            console.press("esc")
            settled(console)
        press(console, "1-2", "This changes the box. Run it?")
        press(console, "y", "Done?")
        press(console, "y", "All steps are through")
        press(console, "⏎", "the run is over: done")
    wait_until("what was done", lambda: (folder / "ledger").read_text().split("\n") == ["by hand", ""])
