"""Runs whose console and holder are killed at random moments, and whose journals are compared with what happened.

    python -m tests.run.torture [SECONDS [KILLS [SEED]]]          (make torture ARGS="300 1000")

It ends after that many seconds, or kills. Each command appends to a ledger of its own, which it syncs, before and
after what it does. Held to: no command runs twice, none runs without its intent in the journal, none whose result is in
the journal has run otherwise than it says, none whose holder was not killed is without a result, and the journal's
chain and seal are whole. Where the machine lets us mount, the disk that the journals lie on is full now and then.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from opsconsole.model.run import Entry
from opsconsole.run import journal, wire
from opsconsole.run.kinds import Kind

ROOT: Final = Path(__file__).parents[2]
APART: Final = ("unshare", "--mount", "--map-root-user")
STEPS: Final = 24
COMMAND: Final = (
    "{{ echo b{n} >> ledger; sync ledger; sleep 0.0{pause}; echo said{n}; "
    "echo e{n} >> ledger; sync ledger; (exit {exit}); }}"
)
GAVE_UP: Final = 4
"""What tests/run/console.py leaves with where the run cannot go on for now, in one line."""


STALE: Final = 180.0
"""Seconds without a new entry after which a run is said not to come to its end, however busy the machine is."""


def exit_of(number: int) -> int:
    """What the command of a step leaves with."""
    return 3 if number % 5 == 4 else 0


BOOK: Final = "\n".join(
    f"```bash {{name=s{n}}}\n{COMMAND.format(n=n, pause=n % 4, exit=exit_of(n))}\n```\n" for n in range(STEPS)
)


@dataclass
class Toll:
    """What it came to."""

    runs: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    unknown: int = 0
    finished: int = 0
    full: int = 0
    gave_up: int = 0
    lies: list[str] = field(default_factory=list)

    def add(self, other: Toll) -> None:
        """Take in what another came to."""
        self.kills.update(other.kills)
        self.lies += other.lies
        for name in ("runs", "unknown", "finished", "full", "gave_up"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def __str__(self) -> str:
        by_victim = ", ".join(f"{count} {victim}" for victim, count in sorted(self.kills.items()))
        return (
            f"{self.kills.total()} kills ({by_victim}) in {self.runs} runs; {self.finished} steps finished, "
            f"{self.unknown} outcomes unknown; disk full {self.full} times, {self.gave_up} consoles gave up; "
            f"{len(self.lies)} lies"
        )


class Victim:
    """One run in a folder of its own, and whoever is at it."""

    def __init__(self, folder: Path, chance: random.Random, toll: Toll, *, small_disk: bool = False) -> None:
        self.folder, self.chance, self.toll = folder, chance, toll
        self.small_disk = small_disk
        self.killed_holders: set[int] = set()
        self.console: subprocess.Popen[str] | None = None
        self.state = folder / "state"
        self.state.mkdir(exist_ok=True)
        (folder / "home").mkdir(exist_ok=True)
        (folder / "torture.md").write_text(BOOK)

    # --- who is at it --------------------------------------------------------------------------------------------

    def start_console(self) -> None:
        command = [sys.executable, "-m", "tests.run.console", str(self.folder), str(self.folder / "torture.md")]
        self.console = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def run(self) -> Path | None:
        """The folder of the run, once there is one."""
        return next((file.parent for file in self.state.glob(f"runs/*/{journal.FILE}")), None)

    def entries(self) -> tuple[Entry, ...]:
        run = self.run()
        return journal.read(run / journal.FILE).entries if run else ()

    def over(self) -> bool:
        """Whether the console has ended by itself; one that fell over is a lie."""
        assert self.console is not None
        if self.console.poll() is None:
            return False
        _, said = self.console.communicate()
        if self.console.returncode == GAVE_UP:
            self.toll.gave_up += 1
        elif self.console.returncode:
            self.toll.lies.append(f"the console fell over: {said[-600:]}")
        return True

    def is_at_it(self) -> bool:
        """Whether the console has taken the run up."""
        assert self.console is not None
        return any(e.kind == Kind.CONSOLE and e.data["pid"] == self.console.pid for e in self.entries())

    # --- the kills -----------------------------------------------------------------------------------------------

    def kill_something(self) -> None:
        victim = self.chance.choice(("console", "console", "holder", "both", "frozen holder", "hang-up"))
        assert self.console is not None
        if victim in ("holder", "both", "frozen holder") and not self._kill_holder(frozen=victim == "frozen holder"):
            return
        if victim in ("console", "both", "hang-up"):
            self.console.send_signal(signal.SIGHUP if victim == "hang-up" else signal.SIGKILL)
            self.console.communicate()
        self.toll.kills[victim] += 1

    def _kill_holder(self, *, frozen: bool) -> bool:
        run = self.run()
        pid = wire.holder_of(run) if run else None
        if not pid or not _is_holder_of(pid, self.folder):
            return False
        if frozen:  # its step may end meanwhile, and nobody writes it down
            os.kill(pid, signal.SIGSTOP)
            time.sleep(self.chance.uniform(0, 0.1))
        self.killed_holders.add(pid)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return True

    def fill_disk(self, seconds: float) -> threading.Thread:
        """Not a byte is free for so long."""
        filler = self.state / "filler"

        def fill() -> None:
            with suppress(OSError), filler.open("wb", buffering=0) as file:
                while file.write(bytes(4096)):
                    pass
            time.sleep(seconds)
            filler.unlink()

        self.toll.full += 1
        thread = threading.Thread(target=fill)
        thread.start()
        return thread

    # --- what it came to -----------------------------------------------------------------------------------------

    def compare(self) -> None:
        """The journal with the ledger."""
        run = self.run()
        if run is None:
            self.toll.lies.append("there is no run")
            return
        reading = journal.read(run / journal.FILE)
        if reading.fault:
            self.toll.lies.append(reading.fault)
        path = self.folder / "home" / "ledger"
        ledger = Counter(path.read_text().split() if path.exists() else ())
        for number in range(STEPS):
            self._compare_step(number, reading.entries, ledger, run)
        if not reading.entries or reading.entries[-1].kind != Kind.CLOSED:
            self.toll.lies.append(f"the run has not come to its end: {reading.entries[-1:]}")

    def _compare_step(self, number: int, entries: tuple[Entry, ...], ledger: Counter[str], run: Path) -> None:
        name, began, came_through = f"s{number}", ledger[f"b{number}"], ledger[f"e{number}"]
        mine = [entry for entry in entries if entry.data.get("name") == name]
        started, ended, lost = (_of(mine, kind) for kind in (Kind.STARTED, Kind.ENDED, Kind.LOST))
        self.toll.finished += len(ended)
        self.toll.unknown += len(lost)

        def lie(words: str) -> None:
            kinds = [str(entry.kind) for entry in mine]
            self.toll.lies.append(f"{name} {words}: {kinds}, began {began}, came through {came_through}")

        if began > 1 or len(started) > 1:
            lie("has run more than once by itself")
        if began > len(started):
            lie("has run without an intent")
        if len(ended) + len(lost) != len(started):
            lie("has not one outcome for each start")
        for entry in ended:
            whole = entry.data["exit"] == exit_of(number)
            if whole != (came_through == 1):
                lie(f"is said to have left with {entry.data['exit']}")
            printed = (run / "output" / started[-1].data["output"]).read_text() if started else ""
            if whole and f"said{number}" not in printed and not entry.data["lost"]:
                lie("has lost what it printed")
        for entry in lost:
            holder = [e.data["pid"] for e in _of(entries, Kind.HOLDER) if e.seq < entry.seq]
            if not set(holder) & self.killed_holders:
                lie("is of unknown outcome though nobody killed its holder")


def _of(entries: list[Entry] | tuple[Entry, ...], kind: Kind) -> list[Entry]:
    return [entry for entry in entries if entry.kind == kind]


def _is_holder_of(pid: int, folder: Path) -> bool:
    """A number may belong to somebody else by now."""
    try:
        return os.fsencode(folder) in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def torture_one(
    folder: Path, chance: random.Random, toll: Toll, most: int = 40, *, small_disk: bool = False, until: float = 0.0
) -> None:
    """One run, killed at most so often and so long, then left in peace until it has come to its end."""
    victim = Victim(folder, chance, toll, small_disk=small_disk)
    fillers: list[threading.Thread] = []
    before = toll.kills.total()
    written, stale = 0, time.monotonic()
    victim.start_console()
    while time.monotonic() < stale + STALE:
        if len(victim.entries()) > written:
            written, stale = len(victim.entries()), time.monotonic()
        peace = toll.kills.total() - before >= most or (until and time.monotonic() > until)
        _wait(victim, chance.uniform(0.0, 0.4), only_once_at_it=chance.random() < 0.8)
        if victim.over():
            if victim.entries() and victim.entries()[-1].kind == Kind.CLOSED:
                break
            victim.start_console()
            continue
        if peace:
            continue
        if small_disk and chance.random() < 0.15 and not any(thread.is_alive() for thread in fillers):
            fillers.append(victim.fill_disk(chance.uniform(0.1, 0.8)))
        victim.kill_something()
        if victim.console and victim.console.poll() is not None:
            victim.start_console()
    for thread in fillers:
        thread.join()
    assert victim.console is not None
    if victim.console.poll() is None:
        victim.console.kill()
    victim.console.wait()
    toll.runs += 1
    victim.compare()


def _wait(victim: Victim, seconds: float, *, only_once_at_it: bool) -> None:
    """So long, counted from the moment at which the console has the run; less where it ends before."""
    assert victim.console is not None
    late = time.monotonic() + 10
    while only_once_at_it and victim.console.poll() is None and not victim.is_at_it() and time.monotonic() < late:
        time.sleep(0.01)
    with suppress(subprocess.TimeoutExpired):
        victim.console.wait(seconds)


def _worker(chance: random.Random, until: float, kills: int, small_disk: bool) -> Toll:
    toll = Toll()
    while time.monotonic() < until and toll.kills.total() < kills and not toll.lies:
        folder = Path(tempfile.mkdtemp(prefix="opsconsole-torture-"))
        if small_disk:
            (folder / "state").mkdir()
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", folder / "state"], check=True)
        torture_one(folder, chance, toll, small_disk=small_disk, until=until)
        if toll.lies:
            toll.lies.append(f"what is left of it lies in {_kept(folder)}")
        if small_disk:
            subprocess.run(["umount", "--lazy", folder / "state"], check=True)
        if not toll.lies:
            shutil.rmtree(folder)
    return toll


def _kept(folder: Path) -> Path:
    shutil.copytree(folder, folder.with_name(folder.name + "-lie"), ignore=shutil.ignore_patterns("socket"))
    return folder.with_name(folder.name + "-lie")


def main(seconds: float, kills: int, seed: int) -> int:
    """0, or 1 with what was wrong."""
    small_disk = os.environ.get("OPSCONSOLE_TORTURE") == "apart"
    workers = 3 * (os.cpu_count() or 1)  # most of the time is waiting
    until = time.monotonic() + seconds
    if not small_disk:
        print("the disk is never full here: unshare does not let us mount", file=sys.stderr)
    with ThreadPoolExecutor(workers) as pool:
        parts = [
            pool.submit(_worker, random.Random(seed + number), until, -(-kills // workers), small_disk)
            for number in range(workers)
        ]
        toll = Toll()
        for part in parts:
            toll.add(part.result())
    print(f"{toll}; seed {seed}, {seconds - max(0.0, until - time.monotonic()):.0f} s")
    for lie in toll.lies:
        print(f"  {lie}")
    return 1 if toll.lies else 0


def _apart(words: list[str]) -> None:
    """Go on in a mount namespace of our own, where that can be had."""
    if os.environ.get("OPSCONSOLE_TORTURE") or not shutil.which("unshare"):
        return
    if subprocess.run([*APART, "true"], capture_output=True).returncode == 0:
        env = {**os.environ, "OPSCONSOLE_TORTURE": "apart"}
        os.execvpe(APART[0], [*APART, sys.executable, "-m", "tests.run.torture", *words], env)


if __name__ == "__main__":
    _apart(sys.argv[1:])
    given = [json.loads(word) for word in sys.argv[1:]]
    defaults = [300.0, 1000, int(time.time())]
    sys.exit(main(*(given + defaults[len(given) :])))
