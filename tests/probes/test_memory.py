"""Memory of services: the same figure as `docker stats`, from files, at next to no cost."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from opsconsole.model.readings import MemoryReading, UnitReading
from opsconsole.model.sample import Problem, ProblemKind, Sample, Target
from opsconsole.model.service import ContainerRef, ProcessesRef, UnitRef
from opsconsole.model.units import parse_size
from opsconsole.probes.base import World
from opsconsole.probes.memory import open_probe
from tests.lab.engine import LabContainer, LabEngine
from tests.support.recorded_engine import one_container, recorded_engine
from tests.support.waiting import wait_for

HOLD_40M = "head -c 40m /dev/zero | tail -c 39m | { sleep 3600; }"
"""A shell line that keeps about 40 MiB in a process of its own: `tail` remembers what it may have to print."""


def memory_of(*refs: ContainerRef | UnitRef | ProcessesRef) -> list[Target]:
    """Targets for services."""
    return [Target("memory", str(ref), ref) for ref in refs]


async def read_one(world: World, ref: ContainerRef | UnitRef | ProcessesRef) -> Sample:
    """The memory of one service, by a probe of its own."""
    (sample,) = await open_probe(world).read(memory_of(ref), 5)
    return sample


@asynccontextmanager
async def world_of(engine: LabEngine) -> AsyncIterator[World]:
    """The real machine, closed at the end."""
    world = World(engine_host=engine.host)
    try:
        yield world
    finally:
        await world.close()


# --- real containers ------------------------------------------------------------------------------------------------


def by_docker_stats(container: LabContainer) -> int:
    """What `docker stats --no-stream` shows, in bytes."""
    shown = container.lab.docker("stats", "--no-stream", "--format", "{{.MemUsage}}", container.name)
    return parse_size(shown.partition("/")[0])


@pytest.mark.engine
async def test_memory_agrees_with_docker_stats_within_one_per_cent_or_one_mebibyte(engine: LabEngine) -> None:
    small = engine.run(memory="64m")
    large = engine.run("sh", "-c", f"dd if=/dev/zero of=/tmp/file bs=1M count=30; {HOLD_40M}", memory="256m")
    async with world_of(engine) as world:

        async def settled() -> bool:
            first = (await read_one(world, ContainerRef(large.name))).value
            return isinstance(first, MemoryReading) and first.used > 38 << 20

        await wait_for("the large one to hold its memory", settled)
        for container, limit in ((small, 64 << 20), (large, 256 << 20)):
            sample = await read_one(world, ContainerRef(container.name))
            shown = by_docker_stats(container)
            assert sample.value.limit == limit
            assert abs(sample.value.used - shown) <= max(shown / 100, 1 << 20)


@pytest.mark.engine
async def test_files_and_the_engines_api_tell_the_same(engine: LabEngine) -> None:
    container = engine.run(memory="64m")
    async with world_of(engine) as world:
        files = await read_one(world, ContainerRef(container.name))
        world.proc = Path("/nonexistent")  # as if the engine ran in a machine of its own
        api = await read_one(world, ContainerRef(container.name))
        assert abs(files.value.used - api.value.used) < 1 << 20
        assert files.value.limit == api.value.limit == 64 << 20


@pytest.mark.engine
async def test_a_container_is_followed_through_its_restart_and_is_gone_when_stopped(engine: LabEngine) -> None:
    container = engine.run()
    async with world_of(engine) as world:
        probe = open_probe(world)
        targets = memory_of(ContainerRef(container.name))

        async def sample() -> Sample:
            world.engine._containers.doubt()
            return (await probe.read(targets, 2))[0]

        assert (await sample()).value.used > 0
        await asyncio.to_thread(container.restart)
        assert (await sample()).value.used > 0
        await asyncio.to_thread(container.stop)
        assert (await sample()).problem == Problem(
            ProblemKind.GONE, f"container {container.name} is not running (exited)"
        )
        await asyncio.to_thread(container.remove)
        gone = (await sample()).problem
        assert gone is not None and gone.kind is ProblemKind.GONE and "is the project up?" in gone.reason


# --- boxes that we do not have --------------------------------------------------------------------------------------

ID = "4f1d" * 16

PATHS = [
    f"/docker/{ID}",
    f"/system.slice/docker-{ID}.scope",
    f"/user.slice/user-1000.slice/user@1000.service/user.slice/docker-{ID}.scope",
    f"/machine.slice/libpod-{ID}.scope",
    f"/actions_job/{ID}",
]


def v2_box(root: Path, path: str, *, memory: bool = True, cgroup_of_pid: str | None = None) -> World:
    """A box with cgroup v2 only, as Debian 12 and Ubuntu 22.04 are; one container with pid 4711."""
    group = root / "cgroup" / path.lstrip("/")
    group.mkdir(parents=True)
    (root / "cgroup/cgroup.controllers").write_text("cpuset cpu io memory hugetlb pids rdma misc\n")
    if memory:
        (group / "memory.current").write_text("80740352\n")
        (group / "memory.stat").write_text("anon 71303168\nfile 9437184\ninactive_file 8388608\n")
        (group / "memory.max").write_text("536870912\n")
    process = root / "proc/4711"
    process.mkdir(parents=True)
    (process / "cgroup").write_text(f"0::{cgroup_of_pid or path}\n")
    (root / "proc/meminfo").write_text("MemTotal:        8148236 kB\nMemFree: 1 kB\n")
    return World(engine_host=f"unix://{root}/engine.sock", proc=root / "proc", cgroup=root / "cgroup")


@pytest.mark.parametrize("path", PATHS)
async def test_on_cgroup_v2_the_path_is_taken_from_the_process_wherever_it_is(tmp_path: Path, path: str) -> None:
    world = v2_box(tmp_path, path)
    async with recorded_engine(tmp_path / "engine.sock", one_container(ID, "web", 4711)) as asked:
        sample = await read_one(world, ContainerRef("web"))
        assert sample.value == MemoryReading(72351744, 512 << 20)
        assert not any(path.endswith("/stats") for path in asked)
        await world.close()


async def test_a_process_of_the_same_number_that_is_not_the_containers_is_not_taken_for_it(tmp_path: Path) -> None:
    world = v2_box(tmp_path, PATHS[1], cgroup_of_pid="/user.slice/session-3.scope")
    answers = one_container(ID, "web", 4711, HostConfig={"Memory": 64 << 20})
    answers[f"/containers/{ID}/stats"] = {"memory_stats": {"usage": 5000, "stats": {"inactive_file": 1000}}}
    async with recorded_engine(tmp_path / "engine.sock", answers) as asked:
        probe = open_probe(world)
        (sample,) = await probe.read(memory_of(ContainerRef("web")), 2)
        assert sample.value == MemoryReading(4000, 64 << 20)
        (again,) = await probe.read(memory_of(ContainerRef("web")), 2)
        assert again.value == sample.value
        assert asked.count(f"/containers/{ID}/stats") == 1, "the engine is asked at most every ten seconds"
        assert again.at < sample.at + 1, "and the time of the figure is told, not that of the look"
        await world.close()


async def test_thirty_containers_cost_a_few_milliseconds_a_round(tmp_path: Path) -> None:
    answers: dict[str, Any] = {"/containers/json": []}
    for number in range(30):
        id = f"{number:064d}"
        one = one_container(id, f"web{number}", 4711)
        answers = answers | one | {"/containers/json": [*answers["/containers/json"], {"Id": id}]}
    world = v2_box(tmp_path, PATHS[1])
    (tmp_path / "proc/4711/cgroup").write_text(
        f"0::{PATHS[1]}\n# {' '.join(one['Id'] for one in answers['/containers/json'])}"
    )
    async with recorded_engine(tmp_path / "engine.sock", answers):
        probe = open_probe(world)
        targets = memory_of(*(ContainerRef(f"web{number}") for number in range(30)))
        spent = []
        for _ in range(20):
            began = time.process_time()
            samples = await probe.read(targets, 2)
            spent.append(time.process_time() - began)
            assert all(sample.value for sample in samples)
        await world.close()
    assert min(spent) < 0.005


async def test_without_a_memory_controller_there_is_no_figure_rather_than_zero(tmp_path: Path) -> None:
    world = v2_box(tmp_path, PATHS[1], memory=False)
    answers = one_container(ID, "web", 4711) | {f"/containers/{ID}/stats": {"memory_stats": {}}}
    async with recorded_engine(tmp_path / "engine.sock", answers):
        sample = await read_one(world, ContainerRef("web"))
        assert (sample.value, sample.problem) == (None, Problem(ProblemKind.NO_TOOL, "n/a: no memory cgroup"))
        await world.close()


async def test_a_container_that_just_ended_is_gone_and_not_without_memory(tmp_path: Path) -> None:
    world = v2_box(tmp_path, PATHS[1])
    async with recorded_engine(tmp_path / "engine.sock", one_container(ID, "web", 4711)):
        probe = open_probe(world)
        assert (await probe.read(memory_of(ContainerRef("web")), 2))[0].value
        (tmp_path / "proc/4711/cgroup").unlink()
        (tmp_path / "proc/4711").rmdir()
        (tmp_path / "cgroup" / PATHS[1].lstrip("/") / "memory.current").unlink()
        (sample,) = await probe.read(memory_of(ContainerRef("web")), 2)
        assert sample.problem == Problem(ProblemKind.GONE, "container web has just ended")
        await world.close()


# --- units and plain processes --------------------------------------------------------------------------------------


class RecordedUnits:
    """What systemd said of two units on a box that has them."""

    async def show(self, names: Sequence[str], timeout: float) -> Mapping[str, UnitReading]:
        running = UnitReading("api.service", "loaded", "active", "running", control_group="/system.slice/api.service")
        stopped = UnitReading("old.service", "loaded", "failed", "failed")
        unknown = UnitReading("none.service", "not-found", "inactive", "dead")
        known = {unit.name: unit for unit in (running, stopped, unknown)}
        return {name: known[name] for name in names}

    async def close(self) -> None: ...


def box_with_units(root: Path, version: int, files: Mapping[str, str]) -> World:
    """A box with one running unit, its group's files below the hierarchy of that version."""
    group = root / ("cgroup" if version == 2 else "cgroup/memory") / "system.slice/api.service"
    group.mkdir(parents=True)
    if version == 2:
        (root / "cgroup/cgroup.controllers").write_text("cpu memory\n")
    for name, text in files.items():
        (group / name).write_text(text)
    units: Any = RecordedUnits()
    return World(cgroup=root / "cgroup", _units=units)


