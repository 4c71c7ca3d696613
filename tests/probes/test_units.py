"""Units of a real systemd, asked for all at once, and what is said where there is none."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from opsconsole.model.readings import UnitReading
from opsconsole.model.sample import Problem, ProblemKind, Target
from opsconsole.model.service import UnitRef
from opsconsole.probes import open_probe
from opsconsole.probes.base import World
from opsconsole.probes.systemd import Units
from tests.lab.systemd import LabSystemd
from tests.support.waiting import wait_for

SLEEPS = "ExecStart=/bin/sleep 1000"


@pytest.fixture
async def units(systemd: LabSystemd) -> AsyncIterator[Units]:
    """What we know of the units of a real systemd."""
    known = Units(systemd.prefix)
    yield known
    await known.close()


async def unit(known: Units, name: str) -> UnitReading:
    """One reading, which must be there."""
    found = await known.show([name], 10)
    assert not isinstance(found, Problem), found
    return found[name]


@pytest.mark.systemd
async def test_a_running_service_is_told_with_its_process_its_group_and_its_start(
    systemd: LabSystemd, units: Units
) -> None:
    systemd.add("worker.service", SLEEPS)
    before = int(systemd.container.exec("date", "+%s"))
    systemd.start("worker.service")
    found = await unit(units, "worker.service")
    assert (found.name, found.load_state, found.active_state, found.sub_state, found.result) == (
        "worker.service",
        "loaded",
        "active",
        "running",
        "success",
    )
    assert found.main_pid == int(systemd.systemctl("show", "worker.service", "--property=MainPID", "--value"))
    assert found.control_group.endswith("/system.slice/worker.service")
    assert found.started_at is not None
    assert before <= found.started_at <= before + 20
    assert (found.restarts, found.exit_code, found.description) == (0, None, "lab: worker.service")


@pytest.mark.systemd
async def test_what_does_not_exist_and_what_cannot_exist_are_not_found_beside_what_does(
    systemd: LabSystemd, units: Units
) -> None:
    systemd.add("worker.service", SLEEPS)
    systemd.start("worker.service")
    names = ["nosuch.service", "no such.service", "worker*.service", "worker@.service", "-h.service", "worker.service"]
    found = await units.show(names, 10)
    assert not isinstance(found, Problem), found
    assert [found[name].load_state for name in names] == ["not-found"] * 5 + ["loaded"]
    assert found["worker.service"].active_state == "active"


@pytest.mark.systemd
async def test_how_a_service_ended_is_told_as_a_shell_would(systemd: LabSystemd, units: Units) -> None:
    systemd.add("fails.service", "ExecStart=/bin/sh -c 'exit 3'")
    systemd.add("killed.service", "ExecStart=/bin/sh -c 'kill -9 $$$$'")
    systemd.add("done.service", "Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true")
    for name in ("fails.service", "killed.service", "done.service"):
        systemd.start(name)

    async def all_ended() -> bool:
        states = [(await unit(units, name)).active_state for name in ("fails.service", "killed.service")]
        return states == ["failed", "failed"]

    await wait_for("both to have failed", all_ended)
    fails, killed, done = [await unit(units, f"{name}.service") for name in ("fails", "killed", "done")]
    assert (fails.result, fails.exit_code, fails.main_pid) == ("exit-code", 3, None)
    assert (killed.result, killed.exit_code) == ("signal", 137)
    assert (done.active_state, done.sub_state, done.result, done.exit_code) == ("active", "exited", "success", 0)


@pytest.mark.systemd
async def test_a_crash_loop_shows_its_restarts(systemd: LabSystemd, units: Units) -> None:
    systemd.add(
        "loops.service", "ExecStart=/bin/false\nRestart=always\nRestartSec=30ms", unit="StartLimitIntervalSec=0"
    )
    systemd.start("loops.service")
    await wait_for("the third restart", lambda: _restarted(units, 3))
    systemd.add("waits.service", "ExecStart=/bin/false\nRestart=always\nRestartSec=1000")
    systemd.start("waits.service")

    async def waits() -> bool:
        found = await unit(units, "waits.service")
        return (found.active_state, found.sub_state) == ("activating", "auto-restart")

    await wait_for("the long pause before its restart", waits)
    failed = await units.failed(10)
    assert not isinstance(failed, Problem), failed
    assert "waits.service" in [one.name for one in failed]


async def _restarted(units: Units, times: int) -> bool:
    return (await unit(units, "loops.service")).restarts >= times


@pytest.mark.systemd
async def test_services_that_people_laid_here_are_found_while_they_run(systemd: LabSystemd, units: Units) -> None:
    assert await units.own(10) == ()
    systemd.add("worker.service", SLEEPS)
    assert await units.own(10) == ()
    systemd.start("worker.service")
    own = await units.own(10)
    assert not isinstance(own, Problem), own
    assert [one.name for one in own] == ["worker.service"]


@pytest.mark.systemd
async def test_failed_units_are_found_without_being_named(systemd: LabSystemd, units: Units) -> None:
    assert await units.failed(10) == ()
    systemd.add("fails.service", "ExecStart=/bin/false")
    systemd.add("worker.service", SLEEPS)
    for name in ("fails.service", "worker.service"):
        systemd.start(name)

    async def found() -> tuple[UnitReading, ...]:
        failed = await units.failed(10)
        assert not isinstance(failed, Problem), failed
        return failed

    (one,) = await wait_for("the failure to be listed", found)
    assert (one.name, one.active_state, one.exit_code) == ("fails.service", "failed", 1)


@pytest.mark.systemd
async def test_a_unit_asked_for_by_its_other_name_is_told_under_the_name_asked_for(
    systemd: LabSystemd, units: Units
) -> None:
    (systemd.folder / "alias.service").symlink_to("worker.service")
    systemd.add("worker.service", SLEEPS)
    systemd.start("worker.service")
    found = await units.show(["alias.service", "worker.service"], 10)
    assert not isinstance(found, Problem), found
    assert found["alias.service"] == found["worker.service"]
    assert found["alias.service"].active_state == "active"


@pytest.mark.systemd
async def test_all_who_ask_in_one_round_share_one_question(systemd: LabSystemd, tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    counting = ("sh", "-c", f'echo "$*" >>{calls}; exec "$@"', "sh", *systemd.prefix)
    known = Units(counting)
    await asyncio.gather(*(known.show(["a.service", "b.service"], 10) for _ in range(5)))
    await known.show(["a.service"], 10)
    assert len(calls.read_text().splitlines()) == 1
    await known.show(["c.service"], 10)
    await known.show(["a.service", "b.service", "c.service"], 10)
    assert [line.partition(" -- ")[2] for line in calls.read_text().splitlines()] == [
        "a.service b.service",
        "a.service b.service c.service",
    ]
    await known.close()


@pytest.mark.systemd
async def test_one_who_stops_waiting_does_not_take_the_answer_from_the_others(systemd: LabSystemd) -> None:
    known = Units(systemd.prefix)
    impatient = asyncio.create_task(known.show(["a.service"], 10))
    patient = asyncio.create_task(known.show(["a.service"], 10))
    await asyncio.sleep(0)
    impatient.cancel()
    found = await patient
    assert not isinstance(found, Problem), found
    assert impatient.cancelled()
    await known.close()


@pytest.mark.systemd
async def test_the_probe_gives_a_sample_for_each_unit_also_where_there_is_none(systemd: LabSystemd) -> None:
    systemd.add("worker.service", SLEEPS)
    systemd.start("worker.service")
    world = World(_units=Units(systemd.prefix))
    targets = [Target("unit", name, UnitRef(f"{name}.service")) for name in ("worker", "nosuch")]
    samples = await open_probe("unit", world).read(targets, 10)
    assert [sample.target for sample in samples] == targets
    assert [sample.value.load_state for sample in samples] == ["loaded", "not-found"]
    await world.close()


@pytest.mark.systemd
async def test_the_processes_of_a_unit_are_those_of_its_control_group(systemd: LabSystemd) -> None:
    """Asked beside systemd, where its pids mean what they say."""
    (systemd.folder / "pool.sh").write_text("sleep 1000 & sh -c 'sleep 2000; true'; true\n")
    systemd.add("pool.service", "ExecStart=/bin/sh /run/systemd/system/pool.sh")
    systemd.add("stopped.service", SLEEPS)
    systemd.start("pool.service")
    program = """
