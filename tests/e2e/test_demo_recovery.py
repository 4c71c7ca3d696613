"""The demo, from the first key to green: the real binary in a pty, worked by somebody who reads only the screen.

That a fault is really gone is proven beside the product: by psutil, the queue's own length and a plain HTTP request.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import tempfile
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.support.console import RealConsole, real_console, settled
from tests.support.keyboard import answer_by_the_screen, go_through
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.pty, pytest.mark.redis]


@dataclass(frozen=True)
class Shop:
    """What the demo opened, found out without asking it."""

    home: Path

    @property
    def stack(self) -> dict:
        return tomllib.loads((self.home / "stack.toml").read_text())

    def jobs(self) -> int:
        port = int(re.search(r":(\d+)/", self.stack["queue"][0]["broker"])[1])
        with socket.create_connection(("127.0.0.1", port), timeout=5) as redis:
            redis.sendall(b"LLEN jobs\r\n")
            return int(redis.recv(64).strip().removeprefix(b":"))

    def web_status(self) -> int:
        try:
            with urllib.request.urlopen(self.stack["health"][0]["url"], timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            return 0  # not open yet

    def processes(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.cwd().startswith(str(self.home)) or process.environ().get("OPSCONSOLE_DEMO") == str(
                    self.home
                ):
                    found.append(process)
        return found

    def program_of(self, role: str) -> list[str]:
        found = []
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                words = process.cmdline()
                if words[-2:] == ["--role", role]:
                    found.append(words[1])
        return found

    def memory_of(self, role: str) -> int:
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                if process.cmdline()[-2:] == ["--role", role]:
                    return process.memory_info().rss
        return 0

    def wrong(self) -> set[str]:
        """Which of the three faults are there now."""
        found = set()
        if self.program_of("worker") == ["app/web.py"]:
            found.add("worker")
        if self.memory_of("thumbnailer") > 60 << 20:
            found.add("thumbnailer")
        if self.web_status() == 503:
            found.add("sessions")
        return found


@contextlib.contextmanager
def demo(columns: int, rows: int) -> Iterator[tuple[RealConsole, Shop]]:
    with real_console("demo", columns=columns, rows=rows) as console:

        def home() -> Path | None:
            for folder in Path(tempfile.gettempdir()).glob("opsconsole-demo-*"):
                with contextlib.suppress(OSError, ValueError):
                    if int((folder / "keeper.pid").read_text()) == console.pid:
                        return folder
            return None

        yield console, Shop(wait_until("the shop's folder", home))


TREATED_BY = {
    "worker": "The worker runs the wrong program",
    "thumbnailer": "Memory over its threshold",
    "sessions": "The sessions database is down",
}


def treat_the_first_finding(console: RealConsole, *, decline: bool = False) -> list[str]:
    """Open the first finding's runbook and go through it; the questions that were asked."""
    console.press("⏎")
    return go_through(console, decline=decline)


@pytest.mark.parametrize(("columns", "rows"), [(120, 40), (80, 24)])
def test_each_fault_is_found_treated_and_gone_by_keys_on_the_screen(columns, rows):
    with demo(columns, rows) as (console, shop):
        wait_until("all three faults", lambda: shop.wrong() == {"worker", "thumbnailer", "sessions"}, within=60)
        console.until("all five findings", lambda text: "5 findings" in text)

        for _ in range(3):
            console.sees("Findings")
            treat_the_first_finding(console)

        console.sees("nothing is wrong", within=60)
        assert shop.wrong() == set()
        assert shop.program_of("worker") == ["app/worker.py"]
        wait_until("the queue to be empty", lambda: shop.jobs() < 5)
        assert shop.web_status() == 200
        console.until("the header to be green", lambda text: "OK" in text.splitlines()[0])

        console.press("q")
        assert console.wait() == 0
        assert not shop.home.exists()
        assert shop.processes() == []


def test_declining_the_change_leaves_the_fault_where_it_is():
    with demo(120, 40) as (console, shop):
        wait_until("the worker to be the wrong program", lambda: "worker" in shop.wrong(), within=60)
        console.sees("worker.process")
        console.press("⏎")
        console.sees(TREATED_BY["worker"])
        seen = []
        while seen.count("change") < 2:  # correct the program, end the wrong process: neither tonight
            seen.append(answer_by_the_screen(console, decline=True))
        settled(console)
        console.press("x")
        console.sees("Why")
        console.type("\r")
        console.sees("the run is over")

        assert shop.program_of("worker") == ["app/web.py"]
        assert "PROGRAM=web.py" in (shop.home / "etc/worker.env").read_text()
        before = shop.jobs()
        wait_until("more jobs to wait", lambda: shop.jobs() > before)
        settled(console)
        console.press("⏎")
        console.sees("worker.process")


def test_the_record_says_what_was_done_and_why_something_was_not():
    with demo(120, 40) as (console, shop):
        wait_until("the worker to be the wrong program", lambda: "worker" in shop.wrong(), within=60)
        console.sees("worker.process")
        treat_the_first_finding(console)
        journals = list((shop.home / "state").rglob("journal.jsonl"))
        assert len(journals) == 1
        entries = [json.loads(line) for line in journals[0].read_text().splitlines()]
        text = json.dumps(entries)
        assert "sed -i.before" in text
        assert "kill " in text
        assert "worker.process" in text
