"""`opsconsole status` and `check` as they are used: the real program, real endpoints, the code at the end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from tests.cli.program import loading, opsconsole, with_patch
from tests.cli.site import refused, site, stack_file
from tests.support.waiting import wait_until

__all__ = ["refused", "site"]

NOWHERE = '[[health]]\nname = "out"\nurl = "http://nowhere.invalid/"\n'


def test_all_is_well(site, tmp_path):
    stack_file(tmp_path, site.health("web", "200"))
    outcome = opsconsole("status", "web", cwd=tmp_path)
    head, row, counts = outcome.out.splitlines()
    assert (outcome.code, outcome.err) == (0, "")
    assert head.startswith("shop on ") and head.endswith(" OK")
    assert row.startswith("✓ web.health")
    assert counts.startswith("✓ 1 OK") and counts.endswith(" s")


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        (["200"], 0),
        (["200", "503"], 2),
        (["200", "refused"], 2),
        (["200", "slow"], 1),
        (["200", "nowhere"], 3),
        (["200", "maybe nowhere"], 0),
        (["slow", "nowhere"], 1),
        (["503", "slow", "nowhere"], 2),
    ],
)
def test_the_code_says_how_bad_it_is(site, refused, tmp_path, entries, code):
    known = {
        "200": site.health("good", "200"),
        "503": site.health("bad", "503"),
        "slow": site.health("slow", "200", 'within = "1ms"'),
        "refused": f'[[health]]\nname = "refused"\nurl = "{refused}"\n',
        "nowhere": NOWHERE,
        "maybe nowhere": NOWHERE + "optional = true\n",
    }
    names = {"200": "good", "503": "bad", "nowhere": "out", "maybe nowhere": "out"}
    file = stack_file(tmp_path, *(known[entry] for entry in entries))
    asked = [names.get(entry, entry) for entry in entries]
    outcome = opsconsole("--stack", str(file), "status", *asked)
    assert outcome.code == code, outcome.out
    assert opsconsole("check", *asked, "--quiet", "--stack", str(file)).code == code
    for name in asked:
        assert f"{name}.health" in outcome.out


def test_what_is_wrong_is_named_with_its_runbook(site, tmp_path):
    (tmp_path / "mend.md").write_text("# Mend it\n")
    stack_file(tmp_path, site.health("web", "503", 'runbooks = ["mend"]'), site.health("good", "200"))
    outcome = opsconsole("status", cwd=tmp_path)
    row = next(line for line in outcome.out.splitlines() if "web.health" in line)
    assert row.startswith("✗ web.health") and "503" in row and row.endswith("mend")
    assert "good.health" not in outcome.out, "what is well is only counted"
    assert "good.health" in opsconsole("status", "--all", cwd=tmp_path).out


def test_an_endpoint_that_hangs_costs_its_time_out_and_the_others_are_told(site, tmp_path):
    file = stack_file(tmp_path, site.health("stuck", "hang", 'timeout = "500ms"'), site.health("good", "200"))
    outcome = opsconsole("status", "--stack", str(file), "stuck", "good")
    assert (outcome.code, outcome.err) == (2, "")
    assert "✗ stuck.health" in outcome.out and "✓ good.health" in outcome.out


def test_a_dead_name_server_does_not_hold_up_the_end(tmp_path):
    endpoint = '[[health]]\nname = "far"\nurl = "http://far.invalid/"\ntimeout = "300ms"\n'
    queue = (
        '[[queue]]\nname = "far"\nbroker = "redis://far.invalid/0"\nkind = "list"\nqueues = ["a"]\ntimeout = "300ms"\n'
    )
    file = stack_file(tmp_path, endpoint, queue + "depth = { degraded = 1 }")
    patch = "import socket, time\nsocket.getaddrinfo = lambda *words, **options: time.sleep(100)"
    outcome = with_patch(patch, "status", "far", "--stack", str(file))
    assert (outcome.code, outcome.err) == (2, "")
    assert "far.health" in outcome.out and "far.depth" in outcome.out


@pytest.fixture
def listening_to_ctrl_c():
    """Who runs the tests in the background may have had SIGINT ignored, for all that they start too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("listening_to_ctrl_c")
def test_ctrl_c_ends_it_at_once_without_a_word(site, tmp_path):
    file = stack_file(tmp_path, site.health("stuck", "hang", 'timeout = "50s"'))
    command = [sys.executable, "-m", "opsconsole", "status", "stuck", "--stack", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as status:
        wait_until("it asks the endpoint", site.asked.is_set)
        status.send_signal(signal.SIGINT)
        out, err = status.communicate(timeout=10)
    assert (status.returncode, out, err) == (130, b"", b"")


def test_as_json_it_is_the_same(site, tmp_path):
    stack_file(tmp_path, site.health("web", "503"), site.health("good", "200"))
    outcome = opsconsole("status", "web", "good", "--format", "json", cwd=tmp_path)
    answer = json.loads(outcome.out)
    assert outcome.code == answer["exit"] == 2
    assert [(check["name"], check["level"]) for check in answer["checks"]] == [
        ("web.health", "DOWN"),
        ("good.health", "OK"),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = ", "stack.toml:1"),
        ('name = "x"\nservcie = 1\n', "servcie"),
        ('name = "x"\n[[health]]\nname = "a"\nurl = 7\n', "stack.toml:4"),
    ],
)
@pytest.mark.parametrize("command", ["status", "check x", "status --format json"])
def test_a_bad_stack_file_is_named_with_the_place_and_never_a_verdict(tmp_path, text, says, command):
    (tmp_path / "stack.toml").write_text(text)
    outcome = opsconsole(*command.split(), cwd=tmp_path)
    assert (outcome.code, outcome.out) == (3, "")
    assert says in outcome.err and "Traceback" not in outcome.err
    assert all(line.startswith("opsconsole: ") for line in outcome.err.splitlines())


