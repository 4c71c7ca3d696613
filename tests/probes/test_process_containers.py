"""What containers really run: by a real engine, and where the engine is somewhere else."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest

from opsconsole.model.readings import ContainerReading, ProcessReading
from opsconsole.model.sample import Problem, ProblemKind, Sample, Target
from opsconsole.model.service import ContainerRef, ProcessesRef, ServiceRef
from opsconsole.probes import open_probe
from opsconsole.probes.base import World
from opsconsole.probes.members import groups_of, pids_in, up_to
from tests.lab.engine import LabEngine
from tests.probes.processes import Recorded
from tests.support.waiting import wait_for

ID = "ab" * 32


def target(name: str, ref: ServiceRef | None = None) -> Target:
    """The processes of a container of that name, or of another service."""
    return Target("process", name, ref or ContainerRef(name))


async def look(world: World, *names: str) -> list[Sample]:
    """One look at containers, by a probe of its own."""
    probe = open_probe("process", world)
    return await probe.read([target(name) for name in names], 5.0)


def tree(sample: Sample) -> list[tuple[str, bool]]:
    """What each process of a reading runs, and whether it is only a wrapper."""
    assert sample.problem is None, sample.problem
    reading: ProcessReading = sample.value
    return [(process.program, process.supporting) for process in reading.processes]


# --- a real engine ----------------------------------------------------------------------------------------------


@pytest.mark.engine
async def test_the_processes_of_a_container_are_found_below_its_wrappers(engine: LabEngine) -> None:
    box = engine.run("sh", "-c", "echo 'httpd -f -p 8080; true' > /entrypoint.sh; sh /entrypoint.sh; true")
    world = World(engine_host=engine.host)

    async def complete() -> Sample | None:
        sample = (await look(world, box.name))[0]
        return sample if sample.value and len(sample.value.processes) == 3 else None

    sample = await wait_for("the script to have started its server", complete)
    assert tree(sample) == [("httpd", True), ("httpd", True), ("httpd", False)]
    reading: ProcessReading = sample.value
    assert reading.processes[0].pid == box.pid
    assert reading.main.argv[-2:] == ("-p", "8080")
    assert reading.same_program == 1
    await world.close()


@pytest.mark.engine
async def test_what_is_run_in_a_container_from_outside_is_seen_but_is_not_the_service(engine: LabEngine) -> None:
    box = engine.run("sleep", "1000")
    engine.docker("exec", "--detach", box.name, "tail", "-f", "/dev/null")
    world = World(engine_host=engine.host)

    async def both() -> Sample | None:
        sample = (await look(world, box.name))[0]
        return sample if sample.value and len(sample.value.processes) == 2 else None

    sample = await wait_for("the process from outside", both)
    assert tree(sample) == [("sleep", False), ("tail", False)]
    assert sample.value.main.pid == box.pid
    await world.close()


@pytest.mark.engine
async def test_a_container_that_starts_again_is_read_anew_and_one_that_stops_is_gone(engine: LabEngine) -> None:
    box, other = engine.run(), engine.run("sleep", "1000")
    world = World(engine_host=engine.host)
    probe = open_probe("process", world)
    targets = [target(box.name), target(other.name)]

    async def pid() -> int | None:
        sample = (await probe.read(targets, 5.0))[0]
        return sample.value.main.pid if sample.value else None

    first = await pid()
    assert first == box.pid
    await asyncio.to_thread(box.restart)
    assert await wait_for("the new process to be seen", lambda: _other_than(first, pid)) == box.pid
    await asyncio.to_thread(box.kill)

    async def gone() -> list[Sample] | None:
        samples = await probe.read(targets, 5.0)
        return samples if samples[0].problem and "has just ended" not in samples[0].problem.reason else None

    stopped, running = await wait_for("the end to be seen", gone)
    assert stopped.problem == Problem(
        ProblemKind.GONE, f"container {box.name} is exited, exit code 137, so nothing runs in it"
    )
    assert tree(running) == [("sleep", False)]
    await probe.close()
    await world.close()


async def _other_than(first: int | None, pid: Any) -> int | None:
    now = await pid()
    return now if now != first else None


@pytest.mark.engine
async def test_an_unchanged_container_gives_the_very_same_reading(engine: LabEngine) -> None:
    box = engine.run("sleep", "1000")
    world = World(engine_host=engine.host)
    probe = open_probe("process", world)
    first, second = [(await probe.read([target(box.name)], 5.0))[0].value for _ in range(2)]
    assert first is second
    await world.close()


@pytest.mark.engine
async def test_a_container_that_does_not_exist_is_gone(engine: LabEngine) -> None:
    world = World(engine_host=engine.host)
    sample = (await look(world, "opslab-nobody"))[0]
    assert sample.problem is not None
    assert (sample.problem.kind, "opslab-nobody" in sample.problem.reason) == (ProblemKind.GONE, True)
    await world.close()


# --- an engine that is told, for what cannot be brought about here ------------------------------------------------


@dataclass
class Told:
    """What an engine would say. `Engine` itself is tested against the real one."""

    said: Mapping[str, ContainerReading]
    local: bool = True

    async def containers(self, timeout: float = 2.0) -> Mapping[str, ContainerReading]:
        return self.said


WORKER = ContainerReading(ID, "worker", "running", "image", pid=7_000_001)


def world_with(box: Recorded, *containers: ContainerReading, local: bool = True) -> World:
    """A machine on file with an engine that has these containers."""
    world = box.world
    world._engine = cast(Any, Told({one.name: one for one in containers}, local))
    return world


def with_worker(box: Recorded, cgroup: str, group: str) -> None:
    """A container of two processes, one of which only its control group knows."""
    box.process(7_000_001, 1, ["celery", "worker"], cgroup=cgroup)
    box.process(7_000_002, 1, ["sh"], cgroup=cgroup)
    box.group(group, [7_000_001, 7_000_002])


@pytest.mark.parametrize(
    ("cgroup", "group"),
    [
        (f"0::/system.slice/docker-{ID}.scope\n", f"system.slice/docker-{ID}.scope"),
        (f"0::/user.slice/user@1000.service/docker-{ID}.scope\n", f"user.slice/user@1000.service/docker-{ID}.scope"),
        (f"12:pids:/docker/{ID}\n4:memory:/docker/{ID}\n0::/\n", f"pids/docker/{ID}"),
        (f"5:cpu,cpuacct:/docker/{ID}\n1:name=systemd:/docker/{ID}\n0::/\n", f"systemd/docker/{ID}"),
        (f"5:cpu,cpuacct:/docker/{ID}\n", f"cpu,cpuacct/docker/{ID}"),
        (f"1:name=systemd:/docker/{ID}\n0::/docker/{ID}\n", f"unified/docker/{ID}"),
        (f"0::/kubepods/besteffort/pod1/{ID}\n", f"kubepods/besteffort/pod1/{ID}"),
    ],
)
async def test_members_are_found_in_every_layout_of_control_groups(tmp_path: Path, cgroup: str, group: str) -> None:
    box = Recorded(tmp_path)
    with_worker(box, cgroup, group)
    sample = (await look(world_with(box, WORKER), "worker"))[0]
    assert tree(sample) == [("celery", False), ("sh", False)]


async def test_groups_inside_a_containers_group_belong_to_it(tmp_path: Path) -> None:
    """systemd in a container moves itself to init.scope and its services to groups of their own."""
    box = Recorded(tmp_path)
    scope = f"/system.slice/docker-{ID}.scope"
    box.process(7_000_001, 1, ["/lib/systemd/systemd"], cgroup=f"0::{scope}/init.scope\n")
    box.process(7_000_002, 7_000_001, ["nginx"], cgroup=f"0::{scope}/system.slice/nginx.service\n")
    box.group(scope, [])
    box.group(f"{scope}/init.scope", [7_000_001])
    box.group(f"{scope}/system.slice/nginx.service", [7_000_002])
    sample = (await look(world_with(box, WORKER), "worker"))[0]
    assert tree(sample) == [("systemd", False), ("nginx", False)]


async def test_without_a_group_to_look_into_the_family_of_the_first_process_is_taken(tmp_path: Path) -> None:
    """We are in a container ourselves: the group is there, but above what we may see."""
    box = Recorded(tmp_path)
    cgroup = f"0::/../docker-{ID}.scope\n"
    box.process(7_000_001, 1, ["tini", "--", "celery"], cgroup=cgroup)
    box.process(7_000_005, 7_000_001, ["celery", "worker"], cgroup=cgroup)
    box.process(7_000_006, 1, ["stranger"])
    sample = (await look(world_with(box, WORKER), "worker"))[0]
    assert tree(sample) == [("celery", True), ("celery", False)]


async def test_a_pid_that_is_another_process_here_is_not_taken_for_the_containers(tmp_path: Path) -> None:
    box = Recorded(tmp_path)
    box.process(7_000_001, 1, ["firefox"], cgroup="0::/user.slice\n")
    sample = (await look(world_with(box, WORKER), "worker"))[0]
    assert sample.problem == Problem(
        ProblemKind.NO_TOOL,
        "process 7000001 of container worker is not one of this machine's; is the engine in a virtual machine?",
    )


async def test_a_pid_that_is_not_here_at_all_is_no_proof_that_the_container_is_down(tmp_path: Path) -> None:
    box = Recorded(tmp_path)
    box.process(7_000_009, 1, ["other"])
    sample = (await look(world_with(box, WORKER), "worker"))[0]
    assert sample.problem is not None
    assert sample.problem.kind is ProblemKind.NO_TOOL


async def test_a_first_process_that_was_seen_before_and_is_gone_has_ended(tmp_path: Path) -> None:
    box = Recorded(tmp_path)
    with_worker(box, f"0::/docker-{ID}.scope\n", f"docker-{ID}.scope")
    probe = open_probe("process", world_with(box, WORKER))
    assert (await probe.read([target("worker")], 5.0))[0].problem is None
    box.process(7_000_001, 1, [], state="Z")
    sample = (await probe.read([target("worker")], 5.0))[0]
    assert sample.problem == Problem(ProblemKind.GONE, "container worker has just ended")


async def test_looking_at_other_kinds_of_services_does_not_forget_the_containers(tmp_path: Path) -> None:
    """One probe serves groups of different pace."""
    box = Recorded(tmp_path)
    with_worker(box, f"0::/docker-{ID}.scope\n", f"docker-{ID}.scope")
    probe = open_probe("process", world_with(box, WORKER))
    assert (await probe.read([target("worker")], 5.0))[0].problem is None
    plain = (await probe.read([target("plain", ProcessesRef("celery"))], 5.0))[0]
    assert plain.value.main.pid == WORKER.pid
    box.process(7_000_001, 1, [], state="Z")
    sample = (await probe.read([target("worker")], 5.0))[0]
    assert sample.problem == Problem(ProblemKind.GONE, "container worker has just ended")


async def test_processes_behind_an_engine_elsewhere_cannot_be_seen(tmp_path: Path) -> None:
    sample = (await look(world_with(Recorded(tmp_path), WORKER, local=False), "worker"))[0]
    assert sample.problem == Problem(
        ProblemKind.NO_TOOL,
        "container worker runs on another machine, whose processes cannot be seen from here",
    )


async def test_a_container_of_a_compose_service_is_found_by_project_and_service(tmp_path: Path) -> None:
    box = Recorded(tmp_path)
    with_worker(box, f"0::/docker-{ID}.scope\n", f"docker-{ID}.scope")
    labels = {"com.docker.compose.project": "shop", "com.docker.compose.service": "worker"}
    world = world_with(box, replace(WORKER, name="shop-worker-1", labels=labels))
    assert tree((await look(world, "shop/worker"))[0]) == [("celery", False), ("sh", False)]


async def test_a_process_that_cannot_be_read_for_being_stuck_keeps_nobody_waiting(tmp_path: Path) -> None:
    """Its command line never comes, as that of a process that is stuck in the kernel may not."""
    box = Recorded(tmp_path)
    box.process(7_000_001, 1, ["stuck"])
    cmdline = tmp_path / "proc/7000001/cmdline"
    cmdline.unlink()
    os.mkfifo(cmdline)
    probe = open_probe("process", box.world)
    targets = [target("any", ProcessesRef("stuck"))]
    samples = [(await probe.read(targets, 0.2))[0] for _ in range(2)]
    for sample in samples:
        assert sample.problem == Problem(
            ProblemKind.UNREADABLE, "reading /proc hangs; a process may be stuck in the kernel"
        )
    with cmdline.open("wb") as writer:
        writer.write(b"stuck\0")

    async def reads_again() -> bool:
        sample = (await probe.read(targets, 0.2))[0]
        return sample.problem is None or sample.problem.kind is not ProblemKind.UNREADABLE

    with os.fdopen(os.open(cmdline, os.O_RDWR | os.O_NONBLOCK), "wb", buffering=0) as unstuck:
        unstuck.write(b"stuck\0" * 8)
        await wait_for("it to be read again once it came unstuck", reads_again)


# --- parsing -----------------------------------------------------------------------------------------------------


def test_the_root_group_is_nobodys_own() -> None:
    assert groups_of("4:memory:/\n1:name=systemd:/\n0::/\n") == []
    assert groups_of("nonsense\n\n7:pids\n") == []


def test_a_group_is_cut_after_the_part_that_is_the_containers() -> None:
    assert up_to(f"/system.slice/docker-{ID}.scope/init.scope", ID) == f"/system.slice/docker-{ID}.scope"
    assert up_to("/system.slice/nginx.service", "") == "/system.slice/nginx.service"


def test_a_group_that_is_gone_has_no_members_to_tell(tmp_path: Path) -> None:
    assert pids_in(str(tmp_path / "gone")) is None
