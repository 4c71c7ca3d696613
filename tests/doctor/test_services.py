"""The engine, systemd and brokers, in the words of their probes; not seen is not the same as not there."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from opsconsole.doctor.found import Found, State
from opsconsole.doctor.services import brokers, systemd
from opsconsole.doctor.services import engine as engine_found
from opsconsole.model.sample import Target
from opsconsole.model.service import ContainerRef, UnitRef
from opsconsole.model.stack import Stack
from opsconsole.model.targets import HealthOf, QueueOf
from opsconsole.probes.base import World
from opsconsole.probes.systemd import Units
from tests.lab.engine import LabEngine
from tests.lab.redis import LabRedis
from tests.support.parts import lack
from tests.support.reachable import let_others_in

STACK = Stack("shop", Path("/"))
IN_CONTAINER = replace(STACK, watched=(Target("container", "web", ContainerRef("web")),))
UNDER_SYSTEMD = replace(STACK, watched=(Target("unit", "web", UnitRef("web.service")),))


async def looked(stack: Stack, path: Path) -> Found:
    world = World(engine_host=f"unix://{path}")
    try:
        return await engine_found(world, stack)
    finally:
        await world.close()


@pytest.mark.engine
async def test_a_real_engine_is_told_with_its_version_and_address(engine: LabEngine):
    found = await looked(IN_CONTAINER, Path(engine.host.removeprefix("unix://")))
    assert found.state is State.GOOD and found.mend == ""
    assert found.what.startswith("version ") and found.what.endswith(f" answers at {engine.host}")


async def test_an_engine_that_is_not_there_is_missing_only_where_it_is_wanted(tmp_path, monkeypatch):
    monkeypatch.setattr("opsconsole.doctor.services.shutil.which", lambda name, path="": None)
    path = tmp_path / "docker.sock"
    found = await looked(IN_CONTAINER, path)
    assert (found.state, found.mend) == (State.MISSING, "sudo apt-get install docker.io")
    assert f"{path} does not exist" in found.what
    assert (await looked(STACK, path)).state is State.UNUSED


@pytest.mark.parametrize(
    ("booted", "mend"), [(True, "sudo systemctl start docker"), (False, "sudo service docker start")]
)
async def test_an_engine_that_is_installed_and_not_started_gets_the_command_that_starts_it(
    tmp_path, monkeypatch, booted, mend
):
    monkeypatch.setattr("opsconsole.doctor.services.shutil.which", lambda name, path="": f"/usr/sbin/{name}")
    monkeypatch.setattr("opsconsole.doctor.services._BOOTED", tmp_path if booted else tmp_path / "no")
    assert (await looked(IN_CONTAINER, tmp_path / "docker.sock")).mend == mend
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / "left.sock"))  # what a killed engine leaves
        found = await looked(IN_CONTAINER, tmp_path / "left.sock")
    assert (found.state, found.mend) == (State.MISSING, mend) and "refuses connections" in found.what


def test_a_socket_that_we_may_not_use_is_closed_to_us_and_not_missing(tmp_path):
    if os.geteuid() != 0:
        lack("root", "only root can become nobody")
    let_others_in(tmp_path)
    program = (
        "import asyncio, os, sys\n"
        "from opsconsole.doctor import services\n"
        "from opsconsole.probes.base import World\n"
        "import opsconsole.probes.engine.client, opsconsole.probes.engine.wire\n"
        "import anyio._backends._asyncio, httpcore, pwd\n"
        "from tests.doctor.test_services import IN_CONTAINER\n"
        "os.chdir('/'); os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "world = World(engine_host=f'unix://{sys.argv[1]}/docker.sock')\n"
        "found = asyncio.run(services.engine(world, IN_CONTAINER))\n"
        "print(found.state.word, found.mend, sep='|')\n"
    )
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "docker.sock"))
        (tmp_path / "docker.sock").chmod(0o660)
        listening.listen()
        told = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=60
        )
    assert told.stdout == "denied|sudo usermod -aG docker nobody\n", told.stderr


@pytest.mark.parametrize(
    ("said", "stack", "state"),
    [
        ("System has not been booted with systemd as init system (PID 1).", UNDER_SYSTEMD, State.MISSING),
        ("System has not been booted with systemd as init system (PID 1).", STACK, State.UNUSED),
        ("Failed to connect to bus: No such file or directory", UNDER_SYSTEMD, State.MISSING),
        ("Failed to connect to bus: Permission denied", UNDER_SYSTEMD, State.DENIED),
        ("Failed to connect to bus: Operation not permitted", UNDER_SYSTEMD, State.DENIED),
        ("Failed to list units: Access denied", UNDER_SYSTEMD, State.DENIED),
    ],
)
async def test_what_systemctl_says_is_no_permission_only_where_it_means_that(tmp_path, monkeypatch, said, stack, state):
    monkeypatch.setattr("opsconsole.doctor.services._BOOTED", tmp_path / "no")
    world = World()
    world._units = Units(("sh", "-c", f"echo '{said}' >&2; exit 1", "sh"))
    found = await systemd(world, stack)
    assert found.state is state
    await world.close()


async def test_a_systemd_that_answers_tells_what_has_failed():
    said = "Id=a.service\\nLoadState=loaded\\nActiveState=failed\\nSubState=failed\\n"
    world = World()
    world._units = Units(("sh", "-c", f'case "$*" in *list-units*) echo a.service;; *) printf "{said}";; esac', "sh"))
    assert await systemd(world, UNDER_SYSTEMD) == Found(
        "systemd", State.GOOD, "tells of its units; a.service has failed"
    )
    await world.close()


async def test_without_systemctl_it_says_so(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    world = World()
    found = await systemd(world, UNDER_SYSTEMD)
    assert found.state is State.MISSING and "systemctl is not installed" in found.what
    await world.close()


async def test_a_stack_without_brokers_wants_no_redis():
    assert await brokers(World(), STACK) == [Found("Redis", State.UNUSED, "the stack names none")]


@pytest.mark.redis
async def test_each_broker_is_asked_once_and_says_why_it_does_not_answer(redis_server: LabRedis):
    url = redis_server.url
    watched = (
        Target("queue", "jobs", QueueOf(url)),
        Target("health", "jobs", HealthOf(url)),
        Target("queue", "far", QueueOf("redis://:s3cret@127.0.0.1:9/0")),
        Target("queue", "locked", QueueOf(url, password="env:NOBODY_SET_IT")),
        Target("health", "web", HealthOf("http://127.0.0.1:9/")),
    )
    here, far, locked = await brokers(World(), replace(STACK, watched=watched))
    assert here.state is State.GOOD and "answers PING" in here.what
    assert far.state is State.MISSING and "refuses connections" in far.what and "s3cret" not in far.what
    assert locked.state is State.DENIED and "env:NOBODY_SET_IT is not set" in locked.what
