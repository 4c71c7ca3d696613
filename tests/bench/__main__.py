"""`make bench`: the figures that the README quotes, each beside its bound. Exit 1 when a bound is broken.

All sides run compiled bytecode, in turn, and the medians of nine runs are compared; no absolute time is asserted.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench import keys, logs
from tests.bench.stage import Stage, open_stage
from tests.bench.terminal import program

RUNS = 9
BUNDLE = Path(__file__).resolve().parents[2] / "scripts/bundle.py"
BARE = [sys.executable, str(Path(__file__).with_name("bare.py"))]
OURS = [sys.executable, "-m", "opsconsole"]


@dataclass(frozen=True)
class Figure:
    """One measured value beside its bound: met when it is not above it."""

    name: str
    value: float
    bound: float
    unit: str
    detail: str

    def __str__(self) -> str:
        sign = "ok  " if self.value <= self.bound else "OVER"
        return f"{sign} {self.name:52} {self.value:8.3f} {self.unit:7} bound {self.bound:<6g} {self.detail}"


def first_frame(argv: list[str], words: str, environment: dict[str, str]) -> float:
    """Seconds from the start of `argv` until `words` are painted."""
    with program(argv, environment) as running:
        return running.seconds_until(words)


def frame_then_row(argv: list[str], environment: dict[str, str], row: str) -> tuple[float, float]:
    """Seconds until our first frame, and from there until the first container's row."""
    with program(argv, environment) as running:
        frame = running.seconds_until("Memory")
        return frame, max(running.seconds_until(row) - frame, 0.0)


