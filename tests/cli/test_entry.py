"""Whatever happens, the program ends in a code that means something and at most a line or two on stderr."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.cli.program import Outcome, loading, opsconsole, with_patch

BREAK = "import opsconsole.cli.status as status\ndef main(args):\n    {}\nstatus.main = main"


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["help", "demo"]])
def test_help_and_version_load_next_to_nothing(words):
    outcome = loading(*words)
    assert outcome.code == 0
    slow = {"asyncio", "dataclasses", "msgspec", "httpx", "redis", "psutil", "textual", "rich", "yaml", "markdown_it"}
    assert not outcome.loaded & (slow | {"opsconsole.wiring"})


def test_a_crash_is_one_line_and_code_3():
    outcome = with_patch(BREAK.format("raise KeyError('a\\x1b[31m b\\nc')"), "status")
    assert outcome.code == 3
    assert outcome.out == ""
    assert outcome.err == (
        "opsconsole: internal error: KeyError: 'a\\x1b[31m b\\nc'; run again with OPSCONSOLE_DEBUG=1 for the trace\n"
    )


def test_the_trace_is_there_for_who_asks_for_it():
    outcome = with_patch(BREAK.format("raise KeyError('x')"), "status", OPSCONSOLE_DEBUG="1")
    assert outcome.code == 3
    assert "Traceback" in outcome.err and "KeyError: 'x'" in outcome.err


def test_a_command_that_cannot_even_be_imported_is_a_crash_like_any_other():
    outcome = with_patch("import opsconsole.cli as c\nc.COMMANDS['status'] = ('opsconsole.cli.nothing', '')", "status")
    assert outcome.code == 3
    assert outcome.err.startswith("opsconsole: internal error: ModuleNotFoundError") and outcome.err.count("\n") == 1


def test_every_trouble_has_its_line():
    raising = "from opsconsole.model.trouble import Trouble as T, TroubleError\n    "
    raising += "raise TroubleError(T('wrong', 'a.toml:1', 'mend it'), T('worse'))"
    outcome = with_patch(BREAK.format(raising), "status")
    assert (outcome.code, outcome.err) == (3, "opsconsole: a.toml:1: wrong; mend it\nopsconsole: worse\n")


def test_ctrl_c_is_130_without_a_word():
    interrupt = "import os, signal, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(30)"
    assert with_patch(BREAK.format(interrupt), "status") == Outcome(130, "", "")


@pytest.mark.parametrize(
    ("happens", "code"),
    [("return 0", 0), ("return 2", 2), ("return 3", 255), ("raise KeyError()", 255), ("raise SystemExit(3)", 255)],
)
def test_for_systemd_only_255_says_that_nothing_is_known(happens, code):
    patch = BREAK.replace("status", "check").format(happens)
    assert with_patch(patch, "check", "--systemd", "web").code == code


def test_bad_usage_of_a_check_for_systemd_does_not_skip_the_unit_in_silence():
    assert opsconsole("check", "--systemd").code == 255


def test_who_stops_reading_gets_no_complaint():
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "opsconsole", "--help"]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=30)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_terminal_without_our_signs_still_gets_the_words():
    outcome = opsconsole("--help", PYTHONIOENCODING="ascii")
    assert outcome.code == 0
    assert "0 OK ? 1 DEGRADED" in outcome.out


def test_the_console_wants_a_terminal_and_says_what_works_without_one():
    outcome = opsconsole()
    assert (outcome.code, outcome.out) == (3, "")
    assert outcome.err == "opsconsole: the console needs a terminal; `opsconsole status` works without one\n"
