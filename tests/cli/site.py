"""A small site on loopback, which answers as it is told, and stack files that look at it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest


class Site:
    """`/200`, `/503` … answer with that code; `/hang` never does. `asked` is set by the first question."""

    def __init__(self) -> None:
        self.closing = threading.Event()
        self.asked = threading.Event()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.set()
                if self.path == "/hang":
                    site.closing.wait()
                    return
                self.send_response(int(self.path.removeprefix("/")))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/{path}"

    def health(self, name: str, path: str, *more: str) -> str:
        """An entry of a stack file that expects 200 of `path`."""
        return "\n".join(["[[health]]", f'name = "{name}"', f'url = "{self.url(path)}"', "status = 200", *more, ""])

    def close(self) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    opened = Site()
    yield opened
    opened.close()


@pytest.fixture
def refused() -> str:
    """An address on loopback where nobody listens."""
    closed = Site()
    closed.close()
    return closed.url("200")


def stack_file(folder: Path, *entries: str, name: str = "stack.toml") -> Path:
    """A stack called `shop` with these entries."""
    file = folder / name
    file.write_text("\n".join(['name = "shop"', *entries]))
    return file