import asyncio, json
from opsconsole.model.sample import Target
from opsconsole.model.service import UnitRef
from opsconsole.probes import open_probe
from opsconsole.probes.base import World

async def look():
    world = World()
    names = ("pool.service", "stopped.service", "nosuch.service")
    samples = await open_probe("process", world).read([Target("process", n, UnitRef(n)) for n in names], 10)
    main = (await world.units.show(["pool.service"], 10))["pool.service"].main_pid
    await world.close()
    first = samples[0].value
    print(json.dumps({
        "lines": sorted(" ".join(p.argv) for p in first.processes) if first else samples[0].problem.reason,
        "main": bool(first) and first.processes[0].pid == main,
        "program": first and first.main.program,
        "reasons": [s.problem and [s.problem.kind.name, s.problem.reason] for s in samples[1:]],
    }))

asyncio.run(look())
"""

    async def complete() -> dict[str, object] | None:
        seen: dict[str, object] = json.loads(await asyncio.to_thread(systemd.python, program))
        return seen if isinstance(seen["lines"], list) and len(seen["lines"]) == 4 else None

    seen = await wait_for("the unit to have started all of its own", complete, within=20)
    assert seen["lines"] == [
        "/bin/sh /run/systemd/system/pool.sh",
        "sh -c sleep 2000; true",
        "sleep 1000",
        "sleep 2000",
    ]
    assert (seen["main"], seen["program"]) == (True, "pool.sh")
    assert seen["reasons"] == [
        ["GONE", "unit stopped.service is inactive (dead), so nothing of it runs"],
        ["GONE", "there is no unit called nosuch.service on this machine"],
    ]


# --- where there is no systemd ------------------------------------------------------------------------------------


async def told(*prefix: str, timeout: float = 5.0) -> Problem:
    """What is said when systemctl is this."""
    known = Units(prefix)
    found = await known.show(["worker.service"], timeout)
    await known.close()
    assert isinstance(found, Problem), found
    return found


async def test_without_systemctl_units_cannot_be_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    expected = Problem(ProblemKind.NO_TOOL, "systemctl is not installed here, so units cannot be seen")
    assert await told() == expected
    samples = await open_probe("unit", World()).read([Target("unit", "worker", UnitRef("worker.service"))], 5)
    assert samples[0].problem == expected
    assert await Units().failed(5) == expected


@pytest.mark.parametrize(
    ("complaint", "kind", "words"),
    [
        (
            "System has not been booted with systemd as init system (PID 1). Can't operate.\n"
            "Failed to connect to bus: Host is down",
            ProblemKind.NO_TOOL,
            "does not run systemd",
        ),
        ("Failed to connect to bus: No such file or directory", ProblemKind.NO_TOOL, "cannot be reached over its bus"),
        ("Failed to connect to bus: Permission denied", ProblemKind.DENIED, "does not let us look"),
        ("Failed to get properties: Access denied", ProblemKind.DENIED, "does not let us look"),
        (
            "Failed to frobnicate: \x1b[31mred\x1b[0m",
            ProblemKind.NO_TOOL,
            "systemctl failed: Failed to frobnicate: red",
        ),
        ("", ProblemKind.NO_TOOL, "systemctl failed: exit code 1"),
    ],
)
async def test_each_refusal_has_its_own_words(tmp_path: Path, complaint: str, kind: ProblemKind, words: str) -> None:
    (tmp_path / "complaint").write_text(complaint)
    problem = await told("sh", "-c", f"cat {tmp_path}/complaint >&2; exit 1")
    assert problem.kind is kind
    assert words in problem.reason
    assert "\n" not in problem.reason


async def test_a_systemd_that_never_answers_is_not_waited_for_and_its_asker_is_ended(tmp_path: Path) -> None:
    started = tmp_path / "pid"
    known = Units(("sh", "-c", f"echo $$ >{started}; exec sleep 1000", "sh"))
    found = await known.show(["worker.service"], 0.2)
    assert found == Problem(ProblemKind.NO_TOOL, "systemd did not answer within 200 ms")
    pid = int(await wait_for("it to have been asked", lambda: started.exists() and started.read_text().strip()))
    assert lives(pid)
    await known.close()
    assert not lives(pid)


def lives(pid: int) -> bool:
    """Whether there is such a process."""
    return Path(f"/proc/{pid}").exists()


async def test_an_answer_about_too_few_units_is_not_given_to_the_wrong_ones() -> None:
    known = Units(("sh", "-c", "printf 'Id=a.service\\nLoadState=loaded\\n'", "sh"))
    found = await known.show(["a.service", "b.service"], 5)
    assert found == Problem(ProblemKind.UNREADABLE, "systemctl was asked about 2 units and told of 1")
    await known.close()


def test_it_can_be_asked_from_one_loop_after_another() -> None:
    known = Units(("sh", "-c", "printf 'Id=a.service\\nLoadState=loaded\\n'", "sh"))
    for _ in range(2):
        found = asyncio.run(known.show(["a.service"], 5))
        assert not isinstance(found, Problem)
        assert found["a.service"].load_state == "loaded"