@pytest.mark.parametrize(
    ("version", "files"),
    [
        (2, {"memory.current": "9000", "memory.stat": "inactive_file 1000\n", "memory.max": "max"}),
        (
            1,
            {
                "memory.usage_in_bytes": "9000",
                "memory.stat": "total_inactive_file 1000\n",
                "memory.limit_in_bytes": "9223372036854771712",
            },
        ),
    ],
)
async def test_a_units_memory_is_that_of_its_control_group(
    tmp_path: Path, version: int, files: Mapping[str, str]
) -> None:
    world = box_with_units(tmp_path, version, files)
    assert (await read_one(world, UnitRef("api.service"))).value == MemoryReading(8000)


async def test_a_unit_whose_memory_nobody_counts_is_the_sum_of_its_processes(tmp_path: Path) -> None:
    world = box_with_units(tmp_path, 2, {"cgroup.procs": f"{os.getpid()}\n"})
    sample = await read_one(world, UnitRef("api.service"))
    assert sample.value.used > 1 << 20
    (tmp_path / "cgroup/system.slice/api.service/cgroup.procs").write_text("")
    sample = await read_one(world, UnitRef("api.service"))
    assert sample.problem == Problem(ProblemKind.NO_TOOL, "n/a: no memory cgroup")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("old.service", "unit old.service is not running (failed)"),
        ("none.service", "no unit called none.service"),
    ],
)
async def test_a_unit_that_does_not_run_is_gone(tmp_path: Path, name: str, words: str) -> None:
    world = box_with_units(tmp_path, 2, {})
    assert (await read_one(world, UnitRef(name))).problem == Problem(ProblemKind.GONE, words)


