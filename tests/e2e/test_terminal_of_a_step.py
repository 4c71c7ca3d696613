"""A step that opens something has the real terminal and gives it back, whatever dies meanwhile; `!` opens a shell."""

from __future__ import annotations

import contextlib
import os
import signal
import termios
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from opsconsole.run import journal
from opsconsole.run.kinds import Kind
from tests.support.console import RealConsole, open_runbooks, real_console, settled
from tests.support.waiting import wait_until

pytestmark = pytest.mark.pty

STACK = """
name = "lonely"
home = "."
[box]
enabled = false
"""

RUNBOOK = """
# Draw

## Recovery

```bash {name=draw interactive risk=change}
bash draw.sh
```

```bash {name=after}
echo over and done
```
"""

DRAW = r"""
draw() { printf '\e[H\e[2Jsize %s' "$(stty size | tr ' ' x)"; }
trap changed=yes WINCH  # no more: bash forgets a signal that comes while it obeys one
stty -icanon -echo
printf '\e]52;c;aGVsbG8=\a\e[?1049h'
draw
while read -rsn1 -t 0.1 key || [ $? -gt 128 ]; do
    [ -z "$changed" ] || { changed=; draw; }
    [ -n "$key" ] || continue
    printf '\e[3;1Hkey %s' "$key"
    echo "$key" >> keys
    [ "$key" = q ] && break
done
printf '\e[?1049l'
"""


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "stack"
    folder.mkdir()
    (folder / "stack.toml").write_text(STACK)
    (folder / "draw.md").write_text(RUNBOOK)
    (folder / "draw.sh").write_text(DRAW)
    yield folder
    for process in psutil.process_iter():  # a run that is left open keeps its holder; here nobody comes back to it
        with contextlib.suppress(psutil.Error):
            if any(word.startswith(str(tmp_path)) for word in process.cmdline()):
                process.terminate()


def begin(console: RealConsole) -> None:
    open_runbooks(console, "Draw")
    settled(console)
    console.press("⏎")
    console.sees("Begin this run?")
    settled(console)
    console.press("⏎")
    console.sees("This changes the box. Run it?")
    settled(console)


def entries(stack: Path) -> tuple[journal.Entry, ...]:
    [file] = Path(os.environ["XDG_STATE_HOME"]).rglob(journal.FILE)
    return journal.read(file).entries


def labels(stack: Path) -> list[str]:
    return [entry.data["label"] for entry in entries(stack) if entry.kind == Kind.OPS_CHECK]


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_it_has_the_terminal_keeps_it_over_a_killed_console_and_gives_it_back(stack):
    keys = stack / "keys"
    with real_console("--stack", str(stack / "stack.toml")) as console:
        begin(console)
        console.press("y")
        console.sees("size 40x120")
        assert b"Ctrl-] takes the terminal back from step 1, draw" in console.raw()
        console.resize(100, 30)
        console.sees("size 30x100")
        console.send("a")
        console.sees("key a")
        assert b"aGVsbG8=" not in console.raw(), "the clipboard is not the program's"
        console.kill()
        console.wait()

    with real_console("--stack", str(stack / "stack.toml"), columns=80, rows=24) as console:
        console.sees("OPEN RUN")
        settled(console)
        console.press("o")
        console.sees("size 24x80")
        console.send("b")
        console.sees("key b")
        console.send("\x1d")
        settled(console)
        before = len(console.raw())
        console.press("!")
        wait_until("the program to draw once more", lambda: b"size 24x80" in console.raw()[before:])
        assert keys.read_text().split() == ["a", "b"], "the step has gone on all the time, and ran once"
        console.send("q")
        console.sees("This only looks. Run it?")
        console.sees("[a full-screen program]")
        settled(console)
        console.press("⏎")
        console.sees("All steps are through")
    assert keys.read_text().split() == ["a", "b", "q"]
    assert [entry.kind for entry in entries(stack)].count(Kind.STARTED) == 2
    assert next(entry.data for entry in entries(stack) if entry.kind == Kind.STARTED)["interactive"] is True


