"""Discovery on a real box: whatever is missing or silent does not hide the rest."""

import asyncio
import os
from dataclasses import dataclass, field

import pytest

from opsconsole.model.readings import UnitReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.service import ContainerRef
from opsconsole.model.verdict import Level
from opsconsole.probes.base import World
from opsconsole.stack import discover as module
from opsconsole.stack.discover import discover
from opsconsole.watch.collector import look_once
from tests.lab.engine import LabEngine
from tests.lab.redis import LabRedis, RedisLab

NOWHERE = ("127.0.0.1", 1)
NO_ENGINE = {"PATH": "/nonexistent"}


def names(stack):
    return [check.name for check in stack.checks]


async def seen(world, *, redis=NOWHERE, timeout=5.0, environ=NO_ENGINE, sockets=()):
    try:
        return await discover(world, timeout, environ=environ, redis=redis, sockets=sockets)
    finally:
        if isinstance(world, World):
            await world.close()


@dataclass
class Told:
    """An engine and a systemd that say what they are told to."""

    containers_said: object = field(default_factory=dict)
    failed_said: object = ()
    own_said: object = ()

    @property
    def engine(self):
        return self

    @property
    def units(self):
        return self

    async def containers(self, timeout):
        return await self._said(self.containers_said)

    async def failed(self, timeout):
        return await self._said(self.failed_said)

    async def own(self, timeout):
        return await self._said(self.own_said)

    async def _said(self, what):
        if what == "hangs":
            await asyncio.Event().wait()
        return what


async def test_on_an_empty_box_there_is_still_the_box():
    unseen = Problem(ProblemKind.NO_TOOL, "systemctl is not installed here")
    stack = await seen(Told(Problem(ProblemKind.NO_TOOL, "no engine"), unseen))
    assert names(stack) == ["box"]


async def test_what_people_run_here_as_units_is_part_of_the_stack_with_its_process_and_memory():
    api = UnitReading("api.service", "loaded", "active", "running")
    stack = await seen(Told(Problem(ProblemKind.NO_TOOL, "no engine"), (), (api,)))
    assert names(stack) == ["api.state", "box"]
    assert [service.name for service in stack.services] == ["api"]
    assert {"memory", "process"} <= {target.kind for target in stack.watched if target.name == "api"}


async def test_an_engine_that_may_not_be_asked_is_told_of_and_hides_nothing(tmp_path):
    socket = tmp_path / "docker.sock"
    socket.touch()
    failed = (UnitReading("api.service", "loaded", "failed", "failed"),)
    stack = await seen(Told(Problem(ProblemKind.DENIED, "no permission"), failed), sockets=(socket,))
    assert names(stack) == ["engine", "api.state", "box"]


@pytest.mark.parametrize("environ", [{"DOCKER_HOST": "unix:///x"}, {"XDG_RUNTIME_DIR": "run"}])
async def test_an_engine_is_meant_where_the_environment_names_one(environ, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "docker.sock").touch()
    stack = await seen(Told(Problem(ProblemKind.NO_TOOL, "none")), environ={**NO_ENGINE, **environ})
    assert "engine" in names(stack)


async def test_what_hangs_is_given_up_in_time():
    stack = await seen(Told("hangs", "hangs"), timeout=0.2)
    assert names(stack) == ["box"]


@pytest.mark.engine
async def test_the_containers_of_a_real_engine_are_found_by_project(engine: LabEngine):
    engine.compose("shop", "web", "worker")
    lonely = engine.run(memory="64M")
    stack = await seen(World(engine_host=engine.host))
    services = {service.name: service.ref for service in stack.services}
    assert services["shop/web"] == ContainerRef("shop/web")
    assert services[lonely.name] == ContainerRef(lonely.name)
    assert {"engine", "shop/web.state", "shop/worker.state", f"{lonely.name}.memory"} <= set(names(stack))


@pytest.mark.engine
async def test_what_is_found_is_well_when_it_is_looked_at(engine: LabEngine):
    engine.compose("calm", "web")
    world = World(engine_host=engine.host)
    try:
        stack = await discover(world, 5.0, environ=NO_ENGINE, redis=NOWHERE, sockets=())
        snapshot = await look_once(stack, world)
    finally:
        await world.close()
    assert snapshot.standings["calm/web.state"].level is Level.OK


@pytest.mark.redis
async def test_a_redis_on_its_usual_port_is_found(redis_server: LabRedis):
    stack = await seen(Told(), redis=("127.0.0.1", redis_server.port))
    assert names(stack) == ["redis.health", "box"]
    redis_server.call("LPUSH", "celery", "a message")
    snapshot = await look_once(stack, World())
    assert snapshot.standings["redis.health"].level is Level.OK
    assert "queue" in {target.kind for target in snapshot.latest}


@pytest.mark.redis
async def test_a_redis_that_wants_a_password_is_found_too_is_unknown_but_optional(redis_lab: RedisLab):
    server = redis_lab.start(password="hunter2")
    stack = await seen(Told(), redis=("127.0.0.1", server.port))
    (standing,) = (found for name, found in (await look_once(stack, World())).standings.items() if name != "box")
    assert (standing.check.name, standing.level, standing.check.optional) == ("redis.health", Level.UNKNOWN, True)


@pytest.mark.redis
@pytest.mark.engine
async def test_a_redis_in_a_container_whose_port_is_published_is_found_once(
    engine: LabEngine, redis_server: LabRedis, monkeypatch
):
    """The container's address is taken to be loopback, where the same server listens: one server at two places."""
    world = World(engine_host=engine.host)
    name = engine.run(name=f"opslab-redis-{os.getpid()}", options=("--network", "host")).name
    monkeypatch.setattr(module, "REDIS", ("127.0.0.1", redis_server.port))
    stack = await seen(world, redis=("127.0.0.1", redis_server.port))
    # Other people's brokers may run beside the tests; whatever leads to this server must be there once.
    found = [
        check.name
        for check in stack.checks
        if check.kind == "health" and str(redis_server.port) in str(check.target.of)
    ]
    by_container = [check for check in names(stack) if check == f"{name}.health"]
    assert (by_container, [one for one in found if one != f"{name}.health"]) == ([f"{name}.health"], [])


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"",
        b"\x00\xff",
        b"$99999999\r\n",
        b"$5\r\nab",
        b"$-1\r\n",
        b"-oops\r\n",
        b"+" + b"x" * 100_000,
    ],
)
async def test_what_is_no_redis_is_not_taken_for_one(said):
    async def answer(reader, writer):
        await reader.readline()
        writer.write(said)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        stack = await seen(Told(), redis=server.sockets[0].getsockname())
    assert names(stack) == ["box"]


async def test_a_port_that_takes_connections_and_says_nothing_does_not_hold_us_up():
    done = asyncio.Event()

    async def silent(reader, writer):
        await done.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        stack = await seen(Told(), redis=server.sockets[0].getsockname())
        done.set()
    assert names(stack) == ["box"]
