"""What is asked, and how it reads in plain lines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.cli.plainly import Plainly
from opsconsole.cli.run_text import keys_of, prompt
from opsconsole.model.questions import (
    AskChanged,
    AskConfirm,
    AskEnd,
    AskFailed,
    AskShown,
    AskTick,
    AskUnknown,
    AskWatch,
)
from opsconsole.model.runbook import Risk
from opsconsole.model.text import plain
from opsconsole.run.core import begin
from opsconsole.run.place import Place
from opsconsole.run.questions import ask_confirm, target_of
from opsconsole.run.values import Ready
from tests.run.books import begun, book, command, step


@pytest.mark.parametrize(
    ("ready", "target"),
    [
        (Ready("docker volume rm pgdata"), "pgdata"),
        (Ready("rm -rf -- /srv/old"), "/srv/old"),
        (Ready("redis-cli -p 6379 FLUSHALL"), "FLUSHALL"),
        (Ready("rm -rf $DIR"), "box"),
        (Ready("dropdb 'unclosed"), "box"),
        (Ready("rm x | tee $log"), "x"),
        (Ready('dropdb "$name"', {"name": "shop"}, (("name", "shop"),)), "shop"),
        (Ready('x "$pw" shop', {"pw": "s"}, (("pw", "••••••"),), ("pw",)), "shop"),
    ],
)
def test_before_something_is_destroyed_its_name_is_to_be_typed(ready: Ready, target: str) -> None:
    assert target_of(ready, "box") == target


@pytest.mark.parametrize(
    ("risk", "options", "said", "mode"),
    [
        (Risk.READ, {}, {}, "no"),
        (Risk.READ, {"confirm": "yes"}, {}, "yes"),
        (Risk.READ, {}, {"conditional": True, "caption": "if it hangs"}, "yes"),
        (Risk.READ, {"when": "tag"}, {}, "yes"),
        (Risk.UNKNOWN, {}, {}, "yes"),
        (Risk.CHANGE, {"confirm": "no"}, {}, "yes"),
        (Risk.DESTROY, {"confirm": "no"}, {}, "type"),
    ],
)
def test_the_confirmation_fits_the_danger_and_is_never_less(
    risk: Risk, options: dict[str, str], said: dict[str, object], mode: str
) -> None:
    one = command("x", risk, **said)
    state = begin(begun(), book(step("s", one, **options)))
    asked = ask_confirm(state, 0, 0, Ready("x"), Place(("bash", "-c", None), Path("/"), "here"))
    assert asked.mode == mode


READ, REFUSED = command("ls"), "forbidden here"


@pytest.mark.parametrize(
    ("question", "keys"),
    [
        (AskConfirm(0, 0, "ls", "no", "here", READ), "ysebqv!l"),
        (AskConfirm(0, 0, "rm x", "type", "here", READ, target="x"), "sebqv!l"),
        (AskConfirm(0, 0, "rm x", "type", "here", READ, target="x", refused=REFUSED), "rsebqv!l"),
        (AskConfirm(0, 0, "rm x", "yes", "here", READ, refused=REFUSED, overridable=True), "rseobqv!l"),
        (AskConfirm(0, 0, "ls", "yes", "here", READ, rest=2), "yasebqv!l"),
        (AskConfirm(0, 0, "ls\nls", "yes", "here", READ, joined=2), "ypsebqv!l"),
        (AskShown(0, 0, "ls", "for another machine", READ, here=True), "dshbqv!l"),
        (AskShown(0, 0, "ls", "for the inside of a shell", READ), "dsbqv!l"),
        (AskFailed(0, 0, "exit code 1", leaves=("cd /srv",)), "rskebqv!l"),
        (AskTick(0), "ynsbqv!l"),
        (AskFailed(0, 0, "exit code 1"), "rsebqv!l"),
        (AskFailed(0, 0, "exit code 1", "rm x", 3), "rseubqv!l"),
        (AskUnknown(0, 0, "gone"), "rdsbqv!l"),
        (AskChanged("/book.md", "1 line put in", ("+x",)), "yql"),
        (AskChanged("/book.md", "1 line put in", ("+x",), running=True), "yl"),
        (AskWatch("ben steers this run"), "tl"),
        (AskWatch("ben steers this run", "not now"), "l"),
        (AskEnd(), "ybv!l"),
    ],
)
def test_every_key_that_answers_stands_in_the_question(question: AskConfirm, keys: str) -> None:
    assert keys_of(question) == keys
    assert all(re.search(rf"\[{key}\]", prompt(question)) for key in keys)


PIECES = ["a", "b ", "\x1b[1;31m", "\x1b[0m", "\x1b]0;title\x07", "\x1b]8;;x\x1b\\", "\x1b(B", "\r\n", "\r", "\n"]


def shown(text: str, data: st.DataObject) -> str:
    """What is shown of a stream that comes cut at any places."""
    plainly, said = Plainly(), ""
    while text:
        size = data.draw(st.integers(1, len(text)))
        said += plainly.feed(text[:size])
        text = text[size:]
    return said + plainly.flush()


@given(st.lists(st.sampled_from(PIECES)).map("".join), st.data())
def test_escapes_are_taken_out_however_the_stream_is_cut(text: str, data: st.DataObject) -> None:
    assert shown(text, data) == plain(text.replace("\r\n", "\n").replace("\r", "\n"))


@given(st.text(alphabet="ab\x1b[]P\\0;1m\r\n\x07\x9b", max_size=30), st.data())
def test_nothing_a_terminal_would_obey_gets_through_whatever_comes(text: str, data: st.DataObject) -> None:
    assert not {"\x1b", "\x07", "\x9b", "\r"} & set(shown(text, data))
