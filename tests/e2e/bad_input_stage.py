"""The stage for bad input: real things that are well and can be moved, beside which others are as bad as can be."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.http import LabHttp
from tests.lab.redis import LabRedis
from tests.support.console import RealConsole
from tests.support.waiting import wait_until

_GROWS = """
import sys
held = []
for line in sys.stdin:
    held.append(b"x" * (int(line) << 20))
    print("holds", len(held), flush=True)
"""

_FINDING = re.compile(r"^[✗!?] (?P<level>DOWN|DEGRADED|UNKNOWN) +(?P<check>\S+)(?: (?P<reason>.*))?$")
_BEHIND = re.compile(r"\s+\d+ [smh](?: \d+ [sm])?(?: +→.*)?$")
"""What stands behind a reason: since when, and the runbook."""


@dataclass
class Grower:
    """A real process that takes more memory when it is told to."""

    process: subprocess.Popen[str]
    mark: str

    def grow(self, mebibytes: int) -> None:
        """Take so much more, and hold it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{mebibytes}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline().startswith("holds")


@contextlib.contextmanager
def grower() -> Iterator[Grower]:
    """One, ended at the end. Its command line holds its `mark`."""
    mark = f"opslab-grower-{os.getpid()}"
    process = subprocess.Popen(
        [sys.executable, "-c", _GROWS, mark], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Grower(process, mark)
    finally:
        process.kill()
        process.communicate()


@contextlib.contextmanager
def bad_site() -> Iterator[LabHttp]:
    """The lab's HTTP server, for tests without an event loop."""
    loop, site = asyncio.new_event_loop(), LabHttp()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(site.start(), loop).result(10)
        yield site
    finally:
        asyncio.run_coroutine_threadsafe(site.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@dataclass
class Well:
    """What is well in a stack with faults: a queue called `jobs` and a process called `grower`."""

    redis: LabRedis
    grower: Grower
    waiting: int = field(default=0)

    def entries(self) -> str:
        """Their entries in the stack file."""
        return (
            f'[[service]]\nname = "grower"\nprocesses = {{ argv = "{self.grower.mark}" }}\n'
            'memory = { degraded = "4G" }\n'
            f'[[queue]]\nname = "jobs"\nbroker = "{self.redis.url}"\nkind = "list"\nqueues = ["jobs"]\n'
            "depth = { down = 100000 }\n"
        )

    def put(self, jobs: int) -> None:
        """More jobs wait."""
        self.waiting = int(self.redis.call("RPUSH", "jobs", *range(jobs)))

    def moves_on(self, console: RealConsole) -> str:
        """See on the screen that both still follow what happens now: memory that is taken, jobs that come in."""
        self.put(7)
        console.until(f"{self.waiting} jobs", lambda text: depth_shown(text) == self.waiting)
        return self.grows(console)

    def grows(self, console: RealConsole) -> str:
        """The same of the memory alone."""
        before = wait_until("the grower's memory on the screen", lambda: memory_shown(console.text()), within=20)
        self.grower.grow(40)
        return console.until("40 M more", lambda text: (memory_shown(text) or 0) >= before + 38)


def depth_shown(text: str) -> int | None:
    """How many jobs the queue pane says are waiting."""
    found = re.search(r"(?:^|[│ ]) +jobs +(\d+) ", text, re.MULTILINE)
    return int(found[1]) if found else None


def memory_shown(text: str) -> float | None:
    """How much the memory pane says the grower holds, in MiB."""
    found = re.search(r"(?:^|[│ ]) +grower +([\d.]+) M ", text, re.MULTILINE)
    return float(found[1]) if found else None


def findings_shown(text: str) -> dict[str, str]:
    """The findings on the screen: check -> level and reason, the lines of a long reason put together again."""
    found: dict[str, str] = {}
    check = ""
    inside = False
    for line in text.splitlines():
        if re.match(r"^[┌ ]?\W*\d (Memory|Processes|Queues|Health|Findings)", line):
            inside = "Findings" in line
            continue
        bare = line.strip("│ ").rstrip()
        begins = _FINDING.match(bare) if inside else None
        if begins:
            check = begins["check"]
            found[check] = f"{begins['level']} {_BEHIND.sub('', ' ' + (begins['reason'] or '')).strip()}"
        elif inside and bare and check and not bare.startswith(("└", "⏎")):
            found[check] += f" {bare}"
    return found


def sees_findings(console: RealConsole, told: dict[str, str], within: float = 30) -> dict[str, str]:
    """Wait until each check of `told` is among the findings on the screen with these words; all findings then."""

    def there(text: str) -> bool:
        shown = findings_shown(text)
        return all(words in shown.get(check, "") for check, words in told.items())

    return findings_shown(console.until(f"the findings {told}", there, within))


def stack_file(folder: Path, text: str) -> Path:
    """A stack called shop, with `text` in it. The box is left in peace: the machine may be short of anything."""
    file = folder / "stack.toml"
    file.write_text(f'name = "shop"\n[box]\nenabled = false\n{text}')
    return file
