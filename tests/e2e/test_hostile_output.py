"""What a step prints is data: nothing of it reaches the terminal as an order, and none of it stops the console."""

from __future__ import annotations

import contextlib
import http.server
import os
import re
import subprocess
import sys
import threading
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


EVIL = "[/red][@click=app.quit]x[/] \x1b]52;c;cm0gLXJm\x07\x1b]0;evil title\x07\x1b[8;1;1t\x9b21t\x1bc\u202e[b"
WORLD = """
name = "[/b]lonely"
[box]
enabled = false
[[service]]
name = "runs[/][b"
processes = {{ argv = "{mark}" }}
process = {{ is = "celery" }}
[[health]]
name = "says[/red]"
url = "http://127.0.0.1:{port}/"
body = "fine"
[[health]]
name = "leads[0]"
url = "http://127.0.0.1:{port}/moved"
[[check]]
name = "prints"
kind = "command"
run = ["cat", "evil"]
expect = ["fine"]
"""


class Evil(http.server.BaseHTTPRequestHandler):
    """Answers with what is bad in every place of an answer."""

    def do_GET(self) -> None:
        status = b"302" if self.path == "/moved" else b"500"
        body = EVIL.encode() * 50
        line = b"[/red][@click=app.quit]x[/]"  # control characters end it: that is no HTTP
        self.wfile.write(b"HTTP/1.1 %s %s\r\nLocation: http://%s/\r\nX-Evil: %s\r\n" % (status, line, line, line))
        self.wfile.write(b"Content-Type: %s\r\nContent-Length: %d\r\n\r\n%s" % (line, len(body), body))

    def log_message(self, format: str, *args: object) -> None:
        """Nobody wants to know."""


@pytest.fixture
def evil_port() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Evil) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def mark() -> Iterator[str]:
    """What the command line of a running process begins with, of which all the rest is bad."""
    name = f"opslab-evil-{os.getpid()}"
    with subprocess.Popen(
        [f"{name} {EVIL}", "-c", "input()", EVIL], executable=sys.executable, stdin=subprocess.PIPE
    ) as process:
        yield name
        process.kill()


@pytest.mark.parametrize(("columns", "rows"), [(120, 40), (40, 12)])
def test_what_the_world_says_of_itself_is_only_text_too(tmp_path, evil_port, mark, columns, rows):
    (tmp_path / "stack.toml").write_text(WORLD.format(port=evil_port, mark=mark))
    (tmp_path / "evil").write_text(EVIL * 20)
    with real_console("--stack", str(tmp_path / "stack.toml"), columns=columns, rows=rows) as console:
        console.sees("DOWN")
        console.until("all four to be found", lambda text: "4 findings" in text)
        if columns >= 80:
            for said in ("opslab-evil", "expected celery", "500", "prints no fine"):
                console.sees(said)
        settled(console)
        for pane in "12345":
            console.send(pane)
            settled(console, 0.2)
            console.send("\r")
            settled(console, 0.2)
            console.send("\x1b")
            settled(console, 0.2)
        console.sees("q quit" if columns >= 80 else "q")
        raw = console.raw()
    assert not ORDERS.search(raw)
    assert b"\xc2\x9b" not in raw
