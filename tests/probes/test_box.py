"""The box itself: beside what others measure on this machine, and where parts of it do not answer."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from opsconsole.model.readings import BoxReading, Mount
from opsconsole.model.sample import Problem, ProblemKind, Sample, Target
from opsconsole.model.targets import BoxOf
from opsconsole.probes import open_probe
from opsconsole.probes.aside import Busy
from opsconsole.probes.base import Probe, World
from tests.support.waiting import wait_for

LOADAVG = "0.52 0.58 0.59 1/213 4512\n"
MEMINFO = "MemTotal: 2000 kB\nMemFree: 300 kB\nMemAvailable: 900 kB\nSwapTotal: 1000 kB\nSwapFree: 400 kB\n"
STAT = "cpu  1 2\ncpu0 1 2\ncpu1 1 2\ncpu11 1 2\nintr 9 9\nbtime 1700000000\n"


def box(*mounts: str) -> Target:
    """The box as a target."""
    return Target("box", "box", BoxOf(mounts))


async def look(probe: Probe, *mounts: str) -> BoxReading:
    """One reading, which must be there."""
    sample = (await probe.read([box(*mounts)], 5.0))[0]
    assert isinstance(sample, Sample)
    assert sample.problem is None, sample.problem
    reading: BoxReading = sample.value
    return reading


@pytest.fixture
def recorded(tmp_path: Path) -> World:
    """An old and small machine on file: no pressure, no limit of open files, no mount worth watching."""
    proc = tmp_path / "proc"
    (proc / "self").mkdir(parents=True)
    (proc / "loadavg").write_text(LOADAVG)
    (proc / "meminfo").write_text(MEMINFO)
    (proc / "stat").write_text(STAT)
    (proc / "self/mountinfo").write_text("22 27 0:21 / /proc rw - proc proc rw\n")
    return World(proc=proc)


async def test_disks_are_used_as_df_says() -> None:
    reading = await look(open_probe("box", World()))
    by_path = {mount.path: mount for mount in reading.mounts}
    assert reading.mounts
    assert not reading.unread
    for path, mount in by_path.items():
        used, available = _df(path)
        assert mount.used == pytest.approx(used, rel=0.01, abs=64 << 20), "the disk goes on being written to"
        assert mount.total - mount.used == pytest.approx(available, rel=0.01, abs=64 << 20)


def _df(path: str) -> tuple[int, int]:
    told = subprocess.run(
        ["df", "--block-size=1", "--output=used,avail", path], capture_output=True, text=True, check=True
    )
    used, available = told.stdout.splitlines()[1].split()
    return int(used), int(available)


async def test_memory_swap_load_cpus_and_boot_are_those_that_psutil_tells() -> None:
    reading = await look(open_probe("box", World()))
    memory, swap = psutil.virtual_memory(), psutil.swap_memory()
    assert reading.memory_total == memory.total
    assert reading.memory_available == pytest.approx(memory.available, rel=0.2, abs=512 << 20)
    assert (reading.swap_total, reading.cpus) == (swap.total, psutil.cpu_count())
    assert reading.load1 == pytest.approx(psutil.getloadavg()[0], abs=1.0)
    assert reading.booted_at == pytest.approx(psutil.boot_time(), abs=2)


async def test_no_file_system_is_shown_twice_and_none_that_is_made_of_memory() -> None:
    reading = await look(open_probe("box", World()))
    paths = [mount.path for mount in reading.mounts]
    devices = [os.stat(path).st_dev for path in paths]  # noqa: PTH116
    assert len(devices) == len(set(devices))
    assert not {"/proc", "/sys", "/dev", "/dev/shm", "/run"} & set(paths)


async def test_a_machine_without_pressure_files_has_no_pressure_rather_than_none_of_it(recorded: World) -> None:
    reading = await look(open_probe("box", recorded))
    assert reading == BoxReading(
        mounts=(),
        memory_available=900 << 10,
        memory_total=2000 << 10,
        swap_used=600 << 10,
        swap_total=1000 << 10,
        load1=0.52,
        load5=0.58,
        cpus=3,
        booted_at=1700000000.0,
    )


async def test_pressure_and_open_files_are_read_where_the_kernel_has_them(recorded: World) -> None:
    (recorded.proc / "pressure").mkdir()
    for name, stalled in (("cpu", "1.50"), ("memory", "42.00"), ("io", "0.07")):
        line = f"some avg10={stalled} avg60=9.99 avg300=9.99 total=1\nfull avg10=8.88 avg60=0 avg300=0 total=1\n"
        (recorded.proc / "pressure" / name).write_text(line)
    (recorded.proc / "sys/fs").mkdir(parents=True)
    (recorded.proc / "sys/fs/file-nr").write_text("1664\t64\t97816\n")
    reading = await look(open_probe("box", recorded))
    assert (reading.pressure_cpu, reading.pressure_memory, reading.pressure_io) == (1.5, 42.0, 0.07)
    assert (reading.files_open, reading.files_limit) == (1600, 97816)


async def test_only_the_mounts_that_were_asked_for_are_read(recorded: World, tmp_path: Path) -> None:
    reading = await look(open_probe("box", recorded), str(tmp_path), "/proc")
    assert [mount.path for mount in reading.mounts] == [str(tmp_path), "/proc"]


async def test_a_mount_that_is_not_there_says_so_and_the_rest_is_read(recorded: World, tmp_path: Path) -> None:
    reading = await look(open_probe("box", recorded), f"{tmp_path}/backup", str(tmp_path))
    assert [mount.path for mount in reading.mounts] == [str(tmp_path)]
    assert reading.unread == ((f"{tmp_path}/backup", f"{tmp_path}/backup cannot be read: No such file or directory"),)
    assert reading.load1 == 0.52


@pytest.fixture
def dead_mount(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """`/dead` is a network mount whose server is gone: asking it hangs until the server comes back.

    A real one needs a network file system; what hangs here is a real call in a real thread all the same.
    """
    back = threading.Event()
    ask = os.statvfs

    def hangs(path: str) -> os.statvfs_result:
        if path == "/dead":
            hangs.asked += 1  # type: ignore[attr-defined]
            back.wait()
            path = "/"
        return ask(path)

    hangs.asked = 0  # type: ignore[attr-defined]
    monkeypatch.setattr(os, "statvfs", hangs)
    yield back
    back.set()


async def test_a_dead_network_mount_keeps_nothing_waiting_and_is_asked_only_once(
    recorded: World, dead_mount: threading.Event, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("opsconsole.probes.box.PATIENCE", 0.05)
    probe = open_probe("box", recorded)
    for _ in range(3):
        reading = await look(probe, "/dead", str(tmp_path))
        assert [mount.path for mount in reading.mounts] == [str(tmp_path)]
        assert reading.unread == (("/dead", "/dead did not answer within 50 ms; is its server gone?"),)
    assert os.statvfs.asked == 1  # type: ignore[attr-defined]
    dead_mount.set()

    async def answers() -> tuple[Mount, ...]:
        return tuple(mount for mount in (await look(probe, "/dead")).mounts if mount.total)

    assert (await wait_for("the mount to answer again", answers))[0].path == "/dead"


async def test_a_machine_that_is_no_linux_says_so_in_one_line(tmp_path: Path) -> None:
    sample = (await open_probe("box", World(proc=tmp_path / "proc")).read([box()], 5.0))[0]
    assert sample.problem == Problem(
        ProblemKind.NO_TOOL, f"{tmp_path}/proc cannot be read on this machine: No such file or directory"
    )


async def test_files_that_are_not_what_linux_writes_are_no_reading(recorded: World) -> None:
    (recorded.proc / "loadavg").write_text("busy\n")
    sample = (await open_probe("box", recorded).read([box()], 5.0))[0]
    assert sample.problem is not None
    assert sample.problem.reason.endswith("it is not what Linux writes there")


def test_a_program_that_looked_at_a_dead_mount_can_still_leave() -> None:
    """The thread that hangs must not be waited for at the end."""
    program = (
        "import asyncio, threading\n"
        "from opsconsole.probes.aside import aside\n"
        "async def main():\n"
        "    try:\n"
        "        await aside(threading.Event().wait, 0.05)\n"
        "    except TimeoutError:\n"
        "        print('left')\n"
        "asyncio.run(main())\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=20)
    assert (done.stdout, done.stderr, done.returncode) == ("left\n", "", 0)


async def test_what_goes_wrong_aside_is_raised_where_it_is_waited_for() -> None:

    busy = Busy()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            await busy.call("key", lambda: 1 // 0, 5)
    assert await busy.call("key", lambda: 6 * 7, 5) == 42
    both = await asyncio.gather(busy.call("a", lambda: 1, 5), busy.call("b", lambda: 2, 5))
    assert tuple(both) == (1, 2)