def test_a_stack_file_that_is_not_there(tmp_path):
    outcome = opsconsole("status", "--stack", "gone.toml", cwd=tmp_path)
    assert (outcome.code, outcome.out) == (3, "")
    assert "gone.toml" in outcome.err and outcome.err.count("\n") == 1


def test_a_name_that_is_no_check(site, tmp_path):
    file = stack_file(tmp_path, site.health("web", "200"))
    outcome = opsconsole("status", "wbe.health", "--stack", str(file))
    assert (outcome.code, outcome.out) == (3, "")
    assert "'wbe.health'" in outcome.err and "did you mean web.health" in outcome.err


def test_quiet_prints_nothing(site, tmp_path):
    file = stack_file(tmp_path, site.health("web", "503"))
    outcome = opsconsole("check", "web", "--quiet", "--stack", str(file))
    assert (outcome.code, outcome.out, outcome.err) == (2, "", "")


def test_for_systemd_unknown_is_255_and_down_stays_2(site, tmp_path):
    file = str(stack_file(tmp_path, site.health("web", "503"), NOWHERE))
    assert opsconsole("check", "--systemd", "web", "--stack", file).code == 2
    assert opsconsole("check", "--systemd", "out", "--stack", file).code == 255
    assert opsconsole("check", "--systemd", "nobody", "--stack", file).code == 255


def test_without_a_stack_file_it_looks_at_what_is_here(tmp_path):
    outcome = opsconsole("status", "--all", cwd=tmp_path)
    assert outcome.code in (0, 1, 2, 3) and outcome.err == ""
    assert "no checks" not in outcome.out and len(outcome.out.splitlines()) > 2


def test_it_loads_only_what_the_stack_has(site, tmp_path):
    file = stack_file(tmp_path, site.health("web", "200"))
    outcome = loading("status", "web", "--stack", str(file))
    assert outcome.code == 0
    never = {"textual", "rich", "markdown_it", "mdit_py_plugins", "tree_sitter", "yaml", "docker"}
    not_here = {"redis", "psutil", "opsconsole.probes.queue", "opsconsole.probes.engine", "opsconsole.probes.memory"}
    not_here |= {
        f"opsconsole.{part}.{kind}" for part in ("probes", "checks") for kind in ("tls", "clock", "env", "unit")
    }
    dear = {"opsconsole.model.runbook", "opsconsole.model.run", "opsconsole.runbook.library"}
    assert not outcome.loaded & (never | not_here | dear)


def test_who_stops_reading_still_gets_the_right_code(site, tmp_path):
    file = stack_file(tmp_path, site.health("web", "503"))
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "opsconsole", "status", "web", "--stack", str(file)]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=30)
    os.close(writing)
    assert (done.returncode, done.stderr) == (2, b"")


def test_a_full_disk_is_said(site, tmp_path):
    file = stack_file(tmp_path, site.health("web", "200"))
    command = [sys.executable, "-m", "opsconsole", "status", "web", "--stack", str(file)]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=30)
    assert done.returncode == 3
    assert done.stderr == b"opsconsole: stdout: cannot write the result: No space left on device\n"


def test_a_terminal_without_our_signs_gets_others(site, tmp_path):
    file = stack_file(tmp_path, site.health("web", "503"))
    out = opsconsole("status", "web", "--stack", str(file), PYTHONIOENCODING="ascii").out
    assert "x web.health" in out and "x 1 down" in out and out.isascii()


@pytest.mark.pty
@pytest.mark.parametrize(
    ("options", "environment", "colours"),
    [([], {}, True), (["--no-color"], {}, False), ([], {"NO_COLOR": "1"}, False), ([], {"TERM": "dumb"}, False)],
)
def test_on_a_terminal_it_is_coloured_unless_somebody_said_no_and_keeps_to_the_width(
    site, tmp_path, options, environment, colours
):
    file = stack_file(tmp_path, site.health("web", "503"))
    words = ["-m", "opsconsole", *options, "status", "web", "--stack", str(file)]
    child = pexpect.spawn(
        sys.executable, words, env={**os.environ, **environment}, dimensions=(24, 60), encoding="utf-8"
    )
    child.expect(pexpect.EOF, timeout=30)
    child.close()
    assert child.exitstatus == 2
    assert ("\x1b[1;31m✗\x1b[0m web.health" in child.before) is colours
    assert ("\x1b" in child.before) is colours
    if not colours:
        assert {len(line) for line in child.before.splitlines()[::2]} == {60}
