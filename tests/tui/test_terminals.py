"""The real program on terminals as people have them: few colours, none, no UTF-8, dumb ones, tmux and GNU screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.console import RealConsole, real_console, settled
from tests.support.multiplexers import LITTLE, inside

pytestmark = pytest.mark.pty

ESCAPES = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]P].*?(?:\x07|\x1b\\)|\x1b.", re.DOTALL)
_OF_SIXTEEN = {str(base + number) for base in (30, 40, 90, 100) for number in range(8)}
FAULTY = "the theme is dark until this is mended"


@pytest.fixture
def stack(tmp_path: Path) -> str:
    file = tmp_path / "stack.toml"
    file.write_text(LITTLE % tmp_path)
    return str(file)


def colours(console: RealConsole) -> set[str]:
    """Every colour that was asked for, by the figures that stand for it."""
    found = set()
    for sgr in re.findall(r"\x1b\[([0-9;]*)m", console.raw().decode("utf-8", "replace")):
        found |= set(re.findall(r"[34]8;[25](?=;)", sgr))
        found |= {one for one in re.sub(r"[34]8;(?:2;\d+;\d+;\d+|5;\d+)", "", sgr).split(";") if one in _OF_SIXTEEN}
    return found


def test_a_faulty_theme_is_told_and_the_console_is_there_behind_it_also_without_colours_and_signs(stack: str) -> None:
    mine = Path(stack).with_name("mine.toml")
    mine.write_text('[styles]\ndown = "bold crimsonn"\n')
    env = {"NO_COLOR": "1", "LC_ALL": "C"}
    with real_console("--stack", stack, "--theme", str(mine), env=env, columns=100, rows=30) as console:
        console.sees("styles.down: 'bold crimsonn' is not a style")
        console.sees(FAULTY)
        settled(console)
        console.send("\r")
        console.until("the words to be gone", lambda text: FAULTY not in text)
        console.sees("x DOWN")
        console.press("q")
        assert console.wait() == 0
        assert colours(console) == set()
        assert ESCAPES.sub(b"", console.raw()).isascii()


def test_where_there_are_sixteen_colours_only_these_are_sent(stack: str) -> None:
    with real_console("--stack", stack, env={"TERM": "linux"}, columns=80, rows=24) as console:
        console.sees("✗ DOWN")
        settled(console)
        console.press("r")
        console.sees("no runbook lies beside")
        console.send("T")
        console.sees("only the sixteen colours")
        settled(console)
        console.send("\x1b")
        sent = colours(console)
        assert "31" in sent
        assert not any(";" in colour for colour in sent)


def test_colours_are_chosen_while_one_looks_and_kept_for_the_next_console(stack: str) -> None:
    light = b"48;2;251;251;250"
    with real_console("--stack", stack, env={"COLORTERM": "truecolor"}) as console:
        console.sees("1 finding")
        settled(console)
        console.send("T")
        console.sees("for bright rooms")
        settled(console)
        assert light not in console.raw()
        console.send("j")
        console.until("bright cells", lambda _: light in console.raw())
        console.send("\x1b")
        console.until("the list to be gone", lambda text: "for bright rooms" not in text)
        settled(console)
        console.send("T")
        console.sees("for bright rooms")
        settled(console)
        console.send("j\r")
        console.sees("theme light")
        console.press("q")
        assert console.wait() == 0
    with real_console("--stack", stack, env={"COLORTERM": "truecolor"}) as console:
        console.sees("1 finding")
        assert light in console.raw()


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_place_text_is_told_what_works_there(stack: str, term: str) -> None:
    with real_console("--stack", stack, env={"TERM": term}) as console:
        assert console.wait() == 3
        console.sees("`opsconsole status` and `opsconsole run` work here")
        assert b"\x1b" not in console.raw()


@pytest.mark.parametrize("program", ["tmux", "screen"])
def test_inside(tmp_path: Path, program: str) -> None:
    """Signs, frames, keys and a smaller window get through."""
    with inside(program, tmp_path) as console:
        console.sees("✗ DOWN")
        console.sees("┌ 5 Findings ─")
        console.resize(80, 24)
        console.until("the narrow screen", lambda text: "5 Findings ─" in text and "┌" not in text)
        settled(console)
        console.press("?")
        console.sees("theme: the colours")
