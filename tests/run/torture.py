"""Runs whose console and holder are killed at random moments, and whose journals are compared with what happened.

    python -m tests.run.torture SECONDS [SEED]

Every command appends to a ledger of its own and syncs it. Held to: no command runs twice by itself, none runs without
its intent in the journal, and none whose result is in the journal has run otherwise than it says.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from opsconsole.run import journal, wire
from opsconsole.run.kinds import Kind

ROOT = Path(__file__).parents[2]
STEPS = 12
COMMAND = "{{ echo b{n} >> ledger; sync ledger; sleep 0.0{pause}; echo e{n} >> ledger; sync ledger; }}"
BOOK = "\n".join(f"```bash {{name=s{n}}}\n{COMMAND.format(n=n, pause=n % 4)}\n```\n" for n in range(STEPS))


@dataclass
class Toll:
    """What it came to."""

    runs: int = 0
    kills: int = 0
    unknown: int = 0
    lies: list[str] = field(default_factory=list)


def torture_one(folder: Path, chance: random.Random, toll: Toll) -> None:
    """One run, killed again and again until it has come to its end."""
    book = folder / "torture.md"
    book.write_text(BOOK)
    for _ in range(60):
        command = [sys.executable, "-m", "tests.run.console", str(folder), str(book)]
        console = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        with suppress(subprocess.TimeoutExpired):
            _, said = console.communicate(timeout=chance.uniform(0.15, 0.7))
            if console.returncode:
                toll.lies.append(f"the console fell over: {said[-300:]}")
            break
        toll.kills += 1
        victim = chance.choice(("console", "holder", "both"))
        holder = next((pid for run in _runs(folder) if (pid := wire.holder_of(run))), None)
        if holder and victim != "console":
            os.kill(holder, signal.SIGKILL)
        if victim != "holder":
            console.kill()
            console.wait()
            continue
        _, said = console.communicate(timeout=30)
        if console.returncode:
            toll.lies.append(f"the console fell over when its holder died: {said[-300:]}")
        break
    toll.runs += 1
    _compare(folder, toll)


def _runs(folder: Path) -> list[Path]:
    return sorted(file.parent for file in (folder / "state").glob(f"runs/*/{journal.FILE}"))


def _compare(folder: Path, toll: Toll) -> None:
    reading = journal.read(_runs(folder)[-1] / journal.FILE)
    if reading.fault:
        toll.lies.append(reading.fault)
    ledger = (folder / "home" / "ledger").read_text().split()
    toll.unknown += sum(entry.kind == Kind.LOST for entry in reading.entries)
    for number in range(STEPS):
        mine = [entry for entry in reading.entries if entry.data.get("name") == f"s{number}"]
        kinds = [entry.kind for entry in mine]
        ran = (ledger.count(f"b{number}"), ledger.count(f"e{number}"))
        if ran[0] > 1:
            toll.lies.append(f"s{number} has run {ran[0]} times")
        if ran[0] > kinds.count(Kind.STARTED):
            toll.lies.append(f"s{number} has run without an intent")
        ended = [entry.data["exit"] for entry in mine if entry.kind == Kind.ENDED]
        if ended == [0] and ran != (1, 1):
            toll.lies.append(f"s{number} is said to be done, and has run {ran}")
    if reading.entries[-1].kind != Kind.CLOSED:
        toll.lies.append(f"the run has not come to its end: {reading.entries[-1]}")


def main(seconds: float, seed: int) -> int:
    """0, or 1 with what was wrong."""
    chance, toll = random.Random(seed), Toll()
    until = time.monotonic() + seconds
    while time.monotonic() < until and not toll.lies:
        folder = Path(tempfile.mkdtemp(prefix="opsconsole-torture-"))
        torture_one(folder, chance, toll)
        if not toll.lies:
            shutil.rmtree(folder)
    print(f"{toll.runs} runs, {toll.kills} kills, {toll.unknown} outcomes unknown, seed {seed}")
    for lie in toll.lies:
        print(f"  {lie}")
    return 1 if toll.lies else 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())))
