"""The real program in a real terminal: its keys, its window, and the mouse, which it lets go of when it is told."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.console import RealConsole, real_console, settled

pytestmark = pytest.mark.pty

STACK = """
name = "little"
[[service]]
name = "self"
processes = { argv = "%s" }
process = { is = "nothing-of-that-name" }
[[service]]
name = "other"
processes = { argv = "%s" }
process = { is = "nothing-of-that-name" }
"""
"""Two findings, whatever runs here: one row is not worth a filter."""

MOUSE_ON, MOUSE_OFF = b"\x1b[?1000h", b"\x1b[?1000l"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RealConsole]:
    """The console on a stack of this very process, 120 by 40."""
    file = tmp_path / "stack.toml"
    file.write_text(STACK % (tmp_path, sys.executable))
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with real_console("--stack", str(file), env=env) as console:
        console.sees("self.process")
        console.sees("other.process")
        console.sees("? help")
        yield console


def place(console: RealConsole, words: str) -> tuple[int, int]:
    """Where words begin on the screen, in the terminal's own count from 1."""
    console.sees(words)
    screen = settled(console)  # where it stands now it stays
    line = next(number for number, line in enumerate(screen.splitlines()) if words in line)
    return screen.splitlines()[line].index(words) + 1, line + 1


def click(console: RealConsole, words: str, times: int = 1) -> None:
    """Press and release the left button on these words, as xterm tells it."""
    x, y = place(console, words)
    console.send(f"\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m" * times)


def test_what_keys_do_the_mouse_does(running: RealConsole) -> None:
    click(running, "? help")
    running.sees("In what has the frame lit")
    click(running, "little ›")
    running.until("the overview again", lambda text: "5 Findings" in text and "Everywhere" not in text)
    click(running, "1 Memory", times=2)
    running.until("the pane with all the room", lambda text: "5 Findings" not in text and "service" in text)
    click(running, "service")
    running.sees("1 Memory ↑ service")
    click(running, "+ all panes")
    running.sees("5 Findings")
    click(running, "/ filter")
    running.sees("⏎ keep it")
    click(running, "esc show all")
    running.until("the filter's end", lambda text: "⏎ keep it" not in text)
    click(running, "self.process", times=2)
    running.sees("no runbook treats self.process")


def test_the_terminal_has_its_mouse_back_when_the_console_lets_go_of_it(running: RealConsole) -> None:
    assert running.raw().rfind(MOUSE_ON) > running.raw().rfind(MOUSE_OFF)
    running.send("m")
    running.sees("m mouse on")
    running.until("the word to the terminal", lambda _: running.raw().rfind(MOUSE_OFF) > running.raw().rfind(MOUSE_ON))
    running.send("m")
    running.sees("clicks are the console's again")
    running.until("the word to the terminal", lambda _: running.raw().rfind(MOUSE_ON) > running.raw().rfind(MOUSE_OFF))
    running.send("mq")
    assert running.wait() == 0
    raw = running.raw()
    for number in (1000, 1003, 1006):
        assert raw.rfind(b"\x1b[?%dl" % number) > raw.rfind(b"\x1b[?%dh" % number), "given back"


def test_a_few_letters_lead_anywhere_and_a_filter_says_what_it_hides(running: RealConsole) -> None:
    running.send(":")
    running.sees("⏎ go there")
    running.send("proces")
    running.sees(": proces▏")
    running.send("\r")
    running.until("the palette's end", lambda text: "⏎ go there" not in text)
    running.send("5/zzz")
    running.until("what is hidden", lambda text: re.search(r"/zzz▏ 0 of \d · hides \d DOWN", text))
    assert re.search(r"DOWN  · \d finding", running.text().splitlines()[0]), "the verdict goes by no filter"
    running.send("\r")
    running.sees("esc show all")
    running.send("\x1b")
    running.sees("self.process")


def test_the_window_may_be_made_small_and_large_again(running: RealConsole) -> None:
    running.resize(40, 12)
    running.until("one pane", lambda text: "[ ] next" in text and "1 Memory" not in text)
    running.send("]")
    running.sees("1 Memory")
    running.send(":")
    running.sees("⏎ go there")
    running.send("\x1b")
    running.until("the palette's end", lambda text: "⏎ go there" not in text)
    running.resize(120, 40)
    running.until("all panes", lambda text: "1 Memory" in text and "5 Findings" in text)
