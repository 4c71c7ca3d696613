"""What the terminal shows, and what of it can be copied."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from opsconsole.doctor.found import State
from opsconsole.doctor.terminal import clipboard, terminal
from tests.support.parts import OUTER, lack

WIDE = (120, 40)


def seen(environ: dict[str, str], size: tuple[int, int] = WIDE) -> dict[str, State]:
    return {found.name: found.state for found in terminal(environ, size)}


@pytest.mark.parametrize(
    ("environ", "state"),
    [
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, State.GOOD),
        ({"TERM": "xterm-256color"}, State.GOOD),
        ({"TERM": "tmux-256color", "NO_COLOR": "1"}, State.GOOD),
        ({"TERM": "xterm"}, State.LESS),
        ({"TERM": "vt100"}, State.LESS),
        ({"TERM": "dumb"}, State.MISSING),
        ({}, State.MISSING),
    ],
)
def test_colours(environ, state):
    assert seen(environ)["colours"] is state


@pytest.mark.parametrize(
    ("environ", "state"),
    [
        ({"LANG": "en_GB.UTF-8"}, State.GOOD),
        ({"LANG": "C", "LC_CTYPE": "C.utf8"}, State.GOOD),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "C"}, State.LESS),
        ({"LANG": "en_GB.UTF-8", "LC_CTYPE": "POSIX"}, State.LESS),
        ({}, State.LESS),
    ],
)
def test_signs(environ, state):
    assert seen(environ)["signs"] is state


@pytest.mark.parametrize(
    ("size", "state"),
    [((120, 40), State.GOOD), ((80, 24), State.GOOD), ((79, 24), State.LESS), ((39, 12), State.MISSING)],
)
def test_size(size, state):
    assert seen({}, size)["size"] is state


def test_what_is_missing_has_its_command():
    mends = {found.name: found.mend for found in terminal({"TERM": "screen"}, WIDE)}
    assert mends == {"colours": "export TERM=screen-256color", "signs": "export LC_ALL=C.UTF-8", "size": ""}


def test_without_a_terminal_nothing_is_missing():
    assert [found.state for found in (*terminal({}, None), clipboard({"TMUX": "x"}, None))] == [State.UNUSED] * 2


@pytest.mark.parametrize("environ", [{}, {"STY": "1.pts"}])
def test_what_is_copied_leaves_a_plain_terminal_and_screen(environ):
    assert clipboard(environ, WIDE).state is State.GOOD


@pytest.mark.parametrize(("option", "state"), [("on", State.GOOD), ("external", State.GOOD), ("off", State.LESS)])
def test_a_real_tmux_is_asked_how_it_is_set(option, state, monkeypatch, tmp_path):
    if shutil.which("tmux", path=OUTER.get("PATH")) is None:
        lack("tmux", "there is none on PATH")
    tmux = ["tmux", "-f", "/dev/null", "-S", str(tmp_path / "s")]
    subprocess.run([*tmux, "new-session", "-d", "sleep 600"], check=True, env={**os.environ, "TERM": "xterm-256color"})
    try:
        subprocess.run([*tmux, "set-option", "-s", "set-clipboard", option], check=True)
        monkeypatch.setenv("TMUX", f"{tmp_path / 's'},1,0")
        found = clipboard(os.environ, WIDE)
        assert found.state is state and f"set-clipboard {option}" in found.what
        assert bool(found.mend) is (state is State.LESS)
    finally:
        subprocess.run([*tmux, "kill-server"], check=True)
    assert clipboard({"TMUX": f"{tmp_path}/gone,1,0"}, WIDE).state is State.LESS
