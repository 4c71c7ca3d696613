"""A container closely: what it is made of, and what became of it and why, told by the real engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from opsconsole.model.detail import About, Happening, Story, Variable
from opsconsole.model.readings import ContainerReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.service import ContainerRef
from opsconsole.probes.base import World
from opsconsole.probes.details import Details
from opsconsole.probes.details.events import Heard, understood
from tests.lab.engine import LabEngine
from tests.support.waiting import wait_for

LISTENS = ("sh", "-c", "trap 'exit 0' TERM; nc -ll -p 8000 -e cat & while :; do sleep 3600 & wait $!; done")


@pytest.fixture
async def details() -> AsyncIterator[Details]:
    world = World()
    yield Details(world)
    await world.close()


async def story_of(details: Details, name: str, enough: Callable[[list[Happening]], object]) -> list[Happening]:
    """What became of it, once that holds: the engine notes an event a moment after it happened."""

    async def look() -> list[Happening] | None:
        told = await details.story(ContainerRef(name))
        assert isinstance(told, Story), told
        return list(told.happenings) if enough(list(told.happenings)) else None

    return await wait_for("the story", look)


@pytest.mark.engine
async def test_deaths_are_told_with_their_reasons(engine: LabEngine, details: Details) -> None:
    made = engine.run(memory="24M", options=("--restart=on-failure:3",))
    made.cause_oom()
    made.restart()
    made.stop()
    made.start()
    made.kill("KILL")
    told = await story_of(details, made.name, lambda found: [one.what for one in found].count("ended") == 3)
    whys = [(one.what, one.why) for one in told]
    assert whys[:2] == [
        ("made anew and started", "by hand"),
        ("out of memory", "the kernel killed a process of it"),
    ]
    assert ("started", "by hand (a restart)") in whys
    ended = [one for one in told if one.what == "ended"]
    assert [one.why for one in ended] == ["stopped by hand", "stopped by hand", "killed by hand"]
    assert not any(one.bad for one in ended)
    assert [one.at for one in told] == sorted(one.at for one in told)


@pytest.mark.engine
async def test_what_ends_by_itself_says_how_and_who_started_it_again(engine: LabEngine, details: Details) -> None:
    made = engine.run("sh", "-c", "exit 3", options=("--restart=on-failure:2",))
    told = await story_of(details, made.name, lambda found: [one.what for one in found].count("ended") == 3)
    assert [one.why for one in told if one.what == "ended"] == ["exit code 3: an error of its own"] * 3
    assert all(one.bad for one in told if one.what == "ended")
    assert [one.why for one in told if one.what == "started"] == [
        "by its restart policy (on-failure, at most 2 times)"
    ] * 2


@pytest.mark.engine
async def test_a_container_is_told_with_image_command_limits_ports_and_no_secret(
    engine: LabEngine, details: Details
) -> None:
    secret = "hunter2-hunter2"
    made = engine.run(
        *LISTENS, memory="64M", publish=(8000,),
        env={"DB_PASSWORD": secret, "DATABASE": f"postgres://shop:{secret}@db/shop", "MODE": "worker"},
        options=(
            "--workdir=/tmp", "--restart=always", f"--health-cmd=echo by {secret}; test ! -e /tmp/sick",
            "--health-interval=200ms", "--volume=/usr:/mnt:ro",
        ),
    )  # fmt: skip

    async def look() -> About | None:
        found = await details.about(ContainerRef(made.name))
        assert isinstance(found, About), found
        return (
            found if found.health and found.ports and any(port.by.startswith("pid") for port in found.ports) else None
        )  # type: ignore[union-attr]

    found = await wait_for("its health check and its port", look)
    facts = dict(found.facts)
    assert facts["image"].startswith(engine.image)
    assert facts["command"].startswith("sh -c trap 'exit 0' TERM; nc -ll -p 8000")
    assert facts["memory"] == "limit 64 M"
    assert facts["folder"] == "/tmp"
    assert facts["restarts"].startswith("policy always; 0 since")
    assert facts["made"].endswith("ago")
    assert facts["mounts"] == "/mnt from /usr (read-only)"
    (port,) = found.ports
    assert (port.port, port.protocol, port.published) == (8000, "tcp", (f"127.0.0.1:{engine.port(made, 8000)}",))  # type: ignore[union-attr]
    assert (found.health[-1].exit_code, found.health[-1].said) == (0, "by ***")
    assert "by ***;" in found.health_check
    variables = await details.environment(ContainerRef(made.name))
    assert not isinstance(variables, Problem)
    shown = {one.name: one for one in variables}
    assert shown["MODE"] == Variable("MODE", "worker")
    assert shown["DB_PASSWORD"] == Variable("DB_PASSWORD", None, "hidden: by its name it may be a secret")
    assert shown["DATABASE"].value == "postgres://***@db/shop"
    assert secret not in repr(found) + repr(variables)


@pytest.mark.engine
async def test_looking_closely_changes_nothing_and_makes_no_event(engine: LabEngine, details: Details) -> None:
    made = engine.run()
    before = made.inspect()
    for _ in range(2):
        for looked in (details.about, details.environment, details.story):
            assert not isinstance(await looked(ContainerRef(made.name)), Problem)  # type: ignore[operator]
    after = made.inspect()
    assert after == before
    told = await details.story(ContainerRef(made.name))
    assert isinstance(told, Story)
    assert [one.what for one in told.happenings] == ["made anew and started"]


@pytest.mark.engine
async def test_what_does_not_run_or_is_not_there_says_so(engine: LabEngine, details: Details) -> None:
    made = engine.create()
    about = await details.about(ContainerRef(made.name))
    assert isinstance(about, About)
    assert dict(about.facts)["started"] == "never"
    none = await details.environment(ContainerRef(made.name))
    assert isinstance(none, Problem)
    assert none.reason == f"container {made.name} is created, so nothing runs in it"
    for looked in (details.about, details.environment, details.story):
        gone = await looked(ContainerRef("opslab-no-such"))  # type: ignore[operator]
        assert isinstance(gone, Problem)
        assert gone.kind is ProblemKind.GONE


# --- the meaning of events, where the real ones are slow to come by ---------------------------------------------

RUNS = ContainerReading("c0ffee", "web", "running", "web:1", started_at=1000.0)


@pytest.mark.parametrize(
    ("heard", "policy", "told"),
    [
        ([Heard(1, "oom")], "", ("out of memory", "the kernel killed a process of it", True)),
        (
            [Heard(1, "oom"), Heard(2, "kill", signal=15), Heard(2.1, "die", code=0)],
            "",
            ("ended", "stopped by hand", False),
        ),
        (
            [Heard(1, "oom"), Heard(1.2, "die", code=137)],
            "",
            ("ended", "out of memory: the kernel killed a process of it", True),
        ),
        (
            [
                Heard(1, "kill", signal=15),
                Heard(11, "kill", signal=9),
                Heard(11.1, "die", code=137),
                Heard(11.2, "stop"),
            ],
            "",
            ("ended", "killed by hand; it did not end when it was asked to", False),
        ),
        (
            [Heard(1, "kill", signal=15), Heard(1.1, "die", code=3)],
            "",
            ("ended", "stopped by hand (exit code 3: an error of its own)", False),
        ),
        (
            [Heard(1, "kill", signal=1), Heard(1.1, "die", code=129)],
            "",
            ("ended", "exit code 129: its terminal went away (HUP)", True),
        ),
        (
            [Heard(1, "die", code=137)],
            "always",
            (
                "ended",
                "exit code 137: killed (KILL), not by the engine: by hand on the box, or as the box had no memory",
                True,
            ),
        ),
        ([Heard(1, "die", code=139)], "", ("ended", "exit code 139: it crashed: bad access to memory (SEGV)", True)),
        ([Heard(1, "die", code=127)], "", ("ended", "exit code 127: there is no such command", True)),
        ([Heard(1, "die", code=0)], "", ("ended", "by itself, without an error (exit code 0)", False)),
        (
            [Heard(1, "die", code=1), Heard(2, "start")],
            "unless-stopped",
            ("started", "by its restart policy (unless-stopped)", False),
        ),
        ([Heard(1, "die", code=1), Heard(2, "start")], "no", ("started", "by hand", False)),
        (
            [Heard(1, "kill", signal=15), Heard(1.1, "die", code=143), Heard(1.2, "stop"), Heard(60, "start")],
            "always",
            ("started", "by hand", False),
        ),
        ([Heard(1, "health_status: unhealthy")], "", ("unhealthy", "by its own health check", True)),
        ([Heard(1, "pause")], "", ("paused", "by hand", False)),
    ],
)
def test_what_events_mean(heard: list[Heard], policy: str, told: tuple[str, str, bool]) -> None:
    last = [one for one in understood(heard, RUNS, policy) if one.at < 999][-1]
    assert (last.what, last.why, last.bad) == told


def test_what_the_engine_notes_of_the_last_end_stands_in_where_it_remembers_no_event() -> None:
    ended = ContainerReading("c0ffee", "web", "exited", "web:1", finished_at=500.0, exit_code=137, oom_killed=True)
    assert understood([], ended, "") == [
        Happening(500.0, "ended", "out of memory: the kernel killed a process of it", bad=True)
    ]
    assert understood([Heard(500.1, "die", code=137)], ended, "")[0].at == 500.1