def test_a_shell_at_any_question_is_recorded_and_counts_as_a_change(stack):
    with real_console("--stack", str(stack / "stack.toml"), columns=80, rows=24) as console:
        begin(console)
        console.press("!")
        wait_until("the shell", lambda: b"takes the terminal back from a recorded shell" in console.raw())
        console.send("stty size > made; echo $((40 + 2)) in $PWD\r")
        console.sees("42 in ")
        before = len(console.raw())
        console.send("exit\r")
        wait_until("the console to draw again", lambda: b"?1049h" in console.raw()[before:])
        console.sees("This changes the box. Run it?")
        console.sees("42 in")
        wait_until("the OPS-check after it", lambda: labels(stack)[-1] == "after a shell")
    kinds = [entry.kind for entry in entries(stack)]
    assert (stack / "made").read_text() == "24 80\n"
    assert kinds.index(Kind.SHELL) < kinds.index(Kind.SHELL_ENDED)
    assert Kind.STARTED not in kinds


def test_read_only_there_is_no_shell(stack):
    with real_console("--read-only", "--stack", str(stack / "stack.toml"), columns=80, rows=24) as console:
        open_runbooks(console, "Draw")
        settled(console)
        console.press("⏎")
        console.sees("Begin this run?")
        settled(console)
        console.press("⏎")
        console.sees("Refused: ")
        settled(console)
        console.press("!")
        console.sees("read-only: no shell")
    assert Kind.SHELL not in [entry.kind for entry in entries(stack)]


def test_a_console_that_is_told_to_leave_gives_the_terminal_back_and_the_step_goes_on(stack):
    with real_console("--stack", str(stack / "stack.toml"), columns=80, rows=24) as console:
        begin(console)
        console.press("y")
        console.sees("size 24x80")
        console.kill(signal.SIGTERM)
        assert console.wait() == 128 + signal.SIGTERM
        assert termios.tcgetattr(console.master)[3] & (termios.ICANON | termios.ECHO) == termios.ICANON | termios.ECHO
        wait_until("its screen to be left", lambda: left_its_screen(console))
    started = next(entry.data for entry in entries(stack) if entry.kind == Kind.STARTED)
    assert psutil.pid_exists(started["pid"])


def left_its_screen(console: RealConsole) -> bool:
    return console.raw().rfind(b"\x1b[?1049l") > console.raw().rfind(b"\x1b[?1049h")


def state_of(console: RealConsole) -> str:
    return Path(f"/proc/{console.pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_a_console_that_is_put_aside_leaves_the_terminal_as_it_was_and_comes_back(stack):
    with real_console("--stack", str(stack / "stack.toml"), columns=80, rows=24) as console:
        begin(console)
        console.kill(signal.SIGTSTP)  # by hand: no shell is above, so Ctrl-Z itself stops nothing here
        wait_until("the console to be stopped", lambda: state_of(console) == "T")
        assert termios.tcgetattr(console.master)[3] & termios.ECHO
        wait_until("its screen to be left", lambda: left_its_screen(console))
        before = len(console.raw())
        console.kill(signal.SIGCONT)
        wait_until("the console to draw again", lambda: b"?1049h" in console.raw()[before:])
        console.press("y")
        console.sees("size 24x80")
        console.kill(signal.SIGTSTP)  # with its terminal lent, it is given back before and lent again after
        wait_until("the console to be stopped", lambda: state_of(console) == "T")
        assert termios.tcgetattr(console.master)[3] & termios.ECHO
        before = len(console.raw())
        console.kill(signal.SIGCONT)
        wait_until("the program's screen", lambda: b"?1049h" in console.raw()[before:])
        wait_until("the program to draw again", lambda: b"size 24x80" in console.raw()[before:])
        console.send("z")
        console.sees("key z")


def test_one_that_is_stopped_without_being_asked_has_its_program_draw_again_too(stack):
    with real_console("--stack", str(stack / "stack.toml"), columns=80, rows=24) as console:
        begin(console)
        console.press("y")
        console.sees("size 24x80")
        console.kill(signal.SIGSTOP)
        wait_until("the console to be stopped", lambda: state_of(console) == "T")
        shell_takes_it = termios.tcgetattr(console.master)
        shell_takes_it[3] |= termios.ICANON | termios.ECHO
        termios.tcsetattr(console.master, termios.TCSANOW, shell_takes_it)
        before = len(console.raw())
        console.kill(signal.SIGCONT)
        wait_until("the program to draw again", lambda: b"size 24x80" in console.raw()[before:])
        console.send("z")
        console.sees("key z")
