"""What the kernel shows: processes of others may be hidden, which is not the same as that there are none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from opsconsole.doctor.found import State
from opsconsole.doctor.kernel import cgroups, proc
from opsconsole.probes.base import World
from tests.probes.processes import Recorded
from tests.support.parts import lack


@pytest.fixture
def box(tmp_path: Path) -> Recorded:
    recorded = Recorded(tmp_path)
    recorded.process(7_000_001, 1, ["ours"])
    return recorded


def mounted(box: Recorded, options: str) -> None:
    for who in (str(os.getpid()), "self"):
        file = box.root / "proc" / who / "mounts"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"sysfs /sys sysfs rw 0 0\nproc {box.root}/proc proc {options} 0 0\n")


@pytest.mark.parametrize("options", ["rw", "rw,hidepid=0", "rw,hidepid=invisible"])
def test_root_sees_all(box, monkeypatch, options):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    mounted(box, options)
    assert proc(box.world, "root").state is State.GOOD


@pytest.mark.parametrize(
    ("options", "mend"),
    [
        ("rw,hidepid=invisible", "sudo opsconsole"),
        ("rw,hidepid=2,gid=4", "sudo usermod -aG adm ops"),
        ("rw,gid=4,hidepid=noaccess", "sudo usermod -aG adm ops"),
        ("rw,hidepid=2,gid=987654", "sudo opsconsole"),
    ],
)
def test_hidden_processes_are_closed_to_us_and_the_command_is_the_smallest_that_helps(box, monkeypatch, options, mend):
    for name, value in (("geteuid", 1000), ("getegid", 1000), ("getgroups", [1000])):
        monkeypatch.setattr(os, name, lambda value=value: value)
    mounted(box, options)
    found = proc(box.world, "ops")
    assert (found.state, found.mend) == (State.DENIED, mend)
    assert "hidden" in found.what and ("log in again" in found.what) is ("usermod" in mend)


@pytest.mark.parametrize(("options", "groups"), [("rw,hidepid=2,gid=4", [4]), ("rw,hidepid=2", [0]), ("rw", [1000])])
def test_who_is_spared_sees_them(box, monkeypatch, options, groups):
    for name, value in (("geteuid", 1000), ("getegid", 1000), ("getgroups", groups)):
        monkeypatch.setattr(os, name, lambda value=value: value)
    mounted(box, options)
    found = proc(box.world, "ops")
    assert found.state is State.GOOD and "only by root" in found.what


def test_no_proc_is_missing_with_the_command(tmp_path):
    found = proc(World(proc=tmp_path), "ops")
    assert (found.state, found.mend) == (State.MISSING, f"sudo mount -t proc proc {tmp_path}")


def files(root: Path, *names: str, controllers: str | None = None) -> World:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("0\n")
    root.mkdir(exist_ok=True)
    if controllers is not None:
        (root / "cgroup.controllers").write_text(controllers + "\n")
    return World(cgroup=root)


@pytest.mark.parametrize(
    ("names", "controllers", "state", "says"),
    [
        (("memory/memory.usage_in_bytes", "cpu/tasks"), None, State.GOOD, "v1; memory"),
        ((), "cpuset cpu io memory pids", State.GOOD, "v2; memory"),
        ((), "cpuset cpu io pids", State.LESS, "v2, but the kernel does not count memory"),
        (("cpu/tasks",), None, State.LESS, "v1, but the kernel does not count memory"),
        ((), None, State.LESS, "no control groups at"),
    ],
)
def test_whether_memory_is_counted(tmp_path, names, controllers, state, says):
    found = cgroups(files(tmp_path / "cgroup", *names, controllers=controllers))
    assert found.state is state and found.what.startswith(says)
    assert bool(found.mend) is (state is not State.GOOD)


def test_this_machine_is_understood():
    assert proc(World(), "me").state in (State.GOOD, State.DENIED)
    assert cgroups(World()).state in (State.GOOD, State.LESS)


def test_a_list_of_mounts_is_read_to_its_end_however_many_pages_the_kernel_gives_it_in():
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        lack("mounts", "only root can mount")
    many = "for i in $(seq 60); do mkdir -p $D/$i; mount -t tmpfs none-with-a-rather-long-name-$i $D/$i; done"
    program = (
        "import os, time; from pathlib import Path; from opsconsole.probes.proctable import ProcessTable\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "print(ProcessTable(Path('/proc'), time.time).hidden)\n"
    )
    hide = "mount -t proc -o hidepid=2 proc /proc"
    with tempfile.TemporaryDirectory() as folder:
        script = f'D={folder}; mount -t tmpfs none $D && {many} && {hide} && exec {sys.executable} -c "$1"'
        apart = ["unshare", "--mount", "--pid", "--fork", "sh", "-ec", script, "sh", program]
        told = subprocess.run(apart, capture_output=True, text=True, timeout=60)
    if "mount" in told.stderr:
        lack("mounts", told.stderr.splitlines()[0])
    assert told.stdout == "True\n", told.stderr
