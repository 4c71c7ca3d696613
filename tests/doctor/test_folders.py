"""Where our files are: there, not there, or behind a door."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from opsconsole.doctor.folders import closed_places, stack_file, state_folder
from opsconsole.doctor.found import State
from opsconsole.model.trouble import Trouble
from tests.support.parts import lack
from tests.support.reachable import let_others_in


def as_nobody(expression: str, folder: Path) -> str:
    """What `expression` gives to somebody without any right, with `folder` in `folder`."""
    if os.geteuid() != 0:
        lack("root", "only root can become nobody")
    program = (
        "import os, sys, pwd, grp; from pathlib import Path\n"
        "from opsconsole.doctor.folders import *; from opsconsole.model.trouble import Trouble\n"
        "from opsconsole.stack.locate import locate\n"
        "folder = Path(sys.argv[1]); pwd.getpwall(); grp.getgrall()\n"
        "os.chdir('/'); os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        f"found = {expression}\n"
        "print(found.state.word, found.what, found.mend, sep='|')\n"
    )
    told = subprocess.run([sys.executable, "-c", program, str(folder)], capture_output=True, text=True, timeout=60)
    assert told.returncode == 0, told.stderr
    return told.stdout.rstrip("\n")


CLOSED = "denied|{} may not be written by nobody, so no run can be recorded"
NOT_THERE = "denied|{} does not exist, and nobody may not make it in {}"
STATE = "state_folder(folder / '{}', shared={}, user='nobody')"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    let_others_in(tmp_path)
    return tmp_path


def test_a_folder_that_can_be_made_is_good_and_is_not_made(tmp_path):
    found = state_folder(tmp_path / "a" / "b", shared=False, user="me")
    assert found.state is State.GOOD and "made by the first run" in found.what
    assert not (tmp_path / "a").exists()
    assert state_folder(tmp_path, shared=False, user="me").what == f"{tmp_path} can be written"


def test_a_file_in_its_place_is_no_folder(tmp_path):
    (tmp_path / "state").write_text("")
    assert state_folder(tmp_path / "state", shared=False, user="me").state is State.MISSING
    assert state_folder(tmp_path / "state" / "more", shared=False, user="me").state is State.MISSING


@pytest.mark.parametrize(
    ("name", "mode", "shared", "told"),
    [
        ("own", 0o755, False, f"{CLOSED}|sudo chown -R nobody {{}}"),
        ("ours", 0o2770, True, f"{CLOSED}; after that log in again|sudo usermod -aG root nobody"),
        ("gone", None, False, f"{NOT_THERE}|sudo install -d -m 700 -o nobody {{}}"),
        ("gone", None, True, f"{NOT_THERE}|sudo install -d -m 2770 -g nogroup {{}}"),
    ],
)
def test_a_closed_folder_gets_the_command_that_opens_it(folder, name, mode, shared, told):
    if mode is not None:
        (folder / name).mkdir()
        (folder / name).chmod(mode)
    places = [folder / name] * told.count("{}")
    if mode is None:
        places[1] = folder
    assert as_nobody(STATE.format(name, shared), folder) == told.format(*places)


def test_what_lies_behind_a_closed_door_is_not_called_missing(folder):
    (folder / "closed").mkdir(mode=0o700)
    told = as_nobody(STATE.format("closed/state", False), folder)
    assert told == f"denied|{folder}/closed/state cannot be seen by nobody: a folder above it may not be entered|"


READ = "stack_file(folder / 'a.toml', [Trouble('no permission to read it', 'a.toml')], [], '', 'nobody')"


def test_a_stack_file_that_may_not_be_read_is_closed_and_not_wrong(folder):
    (folder / "a.toml").write_text("")
    (folder / "a.toml").chmod(0o600)
    assert as_nobody(READ, folder).startswith("denied|a.toml: no permission to read it|sudo chgrp nogroup ")
    (folder / "a.toml").chmod(0o640)
    told = as_nobody(READ, folder)
    assert told == "denied|a.toml: no permission to read it; after that log in again|sudo usermod -aG root nobody"


def test_usual_places_behind_a_closed_door_are_named(folder):
    (folder / "etc").mkdir(mode=0o700)
    (folder / "etc" / "opsconsole").mkdir()
    (folder / "own").mkdir()
    places = "[folder / 'own', folder / 'etc' / 'opsconsole', folder / 'gone']"
    told = as_nobody(f"stack_file(None, [], list(closed_places({places})), '', 'nobody')", folder)
    assert told == f"denied|none is seen, but one may lie in {folder}/etc/opsconsole, which we may not look into|"


def test_without_a_stack_file_there_is_a_command_that_writes_one(tmp_path):
    found = stack_file(None, [], list(closed_places([tmp_path / "gone"])), "", "me")
    assert (found.state, found.mend) == (State.LESS, "opsconsole init")


def test_a_stack_file_with_faults_shows_the_first_and_where_all_are(tmp_path):
    file = tmp_path / "a.toml"
    file.write_text("")
    found = stack_file(file, [Trouble("wrong", "a.toml:1", "mend it"), Trouble("worse", "a.toml:2")], [], "", "me")
    assert found.state is State.MISSING and found.what == "a.toml:1: wrong; mend it; and 1 more"
    assert found.mend == f"opsconsole --stack {file} status"
    one = stack_file(file, [Trouble("wrong", "a.toml:1")], [], "", "me")
    assert one.mend == ""
