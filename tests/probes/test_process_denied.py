"""What we may not see is no proof that it is not there: it is said so, and is UNKNOWN."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from opsconsole.model.sample import Problem, ProblemKind, Target
from opsconsole.model.service import ProcessesRef, UnitRef
from opsconsole.model.verdict import Level
from opsconsole.probes import open_probe
from opsconsole.probes.base import World
from opsconsole.probes.proc import matching
from opsconsole.probes.systemd import Units
from tests.probes.processes import Recorded

HIDDEN = "but other users' processes are hidden here (hidepid); run as root"


@pytest.fixture
def hiding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """A machine that shows nobody but root the processes of others, and we are not root."""
    box = Recorded(tmp_path)
    box.process(7_000_001, 1, ["ours"])
    mounts = tmp_path / "proc" / str(os.getpid()) / "mounts"
    mounts.parent.mkdir()
    mounts.write_text(f"sysfs /sys sysfs rw 0 0\nproc {tmp_path}/proc proc rw,hidepid=invisible,gid=4 0 0\n")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return box


def test_a_process_that_may_only_be_hidden_is_unknown_and_not_down(hiding: Recorded) -> None:
    found = matching(hiding.world, ProcessesRef("celery"))
    assert found == Problem(ProblemKind.DENIED, f"no process has 'celery' in its command line, {HIDDEN}")
    assert found.kind.level is Level.UNKNOWN


def test_root_sees_all_and_then_what_is_not_there_is_gone(hiding: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    found = matching(hiding.world, ProcessesRef("celery"))
    assert isinstance(found, Problem)
    assert found.kind is ProblemKind.GONE


@pytest.mark.parametrize("option", ["hidepid=0", "hidepid=off", "relatime"])
def test_a_machine_that_hides_nothing_is_believed(hiding: Recorded, option: str) -> None:
    mounts = hiding.root / "proc" / str(os.getpid()) / "mounts"
    mounts.write_text(f"proc {hiding.root}/proc proc rw,{option} 0 0\n")
    found = matching(hiding.world, ProcessesRef("celery"))
    assert isinstance(found, Problem)
    assert found.kind is ProblemKind.GONE


async def test_a_unit_whose_main_process_is_hidden_is_not_called_stopped(hiding: Recorded) -> None:
    said = "Id=a.service\\nLoadState=loaded\\nActiveState=active\\nSubState=running\\nMainPID=7000077\\n"
    world = hiding.world
    world._units = Units(("sh", "-c", f"printf '{said}'", "sh"))
    sample = (await open_probe("process", world).read([Target("process", "a", UnitRef("a.service"))], 5.0))[0]
    assert sample.problem is not None
    assert sample.problem.kind is ProblemKind.DENIED
    assert "unit a.service are hidden from this user" in sample.problem.reason
    await world.close()


def test_a_working_folder_that_we_may_not_see_is_denied_with_whose_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Recorded(tmp_path)
    box.process(7_000_001, 1, ["celery", "worker"])
    world = box.world

    def refused(pid: int) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(world.processes), "folder", lambda self, pid: refused(pid))
    found = matching(world, ProcessesRef("celery", cwd="/opt/app"))
    assert isinstance(found, Problem)
    assert found.kind is ProblemKind.DENIED
    assert "may not see in which folder process 7000001 of user" in found.reason


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_user_without_rights_still_tells_what_roots_processes_run() -> None:
    """Command lines are for all to read; only folders and programs' paths are not."""
    program = (
        "import os, sys\n"
        "from opsconsole.model.service import ProcessesRef\n"
        "from opsconsole.probes.base import World\n"
        "from opsconsole.probes.proc import matching\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "found = matching(World(), ProcessesRef(sys.argv[1]))\n"
        "print([(p.program, p.user) for p in found] if isinstance(found, list) else found.reason)\n"
        "found = matching(World(), ProcessesRef(sys.argv[1], cwd='/'))\n"
        "print(found.kind.name)\n"
    )
    word = f"role-{os.getpid()}"
    with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()", word], start_new_session=True) as own:
        try:
            told = subprocess.run(
                [sys.executable, "-c", program, word], capture_output=True, text=True, timeout=20, check=False
            )
        finally:
            own.kill()
    # The asker itself carries the word too, and is left out.
    assert (told.stdout, told.stderr) == ("[('python', 'root')]\nDENIED\n", "")


async def test_both_services_that_we_may_see_and_others_are_answered_in_one_look(hiding: Recorded) -> None:
    world: World = hiding.world
    targets = [Target("process", argv, ProcessesRef(argv)) for argv in ("ours", "theirs")]
    ours, theirs = await asyncio.wait_for(open_probe("process", world).read(targets, 5.0), 10)
    assert ours.value.main.program == "ours"
    assert theirs.problem is not None
    assert theirs.problem.kind is ProblemKind.DENIED


def test_without_proc_nothing_is_known_and_nobody_is_called_gone(tmp_path: Path) -> None:
    world = World(proc=tmp_path)
    assert matching(world, ProcessesRef("anything")) == Problem(
        ProblemKind.NO_TOOL, f"no processes can be seen: {tmp_path} is not mounted"
    )
