"""Keys: how soon each is answered while 30 containers and 3 queues are watched and a step prints all it can."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from tests.bench.logs import Seen
from tests.bench.stage import Stage
from tests.bench.terminal import program

KEYS = 300

_FLOOD = """# Flood

## Look

```bash {name=flood}
while :; do seq 1000000 1002000; sleep 0.02; done
```
"""


Taken = tuple[float, float]
"""Seconds until a key was answered, and those of them in which the console or we had no processor to run on."""


def overview_and_run(stage: Stage) -> tuple[list[Taken], list[Taken]]:
    """What keys take: letters of a filter over the overview, and pages over the run.

    The step prints some 100,000 lines a second all the while.
    """
    stage.stack_file.with_name("flood.md").write_text(_FLOOD)
    with program([sys.executable, "-m", "opsconsole", "--stack", str(stage.stack_file)], stage.environment) as running:
        seen = Seen(running)
        seen.until(stage.first_container)
        seen.press("r", "Flood")
        seen.press("\r", "⏎ begin")
        seen.press("\r", "run")
        seen.until("skip")
        time.sleep(1)  # a key that comes too soon after a question was painted does not answer it
        seen.press("y", "1001999")
        over_run = _pages(seen)
        seen.press("\x1b", "5 Findings")
        seen.press("1", "1 Memory")
        return _letters(seen), over_run


def _letters(seen: Seen) -> list[Taken]:
    """Letters of a filter of the memory pane, typed and taken back, each as soon as it stands in the title."""
    taken = [_paced(seen, "/", "Memory /▏")]
    words = ""
    while len(taken) < KEYS:
        for letter in "service":
            words += letter
            taken.append(_paced(seen, letter, f"Memory /{words}▏"))
        while words:
            words = words[:-1]
            taken.append(_paced(seen, "\x7f", f"Memory /{words}▏"))
    return taken


def _pages(seen: Seen) -> list[Taken]:
    """The page of keys over the run, opened and closed: as much as a key can have drawn."""
    taken: list[Taken] = []
    for _ in range(KEYS // 4):
        taken += [_paced(seen, "?", "› keys"), _paced(seen, "?", "Output")]
    return taken


def _paced(seen: Seen, key: str, words: str) -> Taken:
    time.sleep(0.02 + 0.001 * (time.perf_counter_ns() % 37))  # at any moment of a round
    before = _waited(seen)
    taken = seen.press(key, words)
    return taken, min(_waited(seen) - before, taken)


def _waited(seen: Seen) -> float:
    """Seconds that the console and we were ready to run and stood in the kernel's queue for a processor."""
    pids = (seen.running.pid, os.getpid())
    return sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) for pid in pids) / 1e9
