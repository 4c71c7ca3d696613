"""The real engine: listed once, remembered, and kept right by its events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from opsconsole.model.readings import ContainerReading, EngineReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.service import ContainerRef
from opsconsole.probes.engine import Engine, Executed
from tests.lab.engine import LabContainer, LabEngine
from tests.lab.gate import Gate, gate_before
from tests.support.waiting import wait_for

pytestmark = pytest.mark.engine


@asynccontextmanager
async def opened(host: str, *, follow: bool = False) -> AsyncIterator[Engine]:
    """An engine that is closed at the end; with `follow` its events are followed by then."""
    looking = Engine(host)
    following = asyncio.create_task(looking.follow()) if follow else None
    try:
        if follow:
            await wait_for("the events to be followed", lambda: looking._containers._followed)
        yield looking
    finally:
        if following is not None:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        await looking.close()


async def state_of(looking: Engine, container: LabContainer) -> str | None:
    """The state that the engine client gives, None for a container that it does not know."""
    found = await looking.find(ContainerRef(container.name))
    return found.state if isinstance(found, ContainerReading) else None


async def in_thread(act: object) -> None:
    """Do something slow with docker while the loop goes on."""
    assert callable(act)
    await asyncio.to_thread(act)


async def test_all_containers_are_there_running_or_not(engine: LabEngine) -> None:
    running = engine.run(memory="48m", labels={"team": "ops"}, env={"SECRET": "x"})
    ended = engine.run("sh", "-c", "exit 7")
    never = engine.create()
    async with opened(engine.host) as looking:
        await wait_for("the second one to end", lambda: ended.inspect()["State"]["Status"] == "exited")
        containers = await looking.containers()
        assert not isinstance(containers, Problem)
        one = containers[running.name]
        assert (one.state, one.pid, one.addresses) == ("running", running.pid, (running.address,))
        assert (one.memory_limit, one.labels["team"], one.image) == (48 << 20, "ops", engine.image)
        assert one.started_at is not None and one.finished_at is None and one.exit_code is None
        other = containers[ended.name]
        assert (other.state, other.exit_code, other.pid) == ("exited", 7, None)
        assert other.finished_at is not None
        assert (containers[never.name].state, containers[never.name].started_at) == ("created", None)


async def test_health_and_policy_restarts_are_read(engine: LabEngine) -> None:
    check = ("--health-cmd", "test -e /tmp/well", "--health-interval", "100ms", "--health-retries", "1")
    patient = engine.run(options=check)
    crashing = engine.run("sh", "-c", "exit 1", options=("--restart", "on-failure:2"))
    async with opened(engine.host, follow=True) as looking:

        async def of(container: LabContainer) -> ContainerReading:
            found = await looking.find(ContainerRef(container.name))
            assert isinstance(found, ContainerReading)
            return found

        async def health_is(word: str) -> bool:
            return (await of(patient)).health == word

        await wait_for("it to be unhealthy", lambda: health_is("unhealthy"))
        await in_thread(lambda: patient.exec("touch", "/tmp/well"))
        await wait_for("it to be healthy", lambda: health_is("healthy"))
        await wait_for("both restarts to be counted", lambda: _restarts(looking, crashing, 2))


async def _restarts(looking: Engine, container: LabContainer, number: int) -> bool:
    found = await looking.find(ContainerRef(container.name))
    return isinstance(found, ContainerReading) and found.restarts == number and found.state == "exited"


async def test_a_compose_service_is_found_whatever_its_container_is_called(engine: LabEngine) -> None:
    shop = engine.compose("opsshop", "web", "db")
    async with opened(engine.host) as looking:
        web = await looking.find(ContainerRef("opsshop/web"))
        assert isinstance(web, ContainerReading) and web.name == shop["web"].name
        gone = await looking.find(ContainerRef("opsshop/cache"))
        assert isinstance(gone, Problem) and gone.kind is ProblemKind.GONE


# --- what it costs --------------------------------------------------------------------------------------------------


async def test_while_events_are_followed_looking_asks_the_engine_nothing(engine: LabEngine, tmp_path: Path) -> None:
    engine.run()
    async with gate_before(engine, tmp_path) as gate, opened(gate.host, follow=True) as looking:
        await looking.containers()
        asked = len(gate.requests)
        for _ in range(100):
            assert not isinstance(await looking.containers(), Problem)
        assert len(gate.requests) == asked


async def test_a_single_look_opens_no_event_stream_and_all_probes_share_one_listing(
    engine: LabEngine, tmp_path: Path
) -> None:
    engine.run()
    async with gate_before(engine, tmp_path) as gate, opened(gate.host) as looking:
        await asyncio.gather(*(looking.containers() for _ in range(5)))
        await looking.find(ContainerRef("x"))
        listings = [line for line in gate.requests if "/containers/json" in line]
        assert len(listings) == 1
        assert not any("/events" in line for line in gate.requests)


async def test_one_event_makes_one_container_be_described_anew(engine: LabEngine, tmp_path: Path) -> None:
    touched, untouched = engine.run(), engine.run()
    async with gate_before(engine, tmp_path) as gate, opened(gate.host, follow=True) as looking:
        gate.requests.clear()
        await in_thread(lambda: engine.docker("pause", touched.name))
        await wait_for("the pause to be known", lambda: _is(looking, touched, "paused"))
        assert [line for line in gate.requests if untouched.id in line or "/containers/json" in line] == []
        assert [line for line in gate.requests if touched.id in line] != []


async def _is(looking: Engine, container: LabContainer, state: str | None) -> bool:
    return await state_of(looking, container) == state


async def test_running_a_command_in_a_container_is_no_change_of_it(engine: LabEngine, tmp_path: Path) -> None:
    container = engine.run()
    async with gate_before(engine, tmp_path) as gate, opened(gate.host, follow=True) as looking:
        told: list[str] = []
        looking.on_change(told.append)
        gate.requests.clear()
        await looking.exec(container.name, ["true"])
        await in_thread(lambda: engine.docker("pause", container.name))
        await wait_for("the pause to be told", lambda: container.name in told)
        assert told.count(container.name) == 1
        described = [line for line in gate.requests if line == f"GET /containers/{container.id}/json"]
        assert len(described) == 1


# --- news -----------------------------------------------------------------------------------------------------------


async def test_every_turn_of_a_containers_life_is_told_and_known_at_once(engine: LabEngine) -> None:
    async with opened(engine.host, follow=True) as looking:
        told: list[str] = []
        forget = looking.on_change(told.append)
        container = await asyncio.to_thread(engine.run)
        await wait_for("its start to be told", lambda: container.name in told)
        await wait_for("it to run", lambda: _is(looking, container, "running"))
        first = await looking.find(ContainerRef(container.name))
        for act, state in (
            (container.stop, "exited"),
            (container.start, "running"),
            (container.kill, "exited"),
            (container.remove, None),
        ):
            told.clear()
            await in_thread(act)
            await wait_for(f"{act.__name__} to be told", lambda: container.name in told)
            await wait_for(f"{act.__name__} to be known", partial(_is, looking, container, state))
        again = await asyncio.to_thread(engine.run, name=container.name)
        await wait_for("the new one to run", lambda: _is(looking, again, "running"))
        second = await looking.find(ContainerRef(container.name))
        assert isinstance(first, ContainerReading) and isinstance(second, ContainerReading)
        assert first.id != second.id
        forget()
        told.clear()
        await in_thread(again.stop)
        await wait_for("the last stop to be known", lambda: _is(looking, again, "exited"))
        assert told == []


async def test_an_oom_in_a_process_that_is_not_the_first_is_known_and_outlives_a_restart(engine: LabEngine) -> None:
    container = engine.run(memory="16m")
    async with opened(engine.host, follow=True) as looking:
        await in_thread(container.cause_oom)

        async def marked() -> ContainerReading | None:
            found = await looking.find(ContainerRef(container.name))
            return found if isinstance(found, ContainerReading) and found.oom_killed else None

        before = await wait_for("the OOM to be known", marked)
        assert (before.state, before.pid, before.restarts) == ("running", container.pid, 0)
        await in_thread(container.restart)

        async def restarted() -> ContainerReading | None:
            found = await marked()
            return found if found and found.started_at != before.started_at else None

        assert (await wait_for("the restart, with the OOM still known", restarted)).oom_at == before.oom_at


async def test_an_engine_that_breaks_off_is_connected_to_again_and_nothing_is_missed(
    engine: LabEngine, tmp_path: Path
) -> None:
    container, tight = engine.run(), engine.run(memory="16m")
    async with gate_before(engine, tmp_path) as gate, opened(gate.host, follow=True) as looking:
        told: list[str] = []
        looking.on_change(told.append)
        await in_thread(lambda: engine.docker("pause", container.name))  # so that there is a last event
        await in_thread(lambda: engine.docker("unpause", container.name))
        await wait_for("the last event before the break", lambda: _is(looking, container, "running"))
        told.clear()
        await gate.shut()
        await wait_for("the break to be told", lambda: container.name in told)
        problem = await looking.containers()
        assert isinstance(problem, Problem) and problem.kind is ProblemKind.NO_TOOL
        await in_thread(container.stop)
        await in_thread(tight.cause_oom)
        told.clear()
        await gate.open()
        await wait_for("the change meanwhile to be told", lambda: container.name in told)
        await wait_for("the stop to be known", lambda: _is(looking, container, "exited"))

        async def marked() -> bool:
            found = await looking.find(ContainerRef(tight.name))
            return isinstance(found, ContainerReading) and found.oom_at is not None

        await wait_for("the OOM meanwhile to be known", marked)
        await in_thread(container.start)
        await wait_for("events to arrive again", lambda: _is(looking, container, "running"))


async def test_connections_that_break_in_the_middle_are_made_again(engine: LabEngine, tmp_path: Path) -> None:
    container = engine.run()
    async with gate_before(engine, tmp_path) as gate, opened(gate.host) as looking:
        assert await state_of(looking, container) == "running"
        gate.slam()
        looking._containers.doubt()
        await wait_for("an answer over a new connection", lambda: _is(looking, container, "running"))


# --- the engine itself, and what is run in a container --------------------------------------------------------------


async def test_the_engine_says_what_it_is(engine: LabEngine) -> None:
    async with opened(engine.host) as looking:
        reading = await looking.ping()
        assert reading == EngineReading(
            engine.docker("version", "--format", "{{.Server.Version}}"),
            engine.docker("version", "--format", "{{.Server.APIVersion}}"),
        )
        assert await looking.ping() == reading


async def test_a_command_runs_in_a_container(engine: LabEngine) -> None:
    container = engine.run()
    async with opened(engine.host) as looking:
        done = await looking.exec(container.name, ["sh", "-c", "printf 'a\\006b\\n'; echo no >&2; exit 3"])
        assert done == Executed(3, b"a\x06b\n", b"no\n")
        told = await looking.exec(container.name, ["sh", "-c", "echo $WORD"], env={"WORD": "hunter2"})
        assert isinstance(told, Executed) and told.stdout == b"hunter2\n"
        much = await looking.exec(container.name, ["dd", "if=/dev/zero", "bs=64k", "count=64"], most=1000)
        assert isinstance(much, Executed) and (len(much.stdout), much.cut) == (1000, True)


async def test_a_command_that_cannot_run_says_why(engine: LabEngine) -> None:
    container, stopped = engine.run(), engine.create()
    async with opened(engine.host) as looking:
        missing = await looking.exec(container.name, ["redis-cli", "PING"])
        assert missing == Problem(
            ProblemKind.NO_TOOL, f"cannot run redis-cli in {container.name}: it has no such program"
        )
        ended = await looking.exec(stopped.name, ["true"])
        assert isinstance(ended, Problem) and ended.kind is ProblemKind.GONE and "not running" in ended.reason
        nobody = await looking.exec("opslab-nobody", ["true"])
        assert nobody == Problem(ProblemKind.GONE, "no container called opslab-nobody")
        slow = await looking.exec(container.name, ["sleep", "2"], timeout=0.1)
        assert slow == Problem(ProblemKind.TIMEOUT, f"sleep in {container.name} took longer than 100 ms")


# --- whoever asks may go away ---------------------------------------------------------------------------------------


async def test_one_who_stops_waiting_does_not_take_the_answer_from_the_others(
    engine: LabEngine, tmp_path: Path
) -> None:
    container = engine.run()
    async with gate_before(engine, tmp_path) as gate, opened(gate.host) as looking:
        gate.hold()
        impatient = asyncio.create_task(looking.containers())
        patient = asyncio.create_task(looking.containers())
        await wait_for("the question to be asked", lambda: gate.requests)
        impatient.cancel()
        await asyncio.gather(impatient, return_exceptions=True)
        gate.release()
        containers = await patient
        assert not isinstance(containers, Problem) and container.name in containers


def test_another_event_loop_begins_anew(engine: LabEngine) -> None:
    container = engine.run()
    looking = Engine(engine.host)

    async def look() -> str | None:
        return await state_of(looking, container)

    async def look_and_close() -> str | None:
        try:
            return await look()
        finally:
            await looking.close()

    assert asyncio.run(look()) == "running"
    assert asyncio.run(look_and_close()) == "running"


async def test_after_closing_nothing_stays_open(engine: LabEngine, tmp_path: Path) -> None:
    async with gate_before(engine, tmp_path) as gate:
        async with opened(gate.host, follow=True) as looking:
            await looking.containers()
            assert gate._passing
        await wait_for("all connections to be closed", lambda: not gate._passing)


async def test_the_gate_lets_through_what_the_tests_rely_on(engine: LabEngine, tmp_path: Path) -> None:
    gate = Gate(engine.host, tmp_path / "gate.sock")
    await gate.open()
    async with opened(gate.host) as looking:
        assert isinstance(await looking.ping(), EngineReading)
        assert gate.requests == ["GET /version"]
        await gate.shut()
        assert isinstance(await looking.ping(), Problem)