def wall(argv: list[str], environment: dict[str, str]) -> float:
    """Seconds that a command takes."""
    started = time.perf_counter()
    subprocess.run(argv, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return time.perf_counter() - started


def in_turn(*measures: Callable[[], float]) -> list[float]:
    """The median of each measure, taken in turn so that a drift of the machine's speed meets all alike."""
    for measure in measures:
        measure()
    rounds = [[measure() for measure in measures] for _ in range(RUNS)]
    return [median(column) for column in zip(*rounds, strict=True)]


def measure_starts(stage: Stage) -> list[Figure]:
    """First frame and first row against a bare Textual app; --help and --version too."""
    environment = stage.environment
    console = [*OURS, "--stack", str(stage.stack_file)]
    rows: list[float] = []

    def ours() -> float:
        frame, row = frame_then_row(console, environment, stage.first_container)
        rows.append(row)
        return frame

    bare, frame, help_, version = in_turn(
        lambda: first_frame(BARE, "Service", environment),
        ours,
        lambda: wall([*OURS, "--help"], environment),
        lambda: wall([*OURS, "--version"], environment),
    )
    row = median(rows[1:])
    return [
        Figure("first frame / bare Textual app", frame / bare, 1.3, "x", f"{frame:.3f} s against {bare:.3f} s"),
        Figure("first container row after the first frame", row, 0.2, "s", ""),
        Figure("--help / bare Textual app", help_ / bare, 0.4, "x", f"{help_:.3f} s"),
        Figure("--version / bare Textual app", version / bare, 0.4, "x", f"{version:.3f} s"),
    ]


def measure_bundle(stage: Stage) -> list[Figure]:
    """The first frame of the archive for boxes without Python, unpacked, against that of the ordinary install."""
    with TemporaryDirectory() as room:
        folder = Path(room) / "bundle"
        subprocess.run([sys.executable, str(BUNDLE), str(folder)], check=True, capture_output=True)
        words = ["--stack", str(stage.stack_file)]
        bundled, ordinary = in_turn(
            lambda: first_frame([str(folder / "opsconsole"), *words], "Memory", stage.environment),
            lambda: first_frame([*OURS, *words], "Memory", stage.environment),
        )
    return [Figure("bundle's first frame / ours", bundled / ordinary, 1.5, "x", f"{bundled:.3f} s")]


def measure_status(stage: Stage) -> list[Figure]:
    """`status` on 5 containers, 3 queues and 3 endpoints against `docker stats --no-stream` alone."""
    environment = stage.environment
    status, stats = in_turn(
        lambda: wall([*OURS, "status", "--stack", str(stage.stack_file)], environment),
        lambda: wall(["docker", "stats", "--no-stream", *stage.containers], environment),
    )
    return [Figure("status / docker stats", status / stats, 0.2, "x", f"{status:.3f} s against {stats:.3f} s")]


def measure_watch(stage: Stage) -> list[Figure]:
    """One round of the watch on 30 containers and 10 endpoints, with a text file to write and a switch to ping."""
    text = stage.stack_file.read_text()
    (endpoint, *_) = re.findall(r'^url = "(.+)"', text, re.MULTILINE)
    file = stage.stack_file.with_name("watched.toml")
    ways = f'[alerts]\nping = "{endpoint}"\ntextfile = "{stage.stack_file.with_name("opsconsole.prom")}"\n'
    file.write_text(f"{text}{ways}")
    round_, status = in_turn(
        lambda: wall([*OURS, "watch", "--once", "--stack", str(file)], stage.environment),
        lambda: wall([*OURS, "status", "--stack", str(file)], stage.environment),
    )
    return [Figure("a round of watch: 30 containers, 10 endpoints", round_, 1.2, "s", f"status {status:.3f} s")]


def measure_load(stage: Stage, seconds: float = 60.0) -> list[Figure]:
    """What watching 30 idle containers costs, program and engine together, and what it writes to the terminal."""
    engine = [int(pid) for pid in subprocess.check_output(["pidof", "dockerd", "containerd"], text=True).split()]
    with program([*OURS, "--stack", str(stage.stack_file)], stage.environment) as running:
        running.seconds_until(stage.first_container)
        running.read_for(5)  # what the start costs is measured elsewhere
        before_ours, before_engine = cpu_seconds([running.pid]), cpu_seconds(engine)
        written = running.read_for(seconds)
        ours, its = cpu_seconds([running.pid]) - before_ours, cpu_seconds(engine) - before_engine
    share = 100 * (ours + its) / seconds
    detail = f"program {100 * ours / seconds:.1f} %, engine {100 * its / seconds:.1f} %"
    return [
        Figure("30 idle containers: processor, program and engine", share, 4.0, "% core", detail),
        Figure("30 idle containers: written to the terminal", written / seconds / 1024, 4.0, "KiB/s", ""),
    ]


def measure_keys(stage: Stage) -> list[Figure]:
    """How soon a key is answered while all is live: 30 containers, 3 queues, and a step that prints all it can."""
    overview, run = keys.overview_and_run(stage)
    out = []
    for where, taken in (("overview", overview), ("a run's screen, a page opened", run)):
        whole = sorted(seconds for seconds, _ in taken)
        own = sorted(seconds - waited for seconds, waited in taken)
        last = int(0.99 * len(taken))
        detail = f"median {1000 * median(whole):.0f} ms, p99 with a processor to run on {1000 * own[last]:.0f} ms"
        out.append(Figure(f"a key is answered, p99: {where}", whole[last], 0.05, "s", detail))
    return out


def measure_logs() -> list[Figure]:
    """What a key takes on a screen of logs that holds all it can while more comes than anybody can read."""
    environment = {**os.environ, "TERM": "xterm-256color"}
    read, quiet, busy = logs.keys(environment)
    last = int(0.99 * logs.KEYS)
    held = f"{logs.HELD} lines held, {logs.RATE} a second coming; median {1000 * median(busy):.0f} ms"
    beside = f"while nothing comes: median {1000 * median(quiet):.0f} ms, p99 {1000 * quiet[last]:.0f} ms"
    return [
        Figure("logs: a key is answered, p99", busy[last], 0.05, "s", f"{held}; {beside}"),
        Figure(f"logs: {logs.HELD} lines of a file are read", read, 10.0, "s", ""),
    ]


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of the processes, their ended children included (proc(5), fields 14 to 17 of stat)."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument(
        "--only", choices=("starts", "bundle", "status", "watch", "load", "keys", "logs"), action="append"
    )
    chosen = parser.parse_args().only or ["starts", "bundle", "status", "watch", "load", "keys", "logs"]
    processor = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    print(f"{processor}, {os.cpu_count()} cores, Python {platform.python_version()}; medians of {RUNS}", flush=True)
    figures: list[Figure] = []
    if {"starts", "bundle", "status"} & set(chosen):
        with open_stage(containers=5, queues=3, endpoints=3) as stage:
            figures += measure_starts(stage) if "starts" in chosen else []
            figures += measure_bundle(stage) if "bundle" in chosen else []
            figures += measure_status(stage) if "status" in chosen else []
    if "watch" in chosen:
        with open_stage(containers=30, queues=0, endpoints=10) as stage:
            figures += measure_watch(stage)
    if "load" in chosen:
        with open_stage(containers=30, queues=0, endpoints=0) as stage:
            figures += measure_load(stage)
    if "keys" in chosen:
        with open_stage(containers=30, queues=3, endpoints=3) as stage:
            figures += measure_keys(stage)
    if "logs" in chosen:
        figures += measure_logs()
    for figure in figures:
        print(figure, flush=True)
    return int(any(figure.value > figure.bound for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
