"""A real HTTP server on loopback that takes what a watch posts, or does not; and the program that posts it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest


class Hook:
    """`status` is what it answers; while `holding` is set it answers nothing. `pings` are the paths of all GETs."""

    def __init__(self) -> None:
        self.posted: list[dict[str, Any]] = []
        self.pings: list[str] = []
        self.status = 200
        self.holding = threading.Event()
        self.closing = threading.Event()
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                hook.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                if hook.holding.is_set():
                    hook.closing.wait()
                    return
                self._answer(hook.status)

            def do_GET(self) -> None:
                hook.pings.append(self.path)
                self._answer(200)

            def _answer(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def told(self) -> list[str]:
        """`CHECK NEWS LEVEL` of each item, in the order in which they came; a repetition is marked."""
        return [
            f"{item['check']} {item['news']} {item['level']}" + (" again" if item["again"] else "")
            for digest in self.posted
            for item in digest["items"]
        ]

    @property
    def happened(self) -> list[str]:
        """What was told of services, without levels."""
        return [
            f"{item['check']}: {item['reason']}"
            for digest in self.posted
            for item in digest["items"]
            if item["news"] == "happened"
        ]

    def close(self) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def hook() -> Iterator[Hook]:
    opened = Hook()
    yield opened
    opened.close()


def watched(folder: Path, hook: Hook | None, *entries: str, alerts: str = "") -> Path:
    """A stack file called `shop` whose watch posts to `hook` and keeps all it knows in the folder."""
    way = f'webhook = {{ url = "{hook.url}/hook" }}' if hook else ""
    text = f'name = "shop"\nstate = "state"\n[box]\nenabled = false\n[alerts]\n{way}\n{alerts}\n' + "\n".join(entries)
    file = folder / "stack.toml"
    file.write_text(text)
    return file


FILE = '[[check]]\nname = "flag"\nkind = "file"\npath = "{}"\n'
"""A check that is DOWN without that file."""


def start(file: Path, *words: str, err: Path | None = None) -> subprocess.Popen[str]:
    """`opsconsole watch WORDS` as a process of its own; its stderr is the file `err`, else a pipe."""
    argv = [sys.executable, "-m", "opsconsole", "--stack", str(file), "watch", *words]
    pipe, said = subprocess.PIPE, err.open("w") if err else None
    try:
        return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=pipe, stderr=said or pipe, text=True)
    finally:
        if said is not None:
            said.close()
