"""`opsconsole doctor` by the real program: it says what is missing and how to mend it, and changes nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from opsconsole.cli.doctor import exit_of, render
from opsconsole.cli.status_text import Paper
from opsconsole.doctor.found import Found, State
from tests.cli.program import opsconsole
from tests.cli.site import stack_file
from tests.support.parts import lack


def all_of(folder: Path) -> dict[str, tuple[float, int]]:
    return {str(path): (path.lstat().st_mtime, path.lstat().st_size) for path in sorted(folder.rglob("*"))}


def test_it_looks_at_everything_and_changes_nothing(tmp_path):
    stack_file(tmp_path, '[[service]]\nname = "me"\nprocesses = { argv = "pytest" }\nprocess = { is = "python" }\n')
    before = all_of(tmp_path)
    outcome = opsconsole("doctor", "--format", "json", cwd=tmp_path)
    told = json.loads(outcome.out)
    assert outcome.code == told["exit"] and outcome.err == ""
    names = [finding["name"] for finding in told["findings"]]
    expected = ["stack file", "engine", "/proc", "cgroups", "systemd", "Redis", "programs", "state folder"]
    expected += ["alerts", "sign-out"]
    assert list(dict.fromkeys(names))[: len(expected)] == expected and names[-1] == "clipboard"
    stack, state = (next(f for f in told["findings"] if f["name"] == name) for name in ("stack file", "state folder"))
    assert stack["state"] == "good" and "shop, 1 service, " in stack["what"]
    assert state["what"].endswith("made by the first run")
    assert all_of(tmp_path) == before


def test_a_stack_file_with_faults_is_told_and_the_rest_is_examined(tmp_path):
    (tmp_path / "stack.toml").write_text('name = "x"\nservcie = 1\n')
    outcome = opsconsole("doctor", cwd=tmp_path)
    assert outcome.code == 2 and outcome.err == ""
    assert "✗ stack file" in outcome.out and "stack.toml:2" in outcome.out and "state folder" in outcome.out


def test_a_stack_file_that_is_not_there(tmp_path):
    outcome = opsconsole("doctor", "--stack", "gone.toml", cwd=tmp_path)
    assert outcome.code == 2 and "there is no stack file" in outcome.out and "engine" in outcome.out


def test_where_processes_are_really_hidden_it_is_said_with_the_command_that_shows_them():
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        lack("root", "only root can become nobody, and by setpriv")
    apart = ["unshare", "--mount", "--pid", "--fork", "sh", "-c"]
    mount = "mount -t proc -o hidepid=2,gid=4 proc /proc"
    if shutil.which("unshare") is None or subprocess.run([*apart, mount], capture_output=True).returncode:
        lack("mounts", "unshare fails or is not there")
    become = "setpriv --reuid=nobody --regid=nogroup {} --inh-caps=+dac_read_search --ambient-caps=+dac_read_search"
    program = f"{mount} && exec {become} {sys.executable} -m opsconsole doctor"
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        for groups, hidden in (("--clear-groups", True), ("--groups=4", False)):
            told = subprocess.run(
                [*apart, program.format(groups)],
                env={**os.environ, "HOME": home, "XDG_CONFIG_HOME": "", "XDG_STATE_HOME": ""},
                cwd=Path(__file__).parent.parent.parent,
                capture_output=True,
                text=True,
                timeout=60,
            )
            line = next(line for line in told.stdout.splitlines() if " /proc " in line)
            assert line.startswith("✗" if hidden else "✓"), told
            assert ("$ sudo usermod -aG adm nobody" in told.stdout) is hidden
            assert "may not make it in" in told.stdout, "the state folder is closed too"


@pytest.mark.parametrize(
    ("states", "code"),
    [
        ([State.GOOD, State.UNUSED], 0),
        ([State.GOOD, State.LESS], 1),
        ([State.LESS, State.MISSING], 2),
        ([State.DENIED], 2),
        ([], 0),
    ],
)
def test_the_code_is_that_of_the_worst(states, code):
    assert exit_of([Found("x", state, "") for state in states]) == code


def test_how_it_reads():
    found = [
        Found("stack file", State.GOOD, "a.toml: shop, 4 services, 12 checks"),
        Found(
            "engine", State.DENIED, "no permission on its socket; after that log in again", "sudo usermod -aG docker me"
        ),
        Found("signs", State.LESS, "no locale is set", "export LC_ALL=C.UTF-8"),
    ]
    head, *lines = render(found, Paper(60)).partition("could be better\n")[::2]
    assert " ".join(head.split()).endswith(": 1 thing is missing or closed to us, 1")
    assert lines[0].splitlines() == [
        "✓ stack file   a.toml: shop, 4 services, 12 checks",
        "✗ engine       no permission on its socket; after that log",
        "               in again",
        "               $ sudo usermod -aG docker me",
        "! signs        no locale is set",
        "               $ export LC_ALL=C.UTF-8",
    ]


def test_on_a_narrow_terminal_what_is_so_stands_below_its_name():
    found = [Found("state folder", State.DENIED, "/var/lib/x may not be written by me", "sudo chown -R me /var/lib/x")]
    *head, name, first, second, mend = render(found, Paper(32)).splitlines()
    assert all(len(line) <= 32 for line in (*head, name, first, second))
    assert [name, first, second] == ["✗ state folder", "    /var/lib/x may not be", "    written by me"]
    assert mend == "    $ sudo chown -R me /var/lib/x"
