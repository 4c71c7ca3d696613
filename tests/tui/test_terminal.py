"""The terminal as the real program treats it: given back whatever happens, and left when it is gone."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.waiting import wait_until

pytestmark = pytest.mark.pty

ESCAPES = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]P].*?(?:\x07|\x1b\\)|\x1b.", re.DOTALL)
STACK = """
name = "little"
[[service]]
name = "self"
processes = { argv = "%s" }
process = { is = "nothing-of-that-name" }
"""


class Console:
    """The real program in a terminal of its own."""

    def __init__(self, argv: list[str], env: dict[str, str], columns: int = 100, rows: int = 30) -> None:
        self.written = bytearray()
        self.code: int | None = None
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.execvpe(argv[0], argv, env)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self) -> bytes:
        while select.select([self.master], [], [], 0.02)[0]:
            with contextlib.suppress(OSError):
                more = os.read(self.master, 1 << 16)
                self.written += more
                if more:
                    continue
            break
        return bytes(self.written)

    def see(self, words: str, within: float = 20) -> None:
        wait_until(f"{words!r} in the terminal", lambda: words.encode() in ESCAPES.sub(b"", self.read()), within)

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def gone(self) -> bool:
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code is not None

    def leaves(self, within: float = 10) -> int:
        """Wait for its end; the exit code."""

        def ended() -> bool:
            with contextlib.suppress(OSError, ValueError):
                self.read()
            return self.gone()

        wait_until("the end of the program", ended, within)
        assert self.code is not None
        return self.code

    def hang_up(self) -> None:
        os.close(self.master)
        self.master = -1


@contextlib.contextmanager
def console(folder: Path, *, code: str | None = None, **env: str) -> Iterator[Console]:
    stack = folder / "stack.toml"
    stack.write_text(STACK % folder)
    own = [sys.executable, "-c", code] if code else [sys.executable, "-m", "opsconsole", "--stack", str(stack)]
    root = str(Path(__file__).parents[2])
    running = Console(own, {**os.environ, "PYTHONPATH": root, **env})
    try:
        yield running
    finally:
        if not running.gone():
            os.kill(running.pid, signal.SIGKILL)
            os.waitpid(running.pid, 0)
        if running.master >= 0:
            os.close(running.master)


@pytest.mark.parametrize("script", [False, True])
def test_ctrl_z_stops_nothing_where_nobody_could_bring_it_back(tmp_path: Path, script: bool) -> None:
    """As by `ssh -t host opsconsole`, and behind a script in its place: no shell with job control is above."""
    behind = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-m', 'opsconsole', *OURS]))"
    code = behind.replace("OURS", repr(["--stack", str(tmp_path / "stack.toml")])) if script else None
    with console(tmp_path, code=code) as running:
        running.see("self.process")
        running.type("\x1a")
        running.see("no shell above could bring it back")
        running.type("q")
        assert running.leaves() == 0


def test_ctrl_z_gives_a_shell_its_terminal_also_from_behind_a_script_and_fg_brings_the_console_back(
    tmp_path: Path,
) -> None:
    command = f"'{sys.executable}' -m opsconsole --stack '{tmp_path / 'stack.toml'}'; true"
    code = "import os; os.execlp('bash', 'bash', '--norc', '--noprofile', '-i')"
    with console(tmp_path, code=code, PS1="ready$ ", HISTFILE="") as running:
        running.see("ready$")
        running.type(f'sh -c "{command}"\n')
        running.see("self.process")
        running.type("\x1a")
        running.see("Stopped")
        begun = len(running.read())
        running.type("fg\n")
        wait_until("the console again", lambda: b"self.process" in ESCAPES.sub(b"", running.read()[begun:]), 20)
        running.type("q")
        begun = len(running.written)
        wait_until("the shell again", lambda: b"ready$" in running.read()[begun:], 20)
        running.type("exit\n")
        assert running.leaves() == 0


def given_back(written: bytes) -> bool:
    """The last word on the alternate screen and on the cursor was to give them back."""
    return written.rfind(b"\x1b[?1049l") > written.rfind(b"\x1b[?1049h") and written.rfind(
        b"\x1b[?25h"
    ) > written.rfind(b"\x1b[?25l")


def modes(running: Console) -> list[object]:
    return termios.tcgetattr(running.master)[:4]


@pytest.mark.parametrize("keys", ["q", "\x03"])
def test_leaving_by_key_gives_the_terminal_back(tmp_path: Path, keys: str) -> None:
    with console(tmp_path) as running:
        before = modes(running)
        running.see("self.process")
        assert modes(running) != before
        running.type(keys)
        assert running.leaves() == 0
        assert given_back(bytes(running.written))
        assert modes(running) == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_ends_it_and_gives_the_terminal_back(tmp_path: Path, number: signal.Signals) -> None:
    with console(tmp_path) as running:
        before = modes(running)
        running.see("self.process")
        os.kill(running.pid, number)
        assert running.leaves() == 128 + number
        assert given_back(bytes(running.written))
        assert modes(running) == before


def test_a_console_whose_terminal_is_gone_leaves(tmp_path: Path) -> None:
    with console(tmp_path) as running:
        running.see("self.process")
        running.hang_up()
        running.leaves()


def test_it_leaves_even_where_nobody_tells_it_of_the_hang_up(tmp_path: Path) -> None:
    """Under `nohup` and the like no signal comes: only the end of its input tells."""
    code = (
        "import signal, sys, opsconsole.tui.terminal as t; from opsconsole.__main__ import main\n"
        "t.leave_on_signals = lambda leave: None; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        f"sys.argv = ['opsconsole', '--stack', {str(tmp_path / 'stack.toml')!r}]; sys.exit(main())"
    )
    with console(tmp_path, code=code) as running:
        running.see("self.process")
        running.hang_up()
        began = time.process_time()
        running.leaves()
        assert time.process_time() - began < 5


def test_a_crash_gives_the_terminal_back_and_shows_no_traceback(tmp_path: Path) -> None:
    code = (
        "import sys; from opsconsole.tui.screens.overview import Overview; from opsconsole.__main__ import main\n"
        "def tick(self, now): raise RuntimeError('the clock fell off')\n"
        f"Overview.tick = tick; sys.argv = ['opsconsole', '--stack', {str(tmp_path / 'stack.toml')!r}]\n"
        "sys.exit(main())"
    )
    with console(tmp_path, code=code) as running:
        assert running.leaves(20) == 3
        end = ESCAPES.sub(b"", bytes(running.written)[running.written.rfind(b"\x1b[?1049l") :])
        assert given_back(bytes(running.written))
        assert b"the clock fell off" in end
        assert b"Traceback" not in running.written


def test_without_colours_no_colour_is_sent(tmp_path: Path) -> None:
    with console(tmp_path, NO_COLOR="1") as running:
        running.see("self.process")
        running.see("DOWN")
        running.type("q")
        running.leaves()
        colours = re.findall(rb"\x1b\[[0-9;]*(?:3[0-9]|4[0-9]|9[0-7]|10[0-7])(?:;[0-9;]*)?m", running.written)
        assert colours == []


def test_without_utf_8_the_signs_are_plain_ones(tmp_path: Path) -> None:
    with console(tmp_path, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0") as running:
        running.see("x DOWN")
        running.type("q")
        assert running.leaves() == 0
        assert ESCAPES.sub(b"", bytes(running.written)).isascii()


def test_parts_that_cannot_be_had_are_told_after_the_terminal_was_given_back(tmp_path: Path) -> None:
    code = """
import sys
from opsconsole.model.trouble import Trouble, TroubleError
from opsconsole.tui.app import run_console
async def parts():
    raise TroubleError(Trouble("there is nothing to look at", "here"))
try:
    run_console(parts)
except TroubleError as trouble:
    print(trouble)
    sys.exit(3)
"""
    with console(tmp_path, code=code) as running:
        assert running.leaves() == 3
        assert bytes(running.written).rstrip().endswith(b"here: there is nothing to look at")
        assert given_back(bytes(running.written))
