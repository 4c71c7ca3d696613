"""What is measured on: idle containers, Redis queues and endpoints, all real, on loopback, gone afterwards."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.lab.engine import engine_of_the_run


@dataclass(frozen=True)
class Stage:
    """A stack file on real parts, and the environment to measure in."""

    stack_file: Path
    containers: list[str]
    environment: dict[str, str]

    @property
    def first_container(self) -> str:
        """The service's name as it stands in the pane."""
        return "service-01"


class _Fine(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextlib.contextmanager
def open_stage(containers: int, queues: int, endpoints: int) -> Iterator[Stage]:
    """Parts in the numbers wanted, and a stack file that watches them all."""
    with contextlib.ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="opsconsole-bench-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        engine = stack.enter_context(_generator(engine_of_the_run))
        names = [f"opslab-bench-{number:02}" for number in range(1, containers + 1)]
        for name in names:
            engine.run(name=name, memory="64M")
        text = ['name = "bench"', f'state = "{folder / "state"}"']
        for name in names:
            text += [
                "[[service]]",
                f'name = "{name.replace("opslab-bench", "service")}"',
                f'container = "{name}"',
                'memory = { baseline = "1M", degraded = "48M", limit = "64M" }',
                'process = { never = ["gunicorn"] }',
            ]
        if queues:
            text += _queues(stack, folder, queues)
        if endpoints:
            text += _endpoints(stack, endpoints)
        file = folder / "stack.toml"
        file.write_text("\n".join(text) + "\n")
        yield Stage(file, names, _environment(folder))


@contextlib.contextmanager
def _generator(fixture: object):  # type: ignore[no-untyped-def]
    """A fixture of the lab outside pytest: its generator function, up to its `yield` and after."""
    yield from fixture.__wrapped__()  # type: ignore[attr-defined]


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "DOCKER_HOST")}
    return {**kept, "HOME": str(folder), "TERM": "xterm-256color", "LANG": "C.UTF-8"}


def _queues(stack: contextlib.ExitStack, folder: Path, count: int) -> list[str]:
    socket = folder / "redis.sock"
    server = subprocess.Popen(
        ["redis-server", "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    stack.callback(server.wait)
    stack.callback(server.terminate)
    lines = []
    for number in range(1, count + 1):
        lines += ["[[queue]]", f'name = "queue-{number}"', f'broker = "unix://{socket}"', 'kind = "list"']
        lines += [f'queues = ["queue-{number}"]', "depth = { degraded = 100 }"]
    return lines


def _endpoints(stack: contextlib.ExitStack, count: int) -> list[str]:
    lines = []
    for number in range(1, count + 1):
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Fine)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        stack.callback(server.shutdown)
        lines += ["[[health]]", f'name = "endpoint-{number}"', f'url = "http://127.0.0.1:{server.server_port}/health"']
    return lines
