"""Copying: what is sent so that a text lands in the clipboard, also through tmux and GNU screen, and what is said."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.model.questions import AskConfirm
from opsconsole.tui.clipboard import MOST, around, sequence, taken
from tests.support.console import settled
from tests.support.multiplexers import inside
from tests.support.snapshots import everything_wrong
from tests.support.waiting import wait_for, wait_until
from tests.tui.fakes import CHANGE, ScriptedSession, ToldParts, a_runbook, a_state, console, painted

OSC_52 = re.compile(rb"\x1b\]52;[a-z]*;([A-Za-z0-9+/=]*)(?:\x07|\x1b\\)")


def landed(sent: bytes) -> list[str]:
    """What a terminal that is sent this has in its clipboard, one after the other."""
    return [base64.b64decode(each).decode() for each in OSC_52.findall(sent)]


def passed_on_by_tmux(sent: str) -> bytes:
    """What tmux with `allow-passthrough` lets through to its terminal: what is wrapped for it, unwrapped."""
    wrapped = re.findall(r"\x1bPtmux;((?:\x1b\x1b|[^\x1b])*)\x1b\\", sent)
    return "".join(wrapped).replace("\x1b\x1b", "\x1b").encode()


def passed_on_by_screen(sent: str) -> bytes:
    """What GNU screen passes on: the inside of each string; one that is too long for its buffer would be lost."""
    pieces = re.findall(r"\x1bP(.*?)\x1b\\", sent, re.DOTALL)
    assert all(len(piece) < 256 for piece in pieces)
    return "".join(pieces).encode()


@given(st.text(max_size=2000))
def test_a_text_lands_as_it_is_whatever_stands_between(text: str) -> None:
    text = taken(text).text
    assert landed(sequence(text).encode()) == [text]
    assert landed(passed_on_by_tmux(sequence(text, "tmux"))) == [text]
    assert landed(passed_on_by_screen(sequence(text, "screen"))) == [text]


@pytest.mark.parametrize(
    ("env", "between"),
    [
        ({"TERM": "xterm-256color"}, ""),
        ({"TERM": "screen-256color", "TMUX": "/tmp/tmux-0/default,1,0"}, "tmux"),
        ({"TERM": "tmux-256color"}, "tmux"),  # over SSH, which takes no TMUX along
        ({"TERM": "screen.xterm-256color", "STY": "7.pts-0"}, "screen"),
        ({"TERM": "screen", "STY": "7.pts-0", "TMUX": "/tmp/x,1,0"}, "screen"),
        ({"TERM": "screen-256color", "STY": "7.pts-0", "TMUX": "/tmp/x,1,0", "TERM_PROGRAM": "tmux"}, "tmux"),
        ({"TERM": "screen"}, "either"),
        ({}, ""),
    ],
)
def test_what_stands_between_is_told_by_the_environment(env: dict[str, str], between: str) -> None:
    assert around(env) == between


def test_what_is_too_large_is_cut_between_lines_and_that_is_said() -> None:
    lines = [f"line {number:06}" for number in range(20_000)]
    whole = "\n".join(lines)
    first, last = taken(whole), taken(whole, end=True)
    assert len(first.text.encode()) <= MOST < len(first.text.encode()) + 20
    assert first.text.split("\n") == lines[: len(first.text.split("\n"))]
    assert last.text.split("\n") == lines[-len(last.text.split("\n")) :]
    assert first.words == "the beginning, 72 K of 234 K"
    assert last.words == "the end, 72 K of 234 K"
    assert len(sequence(first.text)) < 100_000


@given(st.text(alphabet="aé€😀\n", max_size=400), st.integers(1, 100), st.booleans())
def test_a_cut_never_takes_a_character_apart(text: str, most: int, end: bool) -> None:
    part = taken(text, end=end, most=most)
    assert len(part.text.encode()) <= most
    assert part.text in text


def test_escapes_do_not_reach_the_clipboard() -> None:
    assert taken("\x1b[31mred\x1b[0m \x1b]52;c;AAAA\x07text\x00").text == "red text"


async def test_the_finding_under_the_cursor_is_copied_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    app = console(ToldParts(everything_wrong()))
    sent: list[str] = []
    monkeypatch.setattr(app, "send", sent.append)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for("the findings", lambda: "celery-worker.process" in painted(app))
        await pilot.press("y")
        await wait_for("the word about it", lambda: "copied the finding: " in painted(app))
        assert landed(sent[0].encode()) == [
            "DOWN celery-worker.process: runs gunicorn, expected celery; for 2 m 10 s; runbook wrong-process"
        ]
        await pilot.press("1", "y")
        await wait_for("the word about it", lambda: "copied the row: " in painted(app))
        assert landed(sent[1].encode())[0].startswith("! celery-worker 861 M 1 G +4 M/min")


async def test_what_is_typed_unseen_is_never_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    from opsconsole.tui.screens.ask import Ask

    app = console(ToldParts(everything_wrong()))
    sent: list[str] = []
    monkeypatch.setattr(app, "send", sent.append)
    async with app.run_test(size=(80, 24)) as pilot:
        for secret in (True, False):
            app.push_screen(Ask("Which?", typed=True, start="hunter2", secret=secret))
            await wait_for("the field", lambda: app.focused is not None)
            await pilot.press("end", "shift+home", "ctrl+x")
            await pilot.press("escape")
    assert [landed(each.encode()) for each in sent] == [["hunter2"]]


async def test_of_a_run_the_command_and_the_end_of_what_it_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = ToldParts(everything_wrong(), [a_runbook()])
    asked = AskConfirm(1, 0, CHANGE.text, "yes", "in /opt/EatFit24 on prod-1 as deploy", CHANGE)
    parts.script = lambda operator: ScriptedSession(operator, a_state(1), [asked])
    app = console(parts)
    sent: list[str] = []
    monkeypatch.setattr(app, "send", sent.append)
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for("the findings", lambda: "celery-worker.process" in painted(app))
        await pilot.press("enter")
        await wait_for("the runbook", lambda: "⏎ begin" in painted(app))
        await pilot.press("enter")
        await wait_for("the question", lambda: "q leave" in painted(app))
        assert app.desk is not None
        app.desk.output("".join(f"{'a line of output':20}{number:05}\r\n" for number in range(9000)))
        for keys, what in (("", "the command"), ("j", "what was printed")):
            await pilot.press("Y")
            await wait_for("the list", lambda: "what was printed" in painted(app))
            await pilot.press(*keys, "enter")
            await wait_for("the word about it", lambda what=what: f"copied {what}" in painted(app))
        assert "copied what was printed: the end, 72 K of " in painted(app)
        command, printed = (landed(each.encode())[0] for each in sent)
        assert command == CHANGE.text
        assert printed.split("\n")[-1] == "a line of output    08999"


# --- the real program, in the real tmux and the real screen ---------------------------------------------------

COPIED = "DOWN missing: "


@pytest.mark.pty
@pytest.mark.parametrize("program", ["tmux", "screen"])
def test_a_copy_reaches_the_terminal_through(tmp_path: Path, program: str) -> None:
    with inside(program, tmp_path) as real:
        real.sees("1 finding")
        settled(real)
        real.press("y")
        got = wait_until("the clipboard", lambda: landed(real.raw()), 20)
        assert got[0].startswith(COPIED)
        real.sees("copied the finding")