async def test_plain_processes_are_summed_up_and_gone_when_none_is_left() -> None:
    mark = f"opslab-memory-{os.getpid()}"
    ref = ProcessesRef(mark)
    world = World()
    line = "import sys; held = bytearray(20 << 20); held[::4096] = b'x' * len(held[::4096]); print(flush=True); input()"
    pipe = asyncio.subprocess.PIPE
    children = [
        # In a session of their own: what we start in ours is taken for a way of looking, not for a service.
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", line, mark, stdin=pipe, stdout=pipe, start_new_session=True
        )
        for _ in "ab"
    ]
    try:
        for child in children:
            assert child.stdout and await child.stdout.readline()
        both = (await read_one(world, ref)).value
        assert 40 << 20 < both.used < 90 << 20
        assert both.limit is None
    finally:
        for child in children:
            child.kill()
            await child.wait()
    gone = (await read_one(world, ref)).problem
    assert gone == Problem(
        ProblemKind.GONE, f"no process has '{mark}' in its command line; is it running, and is processes.argv right?"
    )


async def test_services_of_all_kinds_are_read_together_in_the_order_they_were_asked(tmp_path: Path) -> None:
    world = box_with_units(tmp_path, 2, {"memory.current": "9", "memory.stat": "", "memory.max": "max"})
    world.engine_host = f"unix://{tmp_path}/none.sock"
    web, api = memory_of(ContainerRef("web"), UnitRef("api.service"))
    samples = await open_probe(world).read([web, api, web], 2)
    assert [sample.target for sample in samples] == [web, api, web]
    assert [sample.problem is None for sample in samples] == [False, True, False]
    assert samples[0].problem is not None and samples[0].problem.kind is ProblemKind.NO_TOOL
    await world.close()
