"""Real processes that tests start, and recorded `/proc` trees for what cannot be brought about here."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from opsconsole.probes.base import World
from tests.support.waiting import wait_until

FOREVER = "import signal; signal.pause()\n"


@dataclass
class Started:
    """Processes of one test, each in a session of its own as services are; `folder` holds their scripts."""

    folder: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def script(self, name: str, text: str = FOREVER) -> Path:
        """A Python script in the folder."""
        path = self.folder / name
        path.write_text(text)
        return path

    def start(self, *argv: str | Path, own_session: bool = True, cwd: Path | None = None) -> int:
        """Start a process and wait until it is what it was started as. Its pid."""
        words = [os.fspath(word) for word in argv]
        process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=own_session,
            cwd=cwd or self.folder,
        )
        self.running.append(process)
        ours = Path("/proc/self/cmdline").read_bytes()
        # Popen is back as soon as the kernel has let the old program go, a moment before the new one has its words.
        wait_until(
            "its own command line", lambda: process.poll() is not None or words_of(process.pid) not in (b"", ours)
        )
        return process.pid

    def python(self, script: Path, *words: str, **how: object) -> int:
        """Start a Python script."""
        return self.start(sys.executable, script, *words, **how)  # type: ignore[arg-type]

    def say(self, pid: int, line: str) -> None:
        """A line on a process's standard input."""
        process = next(process for process in self.running if process.pid == pid)
        assert process.stdin is not None
        process.stdin.write(line.encode() + b"\n")
        process.stdin.flush()

    def end_all(self) -> None:
        """End them and what they started."""
        for process in self.running:
            for pid in (*descendants(process.pid), process.pid):
                try:
                    os.kill(pid, 9)
                except OSError:
                    continue
            process.wait()
            if process.stdin is not None:
                process.stdin.close()


def words_of(pid: int) -> bytes:
    """A process's command line as the kernel has it; empty for one that has none (yet, or any more)."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def descendants(pid: int) -> list[int]:
    """Everything below a process, by the kernel's own list."""
    try:
        children = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [one for child in children for one in (*descendants(child), child)]


def wait_for_comm(pid: int, comm: str) -> None:
    """Until a process has become the program of this name."""
    wait_until(f"process {pid} to be {comm}", lambda: Path(f"/proc/{pid}/comm").read_text().strip() == comm)


@dataclass
class Recorded:
    """A machine on file: processes, and control groups with their members."""

    root: Path

    @property
    def world(self) -> World:
        """A world that looks there."""
        return World(proc=self.root / "proc", cgroup=self.root / "cgroup")

    def process(
        self, pid: int, ppid: int, argv: Sequence[str], *, started: int = 1000, state: str = "S", cgroup: str = ""
    ) -> None:
        """Write one process down, over what was there under its pid."""
        folder = self.root / "proc" / str(pid)
        folder.mkdir(parents=True, exist_ok=True)
        comm = Path(argv[0]).name[:15] if argv else "kthread"
        # proc_pid_stat(5): parent, group, session, terminal, then what nobody here asks for, then the start.
        numbers = f"{ppid} {pid} {pid} 0 -1 {'0 ' * 9}20 0 1 0 {started}"
        (folder / "stat").write_text(f"{pid} ({comm}) {state} {numbers} 0 0\n")
        (folder / "cmdline").write_bytes(b"".join(word.encode() + b"\0" for word in argv))
        (folder / "cgroup").write_text(cgroup)
        (self.root / "proc" / "stat").write_text("cpu  1 2 3\ncpu0 1 2 3\nbtime 1700000000\n")

    def group(self, path: str, pids: Sequence[int]) -> None:
        """Write a control group's members down."""
        folder = self.root / "cgroup" / path.strip("/")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "cgroup.procs").write_text("".join(f"{pid}\n" for pid in pids))
