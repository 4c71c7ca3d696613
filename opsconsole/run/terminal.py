"""The pty of a run and the processes on it. Only the holder uses this. Standard library only.

The holder leads the session and keeps the pty's slave as its controlling terminal, so that all steps share one
terminal (`sudo` keeps its ticket per terminal). A step is a process group of that session in the foreground.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import signal
import struct
import termios
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_TO_DEFAULT = (
    signal.SIGHUP,
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGTERM,
    signal.SIGTSTP,
    signal.SIGTTIN,
    signal.SIGTTOU,
    signal.SIGPIPE,
    signal.SIGXFSZ,
    signal.SIGCHLD,
)
READ_SIZE = 64 << 10
TYPED_AHEAD = 1 << 20
"""Bytes of a paste that wait for the program at most."""


@dataclass(slots=True)
class Waiting:
    """A process that is there, but waits to be let go before it becomes the command."""

    pid: int
    gate: int

    def let_go(self) -> None:
        """Become the command now."""
        os.write(self.gate, b"1")
        os.close(self.gate)

    def drop(self) -> None:
        """Leave without having done anything."""
        os.close(self.gate)


class Terminal:
    """One pty, opened by a session leader that has no terminal yet."""

    def __init__(self, cols: int = 80, rows: int = 24) -> None:
        self.master, self._slave = os.openpty()
        os.set_blocking(self.master, False)
        fcntl.ioctl(self._slave, termios.TIOCSCTTY, 0)
        self._calm = termios.tcgetattr(self._slave)
        self._calm[6][termios.VSUSP] = b"\0"  # nobody is there who could wake a stopped step again
        termios.tcsetattr(self._slave, termios.TCSANOW, self._calm)
        # a description of its own, so that not blocking on it does not become the steps' affair
        self._voice = os.open(os.ttyname(self._slave), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        self._untyped = b""
        self.resize(cols, rows)

    def resize(self, cols: int, rows: int) -> None:
        """Tell the programs on it of another window size."""
        size = struct.pack("HHHH", max(1, min(rows, 10_000)), max(1, min(cols, 10_000)), 0, 0)
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, size)
        self._sized = size

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        rows, cols, _, _ = struct.unpack("HHHH", fcntl.ioctl(self._slave, termios.TIOCGWINSZ, b"\0" * 8))
        return cols, rows

    @property
    def echoes(self) -> bool:
        """Whether it shows what is typed."""
        return bool(termios.tcgetattr(self._slave)[3] & termios.ECHO)

    @property
    def by_line(self) -> bool:
        """Whether what is typed reaches the program line by line."""
        return bool(termios.tcgetattr(self._slave)[3] & termios.ICANON)

    def let_jobs_stop(self) -> None:
        """Until it is reclaimed, Ctrl-Z stops what is in the foreground: somebody is there who wakes it again."""
        state = termios.tcgetattr(self._slave)
        state[6][termios.VSUSP] = b"\x1a"
        termios.tcsetattr(self._slave, termios.TCSANOW, state)

    def prepare(
        self, argv: Sequence[str], env: Mapping[str, str], cwd: str, mask: int, *, reads: bool = True
    ) -> Waiting:
        """A process in a foreground group of its own that becomes `argv` once it is let go. OSError where it cannot.

        `mask` is the umask it gets. Unless it `reads`, its standard input is empty, and not the terminal.
        """
        gate, key = os.pipe()
        # what is sent to the child before it listens must wait for it, or an early Ctrl-C would be lost
        listening = signal.pthread_sigmask(signal.SIG_BLOCK, _TO_DEFAULT)
        try:
            pid = os.fork()
            if pid == 0:
                os.close(key)
                self._become(gate, argv, env, cwd, mask, listening, reads)
        except OSError:
            os.close(gate)
            os.close(key)
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, listening)
        os.close(gate)
        with suppress(OSError):  # the child does the same; whoever is first
            os.setpgid(pid, pid)
        with suppress(OSError):
            os.tcsetpgrp(self._slave, pid)
        return Waiting(pid, key)

    def _become(
        self,
        gate: int,
        argv: Sequence[str],
        env: Mapping[str, str],
        cwd: str,
        mask: int,
        listening: Iterable[int],
        reads: bool,
    ) -> None:
        """In the child: wait for the gate, then turn into the command. Never returns."""
        missing = argv[0]
        try:
            signal.set_wakeup_fd(-1)
            os.setpgid(0, 0)
            if os.read(gate, 1) != b"1":
                os._exit(0)
            for number in _TO_DEFAULT:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, listening)
            for descriptor in (0, 1, 2):
                os.dup2(self._slave, descriptor)
            if not reads:
                os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.umask(mask)
            missing = cwd
            os.chdir(cwd)
            missing = argv[0]
            os.execvpe(argv[0], list(argv), dict(env))
        except OSError as error:
            os.write(2, f"opsconsole: cannot run this here: {missing}: {error.strerror}\r\n".encode())
            os._exit(127 if isinstance(error, FileNotFoundError) and missing == argv[0] else 126)
        finally:
            os._exit(126)

    def read(self) -> bytes:
        """What was printed since, at most 64 KiB; empty when there is nothing."""
        try:
            return os.read(self.master, READ_SIZE)
        except OSError:
            return b""

    def type(self, text: bytes) -> int:
        """Put it before the program as if typed; how many bytes were taken. What there is no room for yet follows."""
        taken = text[: TYPED_AHEAD - len(self._untyped)]
        self._untyped += taken
        self.type_on()
        return len(taken)

    def type_on(self) -> bool:
        """Put before the program what there was no room for; whether anything is left of it."""
        try:
            while self._untyped:
                self._untyped = self._untyped[os.write(self.master, self._untyped) :]
        except BlockingIOError:
            return True
        return False

    def interrupt(self, group: int) -> None:
        """What Ctrl-C does: by the terminal where it listens, since that reaches programs of other users as well."""
        state = termios.tcgetattr(self._slave)
        key = state[6][termios.VINTR]
        if state[3] & termios.ISIG and key != b"\0":
            self.type(key)
            return
        with suppress(OSError):
            os.killpg(os.tcgetpgrp(self._slave), signal.SIGINT)
        with suppress(OSError):
            os.killpg(group, signal.SIGINT)

    def reclaim(self) -> bytes:
        """After a step: take the terminal back, undo what the step did to it, and mark where its output ends.

        The mark, which is given back, comes out of `read` after all that the step printed: only so is it certain
        that nothing is still on its way.
        """
        self._untyped = b""
        os.tcsetpgrp(self._slave, os.getpgrp())
        with suppress(termios.error):
            termios.tcflow(self._slave, termios.TCOON)
            termios.tcsetattr(self._slave, termios.TCSANOW, self._calm)
            termios.tcflush(self._slave, termios.TCIFLUSH)  # keys typed for the step are not for the next one
        with suppress(OSError):
            fcntl.ioctl(self._slave, termios.TIOCSWINSZ, self._sized)
        return b"\0" + secrets.token_hex(16).encode() + b"\0"

    def say(self, text: bytes) -> bool:
        """Print something ourselves; whether there was room for it."""
        try:
            return os.write(self._voice, text) == len(text)
        except BlockingIOError:
            return False


def started_at(pid: int) -> int | None:
    """When the process began, in the kernel's ticks since boot; None where there is none, or only its remains.

    The time tells it from a later one of the same number.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] in "ZX" else int(fields[19])
    except (OSError, ValueError, IndexError):
        return None


def boot_id() -> str:
    """The kernel's name for this boot; empty where it has none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def in_session(since: int) -> list[int]:
    """The processes of our session that began at `since` (in ticks since boot) or later, and are not us."""
    ours, found = os.getsid(0), []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == ours and int(fields[19]) >= since and fields[0] not in "ZX":
            found.append(int(entry.name))
    return found
