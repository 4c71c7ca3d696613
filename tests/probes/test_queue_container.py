"""`redis://container:NAME/0`: the container's own address, found again when it moves, and redis-cli inside it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.targets import QueueOf
from opsconsole.probes.base import World
from tests.lab.engine import LabContainer, LabEngine
from tests.probes.queues import Looker
from tests.support.waiting import wait_for, wait_until

pytestmark = [pytest.mark.engine, pytest.mark.redis]

HOSTS_PROGRAMS = (
    "--env=PATH=/bin:/usr/bin",
    *(f"--volume={folder}:{folder}:ro" for folder in ("/usr", "/lib", "/lib64")),
)
"""The image holds nothing but busybox; the host's own redis-server runs in it, with the libraries it needs."""

Start = Callable[..., LabContainer]


@pytest.fixture
async def looker(engine: LabEngine) -> AsyncIterator[Looker]:
    looking = Looker(World(engine_host=engine.host), {"PASSWORD": "5ecret", "WRONG": "hunter2"})
    yield looking
    await looking.probe.close()
    await looking.world.close()


@pytest.fixture
def start(engine: LabEngine, redis_program: str) -> Start:
    def start(
        *settings: str, options: tuple[str, ...] = (), password: str = "", name: str | None = None
    ) -> LabContainer:
        argv = [redis_program, "--save", "", "--protected-mode", "no", *settings]
        argv += ["--requirepass", password] if password else []
        container = engine.run(*argv, name=name, options=(*HOSTS_PROGRAMS, *options))
        wait_until("redis in the container to answer", lambda: "PONG" in cli(container, "PING", password=password))
        return container

    return start


def cli(container: LabContainer, *words: str, password: str = "") -> str:
    argv = ["exec", f"--env=REDISCLI_AUTH={password}", container.name, "redis-cli", *words]
    return container.lab.try_docker(*argv).stdout.strip()


def jobs(container: LabContainer, **more: str) -> QueueOf:
    return QueueOf(f"redis://container:{container.name}/0", "celery", ("jobs",), **more)


async def test_its_own_address_is_used_and_found_again_after_a_restart(start: Start, looker: Looker) -> None:
    container = start()
    cli(container, "LPUSH", "jobs", "1")
    assert (await looker.look(jobs(container))).queues[0].waiting == 1
    clients = cli(container, "CLIENT", "LIST", "TYPE", "normal").splitlines()
    assert len(clients) == 2, "the probe's, which stays, and the one that asks"

    container.restart()
    wait_until("redis to be back", lambda: cli(container, "PING") == "PONG")
    assert (await looker.look(jobs(container))).queues[0].waiting == 0


async def test_made_anew_under_another_address(start: Start, looker: Looker, engine: LabEngine) -> None:
    container = start()
    cli(container, "LPUSH", "jobs", "1")
    assert (await looker.look(jobs(container))).queues[0].waiting == 1
    first = container.address
    container.remove()
    assert engine.run().address == first, "somebody else has the address now"
    made = start(name=container.name)
    cli(made, "LPUSH", "jobs", "1", "2", "3")
    assert made.address != first
    assert (await looker.look(jobs(container))).queues[0].waiting == 3


@pytest.mark.parametrize("hidden", [{"settings": ("--bind", "127.0.0.1")}, {"options": ("--network", "none")}])
async def test_where_the_address_cannot_be_reached_it_is_asked_from_inside(
    start: Start, looker: Looker, hidden: dict[str, tuple[str, ...]]
) -> None:
    container = start(*hidden.get("settings", ()), options=hidden.get("options", ()))
    cli(container, "EVAL", "redis.call('LPUSH', 'jobs\\6\\0223', 'a', 'b')", "0")
    cli(container, "LPUSH", "jobs", "c")
    cli(container, "HSET", "unacked", "tag", "x")
    seen = await looker.look(jobs(container))
    assert (seen.queues[0].waiting, seen.in_flight) == (3, 1)

    looker.clock.pass_(60)
    assert (await looker.look(jobs(container))).queues[0].oldest == 60


async def test_inside_too_a_password_is_needed_and_never_an_argument(start: Start, looker: Looker) -> None:
    container = start("--bind", "127.0.0.1", password="5ecret")
    await looker.look(jobs(container, password="env:PASSWORD"))

    none = await looker.trouble(jobs(container))
    assert none.kind is ProblemKind.DENIED
    assert "wants a password and none is given" in none.reason

    wrong = await looker.trouble(jobs(container, password="env:WRONG"))
    assert wrong.kind is ProblemKind.DENIED
    assert "does not take the password" in wrong.reason

    cli(container, "CLIENT", "PAUSE", "3000", password="5ecret")
    slow = await looker.trouble(jobs(container, password="env:PASSWORD"), timeout=1.0)
    assert slow.kind is ProblemKind.TIMEOUT
    running = [line for line in container.exec("ps", "-o", "args").splitlines() if "redis-cli" in line]
    assert running, "it is still waiting in there"
    assert not any("5ecret" in line for line in running)


async def test_a_wrong_type_inside(start: Start, looker: Looker) -> None:
    container = start("--bind", "127.0.0.1")
    cli(container, "SET", "jobs", "text")
    problem = await looker.trouble(jobs(container))
    assert "key 'jobs' at redis://container:" in problem.reason
    assert "holds a string" in problem.reason


async def test_a_container_that_is_not_there_or_stopped(start: Start, looker: Looker, engine: LabEngine) -> None:
    missing = await looker.trouble(QueueOf("redis://container:opslab-nobody/0", "list", ("jobs",)))
    assert missing.kind is ProblemKind.GONE
    assert "opslab-nobody" in missing.reason

    container = start()
    container.stop()
    reason = f"redis://container:{container.name}/0: the container {container.name} is exited; start it"
    expected = Problem(ProblemKind.GONE, reason)

    async def seen() -> bool:  # the engine's answer is remembered for half a second
        return await looker.trouble(jobs(container)) == expected

    await wait_for("the probe to say that it is stopped", seen)


async def test_a_server_that_was_down_for_a_look_is_asked_by_its_address_again(
    looker: Looker, engine: LabEngine
) -> None:
    container = engine.run(options=HOSTS_PROGRAMS)
    assert (await looker.trouble(jobs(container))).kind is ProblemKind.REFUSED
    container.exec("redis-server", "--save", "", "--protected-mode", "no", "--daemonize", "yes")
    wait_until("redis in the container to answer", lambda: cli(container, "PING") == "PONG")
    await looker.look(jobs(container))
    assert len(cli(container, "CLIENT", "LIST", "TYPE", "normal").splitlines()) == 2, "the probe's stays"


async def test_a_container_with_no_redis_and_no_redis_cli(looker: Looker, engine: LabEngine) -> None:
    container = engine.run()
    problem = await looker.trouble(jobs(container))
    assert problem.kind is ProblemKind.NO_TOOL
    assert f"{container.name} has no redis-cli inside" in problem.reason


async def test_a_redis_that_is_down_in_a_running_container(looker: Looker, engine: LabEngine) -> None:
    container = engine.run(options=HOSTS_PROGRAMS)
    problem = await looker.trouble(jobs(container))
    assert problem.kind is ProblemKind.REFUSED
    assert "refuses connections" in problem.reason


async def test_no_engine_is_our_own_blindness() -> None:
    looking = Looker(World(engine_host="unix:///nowhere/docker.sock"))
    problem = await looking.trouble(QueueOf("redis://container:cache/0", "list", ("jobs",)))
    assert problem.kind is ProblemKind.NO_TOOL
    await looking.world.close()
