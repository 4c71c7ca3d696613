"""Commands and logs in real containers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from opsconsole.model.paths import LogOf
from opsconsole.model.programs import CommandOf, CommandReading, CompilesOf
from opsconsole.model.sample import ProblemKind
from opsconsole.probes.base import World
from opsconsole.runbook.looks import OnlyLooks
from tests.lab.engine import LabEngine
from tests.probes.looks import problem, seen
from tests.support.waiting import wait_until

pytestmark = pytest.mark.engine

HOSTS_PROGRAMS = tuple(f"--volume={folder}:{folder}:ro" for folder in ("/usr", "/lib", "/lib64"))


@pytest.fixture
async def world(engine: LabEngine) -> AsyncIterator[World]:
    here = World(engine_host=engine.host, rules=OnlyLooks())
    yield here
    await here.close()


def shell(container: str, script: str, **more: object) -> CommandOf:
    return CommandOf(("sh", "-c", script), container=container, vouched=True, **more)


async def test_it_runs_in_there_with_its_folder_variables_and_user(engine, world):
    box = engine.run()
    script = "pwd; echo $GREETING; id -u; echo oops >&2; exit 3"
    of = shell(box.name, script, cwd="/tmp", env=(("GREETING", "hello"),), user="10001:10001")
    assert await seen("command", of, within=world) == CommandReading(3, "/tmp\nhello\n10001\noops\n")


async def test_it_passes_the_same_rules(engine, world):
    box = engine.run()
    refused = await problem("command", CommandOf(("rm", "-r", "/tmp"), container=box.name), within=world)
    assert refused.kind is ProblemKind.DENIED


async def test_one_that_takes_too_long_is_ended_in_there(engine, world):
    box = engine.run()
    late = await problem("command", CommandOf(("sleep", "613"), container=box.name, vouched=True), 2.0, within=world)
    assert (late.kind, "sleep 613" in late.reason) == (ProblemKind.TIMEOUT, True), late
    wait_until("it to be gone", lambda: "sleep 613" not in box.exec("ps"))


async def test_where_there_is_no_timeout_program_it_still_runs(engine, world):
    box = engine.run()
    box.exec("rm", "/bin/timeout")
    assert await seen("command", CommandOf(("echo", "hi"), container=box.name), within=world) == CommandReading(
        0, "hi\n"
    )


@pytest.mark.parametrize("without", [(), ("/bin/timeout",)])
async def test_a_program_that_is_not_in_there_is_nothing_to_look_with(engine, world, without):
    box = engine.run()
    for program in without:
        box.exec("rm", program)
    found = await problem("command", CommandOf(("redis-cli", "ping"), container=box.name), within=world)
    assert (found.kind, "redis-cli" in found.reason) == (ProblemKind.NO_TOOL, True), found


async def test_a_container_that_is_not_there_or_does_not_run_is_gone(engine, world):
    found = await problem("command", CommandOf(("date",), container="opslab-nobody"), within=world)
    assert found.kind is ProblemKind.GONE
    box = engine.create()
    stopped = await problem("command", CommandOf(("date",), container=box.name), within=world)
    assert stopped.kind is ProblemKind.GONE, stopped


async def test_the_end_of_its_log_is_read_from_both_channels(engine, world):
    box = engine.run("sh", "-c", "for i in 1 2 3 4 5; do echo out $i; done; echo bad >&2; sleep 600")
    wait_until("it to have written", lambda: "bad" in box.lab.try_docker("logs", box.name).stderr)
    reading = await seen("log", LogOf(container=box.name, lines=3), within=world)
    assert (len(reading.lines), reading.cut) == (3, True)
    whole = await seen("log", LogOf(container=box.name, lines=100), within=world)
    assert sorted(whole.lines) == ["bad", "out 1", "out 2", "out 3", "out 4", "out 5"] and not whole.cut


async def test_the_log_of_a_container_with_a_terminal_is_no_different(engine, world):
    box = engine.run("sh", "-c", "echo one; echo two; sleep 600", options=("--tty",))
    wait_until("it to have written", lambda: "two" in box.lab.try_docker("logs", box.name).stdout)
    assert (await seen("log", LogOf(container=box.name), within=world)).lines == ("one", "two")


async def test_only_what_was_written_lately(engine, world):
    box = engine.run("sh", "-c", "echo old; sleep 600")
    wait_until("it to have written", lambda: "old" in box.lab.try_docker("logs", box.name).stdout)
    assert (await seen("log", LogOf(container=box.name, span=3600), within=world)).lines == ("old",)
    later = World(engine_host=engine.host, clock=lambda: world.clock() + 7200)
    try:
        assert (await seen("log", LogOf(container=box.name, span=3600), within=later)).lines == ()
    finally:
        await later.close()


async def test_a_log_that_is_not_kept_says_so(engine, world):
    box = engine.run(options=("--log-driver=none",))
    found = await problem("log", LogOf(container=box.name), within=world)
    assert found.kind is ProblemKind.UNREADABLE and "does not support reading" in found.reason


async def test_python_is_compiled_where_it_will_run(engine, world, tmp_path):
    (tmp_path / "a.py").write_text("def f(:\n")
    options = ("--env=PATH=/bin:/usr/bin", *HOSTS_PROGRAMS, f"--volume={tmp_path}:/app:ro")
    box, bare = engine.run(options=options), engine.run()
    of = CompilesOf("/app", python="/usr/bin/python3", container=box.name)
    reading = await seen("compiles", of, within=world)
    assert (reading.files, [row[:2] for row in reading.broken]) == (1, [("a.py", 1)])
    found = await problem("compiles", CompilesOf("/app", container=bare.name), within=world)
    assert (found.kind, "python3" in found.reason) == (ProblemKind.NO_TOOL, True), found
