"""What a step prints is data: nothing of it reaches the terminal as an order, and none of it stops the console."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.console import open_runbooks, real_console, settled

pytestmark = pytest.mark.pty

STACK = """
name = "[/b]lonely"
home = "."
[box]
enabled = false
"""
RUNBOOK = """
# Print all that is bad [/red] [0] [b

## Look [/

```bash {name=bad}
cat bad
```
"""
BAD = (
    b"\x1b]52;c;cm0gLXJmIC8=\x07 clipboard\n"
    b"\x1b]0;evil title\x07 title\n\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\\n"
    b'\x1bP$q"p\x1b\\ dcs \x1b_apc\x1b\\ \x1b^pm\x1b\\ \x9d52;c;eA==\x9c c1\n'
    b"\x1b[8;1;1t\x1b[21t\x1b[5i\x1b[6n window\n\x1b[2J\x1b[H\x1b[?1049l\x1b[?1000l\x1bc reset\n"
    b"nul \0\0 bell \x07 invalid \xff\xfe\xc3 \xe2\x28\xa1\n[/] [bold]markup[/bold] [@click=app.quit]x[/] [link=http://e]\n"
    + b"x" * 2_000_000
    + b"\n\xe2\x80\xae right to left\nall of it printed\n"
)
ORDERS = re.compile(
    rb"\x1b\](?:52|0|8);|\x1bP\$q|cm0gLXJm|evil title|\x1b\[21t|\x1b\[5i|\x1b\[8;1;1t|\x1bc|\xe2\x80\xae"
)


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "stack"
    folder.mkdir()
    (folder / "stack.toml").write_text(STACK)
    (folder / "bad.md").write_text(RUNBOOK)
    (folder / "bad").write_bytes(BAD)
    yield folder
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if any(word.startswith(str(tmp_path)) for word in process.cmdline()):
                process.terminate()


@pytest.mark.parametrize(("columns", "rows"), [(120, 40), (80, 24)])
def test_in_the_console_it_is_only_text(stack, columns, rows):
    with real_console("--stack", str(stack / "stack.toml"), columns=columns, rows=rows) as console:
        open_runbooks(console, "Print all that is bad [/red] [0] [b")
        settled(console)
        console.press("⏎")
        console.sees("Begin this run?")
        settled(console)
        console.press("⏎")
        console.sees("This only looks. Run it?")
        settled(console)
        console.press("⏎")
        console.sees("all of it printed")
        console.sees("All steps are through")
        settled(console)
        console.press("⏎")
        console.sees("the run is over")
        assert not ORDERS.search(console.raw())
