"""The memory of a control group, from its files: trees as kernels write them, v1 and v2."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import pytest

from opsconsole.model.readings import MemoryReading
from opsconsole.probes import cgroup
from opsconsole.probes.cgroup import Membership, membership, reading
from opsconsole.probes.resident import Resident

GIB = 1 << 30

V1_STAT = b"cache 8110080\nrss 540672\ninactive_file 1000\ntotal_cache 8110080\ntotal_inactive_file 6217728\n"
V2_STAT = b"anon 71303168\nfile 9437184\ninactive_anon 0\ninactive_file 8388608\nactive_file 1048576\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "0::/system.slice/docker-4f1d.scope\n", Membership(None, "/system.slice/docker-4f1d.scope"), id="v2"
        ),
        pytest.param(
            "9:name=systemd:/docker/4f1d\n4:memory:/docker/4f1d\n0::/docker/4f1d\n",
            Membership("/docker/4f1d", "/docker/4f1d"),
            id="v1 beside v2",
        ),
        pytest.param("5:cpu,memory:/a:b\n", Membership("/a:b", None), id="two controllers, a colon in the path"),
        pytest.param("9:name=systemd:/x\n3:cpu:/x\n", Membership(None, None), id="no memory controller"),
        pytest.param("", Membership(None, None), id="nothing"),
        pytest.param("garbage\n::\n", Membership(None, None), id="garbage"),
    ],
)
def test_the_groups_of_a_process_are_taken_from_its_own_file(text: str, expected: Membership) -> None:
    assert membership(text) == expected


@pytest.mark.parametrize(
    ("version", "usage", "stat", "limit", "expected"),
    [
        pytest.param(
            1, b"10000000\n", V1_STAT, b"67108864\n", MemoryReading(3782272, 64 << 20), id="v1, of the whole tree"
        ),
        pytest.param(1, b"10000000\n", V1_STAT, b"9223372036854771712\n", MemoryReading(3782272), id="v1, no limit"),
        pytest.param(2, b"80740352\n", V2_STAT, b"max\n", MemoryReading(72351744), id="v2, no limit"),
        pytest.param(2, b"80740352\n", V2_STAT, b"1073741824\n", MemoryReading(72351744, GIB), id="v2"),
        pytest.param(2, b"8388608\n", V2_STAT, b"max\n", MemoryReading(8388608), id="not smaller: raw usage"),
        pytest.param(2, b"5\n", b"", b"max\n", MemoryReading(5), id="no such line"),
        pytest.param(2, b"5\n", b"", b"%d\n" % (8 * GIB), MemoryReading(5), id="a limit that is all of the host"),
    ],
)
def test_the_figure_is_that_of_docker_stats(
    version: Literal[1, 2], usage: bytes, stat: bytes, limit: bytes, expected: MemoryReading
) -> None:
    assert reading(usage, stat, limit, version, host_total=8 * GIB) == expected


def test_with_the_hosts_memory_unknown_a_limit_that_nobody_can_have_is_none() -> None:
    assert reading(b"5", b"", b"9223372036854771712", 1, host_total=0).limit is None
    assert reading(b"5", b"", b"4096", 1, host_total=0).limit == 4096


def test_the_memory_controller_is_where_the_process_says(tmp_path: Path) -> None:
    v1 = cgroup.files_of(Membership("/docker/4f1d", "/docker/4f1d"), tmp_path)
    v2 = cgroup.files_of(Membership(None, "/user.slice/docker-4f1d.scope"), tmp_path)
    assert v1 and v1.usage == f"{tmp_path}/memory/docker/4f1d/memory.usage_in_bytes"
    assert v2 and v2.usage == f"{tmp_path}/user.slice/docker-4f1d.scope/memory.current"
    assert cgroup.files_of(Membership(None, None), tmp_path) is None


def test_a_unit_is_looked_up_in_the_hierarchy_that_is_mounted(tmp_path: Path) -> None:
    assert cgroup.files_at("/system.slice/a.service", tmp_path).version == 1
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids\n")
    assert cgroup.files_at("/system.slice/a.service", tmp_path).version == 2


def test_this_machine_has_memory() -> None:
    assert cgroup.host_total(Path("/proc")) == os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert cgroup.host_total(Path("/nowhere")) == 0


def test_a_container_that_divides_its_group_is_counted_whole() -> None:
    member = membership("4:memory:/docker/4f1d/init.scope\n0::/system.slice/docker-4f1d.scope/app/worker\n")
    assert member.up_to("4f1d") == Membership("/docker/4f1d", "/system.slice/docker-4f1d.scope")


# --- single processes -----------------------------------------------------------------------------------------------


def process(proc: Path, pid: int, pss: int | None = None, rss: int | None = None) -> None:
    """A process as /proc shows it, sizes in kB."""
    (proc / str(pid)).mkdir(parents=True, exist_ok=True)
    if pss is not None:
        (proc / str(pid) / "smaps_rollup").write_text(f"Rss: 9999 kB\nPss:  {pss} kB\nPss_Anon: 1 kB\n")
    if rss is not None:
        (proc / str(pid) / "status").write_text(f"Name:\tx\nVmRSS:\t {rss} kB\n")


def test_processes_are_summed_by_their_share_or_else_by_what_they_hold(tmp_path: Path) -> None:
    process(tmp_path, 1, pss=100, rss=900)
    process(tmp_path, 2, rss=50)
    total = Resident(tmp_path).total([(1, 0.0), (2, 0.0), (3, 0.0)])
    assert total and total[0] == 150 * 1024


def test_of_processes_that_are_all_gone_there_is_no_sum(tmp_path: Path) -> None:
    assert Resident(tmp_path).total([(3, 0.0)]) is None
    assert Resident(tmp_path).total([]) is None


def test_what_is_costly_to_read_is_read_less_often_and_its_age_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("opsconsole.probes.resident.monotonic", lambda: now)
    resident = Resident(tmp_path)

    def slow(_: Path, pid: int) -> int:
        nonlocal now
        now += 0.2  # the kernel takes 200 ms
        return int((tmp_path / str(pid)).read_text())

    monkeypatch.setattr("opsconsole.probes.resident.size_of", slow)
    (tmp_path / "7").write_text("100")
    assert resident.total([(7, 1.0)]) == pytest.approx((100, 0.2))
    (tmp_path / "7").write_text("300")
    now = 1005.0
    assert resident.total([(7, 1.0)]) == pytest.approx((100, 5.0))
    assert resident.total([(7, 2.0)]) == pytest.approx((300, 0.2)), "another process with the same number"
    now = 1020.0
    assert resident.total([(7, 2.0)]) == pytest.approx((300, 0.2))


def test_our_own_memory_is_read_from_this_machine() -> None:
    total = Resident(Path("/proc")).total([(os.getpid(), 0.0)])
    assert total and 1 << 20 < total[0] < 4 * GIB
