"""The logs of real containers: both channels, terminals, restarts, removal, an engine that is not there."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from opsconsole.logs.lines import Piece, Source, Wanted
from opsconsole.logs.readers import Readers
from opsconsole.model.service import ContainerRef
from opsconsole.probes.base import World
from tests.lab.engine import LabContainer, LabEngine
from tests.lab.gate import gate_before
from tests.logs.reading import all_of, heard_of
from tests.support.waiting import wait_until

pytestmark = pytest.mark.engine

WAITS = "trap 'exit 3' TERM; while :; do sleep 3600 & wait; done"


@pytest.fixture
async def world(engine: LabEngine) -> AsyncIterator[World]:
    world = World(engine_host=engine.host)
    yield world
    await world.close()


async def read(world: World, name: str, wanted: Wanted, follow: bool = True) -> AsyncGenerator[Piece, None]:
    """The log of a container, by readers of its own that are closed with it."""
    source = Source(name, ContainerRef(name))
    readers = Readers(world, [source])
    try:
        async with aclosing(readers(source, wanted, follow)) as pieces:
            async for piece in pieces:
                yield piece
    finally:
        await readers.close()


def say(box: LabContainer, words: str) -> None:
    """Let its first process write a line."""
    box.exec("sh", "-c", f"echo '{words}' > /proc/1/fd/1")


async def test_both_channels_are_followed_with_the_times_that_the_engine_has(engine: LabEngine, world: World) -> None:
    box = engine.run("sh", "-c", f"for i in 1 2 3; do echo out $i; done; echo bad >&2; {WAITS}")
    wait_until("it to have written", lambda: "bad" in box.lab.try_docker("logs", box.name).stderr)
    async with heard_of(read(world, box.name, Wanted(100))) as heard:
        assert sorted(heard.texts) == ["bad", "out 1", "out 2", "out 3"]
        assert heard.whole
        say(box, "more")
        await heard.line("more")
    times = [time for time in heard.times if time is not None]
    assert len(times) == 5
    assert abs(times[-1] - world.clock()) < 3600
    assert times[-1] >= times[0]


async def test_the_log_of_a_container_with_a_terminal_is_taken_as_it_is(engine: LabEngine, world: World) -> None:
    box = engine.run("sh", "-c", f"printf '\\033[31mone\\033[0m\\r\\n'; echo two; {WAITS}", options=("--tty",))
    wait_until("it to have written", lambda: "two" in box.lab.try_docker("logs", box.name).stdout)
    heard = await all_of(read(world, box.name, Wanted(100), follow=False))
    assert heard.texts == ["one", "two"]


async def test_a_line_that_the_engine_cuts_into_pieces_is_one(engine: LabEngine, world: World) -> None:
    long = f"head -c 40000 /dev/zero | tr '\\0' x; echo end; echo next; {WAITS}"
    box = engine.run("sh", "-c", long)
    wait_until("it to have written", lambda: "next" in box.lab.try_docker("logs", box.name).stdout)
    heard = await all_of(read(world, box.name, Wanted(100), follow=False))
    assert len(heard.texts) == 2
    assert set(heard.texts[0].partition(" ")[0]) == {"x"}


async def test_only_the_last_lines_or_those_since_a_time(engine: LabEngine, world: World) -> None:
    box = engine.run("sh", "-c", f"for i in 1 2 3; do echo out $i; done; {WAITS}")
    wait_until("it to have written", lambda: "3" in box.lab.try_docker("logs", box.name).stdout)
    last = await all_of(read(world, box.name, Wanted(2), follow=False))
    assert (last.texts, last.whole) == (["out 2", "out 3"], False)
    since = await all_of(read(world, box.name, Wanted(since=world.clock() + 3600), follow=False))
    assert since.texts == []
    all_since = await all_of(read(world, box.name, Wanted(since=world.clock() - 3600), follow=False))
    assert len(all_since.texts) == 3


async def test_it_goes_on_when_a_stopped_container_runs_again_and_no_line_comes_twice(
    engine: LabEngine, world: World
) -> None:
    box = engine.run("sh", "-c", f"echo begun; {WAITS}")
    async with heard_of(read(world, box.name, Wanted(100))) as heard:
        await heard.line("begun")
        box.stop()
        await heard.words("is exited, exit code 3 · waits for it to run again")
        box.start()
        say(box, "again")
        await heard.line("again")
    assert heard.texts == ["begun", "begun", "again"]  # it says so at each start


async def test_one_that_is_removed_and_made_anew_is_read_on_under_its_name(engine: LabEngine, world: World) -> None:
    name = "opslab-logs-anew"
    engine.try_docker("rm", "--force", name)
    box = engine.run("sh", "-c", f"echo first; {WAITS}", name=name)
    async with heard_of(read(world, name, Wanted(100))) as heard:
        await heard.line("first")
        box.remove()
        await heard.words("waits for it")
        engine.run("sh", "-c", f"echo second; {WAITS}", name=name)
        await heard.line("second")
    assert heard.texts == ["first", "second"]


async def test_the_values_of_its_secret_variables_are_hidden(engine: LabEngine, world: World) -> None:
    told = f"echo using $SHOP_TOKEN in $PLACE; {WAITS}"
    box = engine.run("sh", "-c", told, env={"SHOP_TOKEN": "s3cr3t-value", "PLACE": "production"})
    async with heard_of(read(world, box.name, Wanted(100))) as heard:
        await heard.line("using *** in production")


async def test_an_engine_that_is_not_there_is_said_and_waited_for() -> None:
    world = World(engine_host="unix:///nonexistent/docker.sock")
    try:
        async with heard_of(read(world, "web", Wanted(10))) as heard:
            await heard.words("/nonexistent/docker.sock does not exist")
    finally:
        await world.close()


async def test_an_engine_that_is_stopped_meanwhile_is_waited_for_and_no_line_is_lost_or_comes_twice(
    engine: LabEngine, tmp_path: Path
) -> None:
    box = engine.run("sh", "-c", f"echo before; {WAITS}")
    async with gate_before(engine, tmp_path) as gate:
        world = World(engine_host=gate.host)
        try:
            async with heard_of(read(world, box.name, Wanted(100))) as heard:
                await heard.line("before")
                await gate.shut()
                await heard.words("the connection to the engine broke · waits for it")
                say(box, "meanwhile")
                await gate.open()
                await heard.line("meanwhile")
                gate.slam()
                say(box, "after")
                await heard.line("after")
            assert heard.texts == ["before", "meanwhile", "after"]
            assert heard.said[-1] == ""
        finally:
            await world.close()


async def test_a_log_that_is_not_kept_says_so(engine: LabEngine, world: World) -> None:
    box = engine.run(options=("--log-driver=none",))
    async with heard_of(read(world, box.name, Wanted(10))) as heard:
        await heard.words("does not support reading")
