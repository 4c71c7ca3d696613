"""A systemd unit closely: what it is made of, and what became of it and why, told by a real systemd and its journal."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable

import pytest

from opsconsole.model.detail import About, Happening, Story
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.service import UnitRef
from opsconsole.probes.base import World
from opsconsole.probes.details import Details
from opsconsole.probes.details.unit import entries, remembered, understood
from opsconsole.probes.systemctl import understand_journal
from opsconsole.probes.systemd import Units
from tests.lab.systemd import LabSystemd
from tests.support.waiting import wait_for


@pytest.fixture
async def details(systemd: LabSystemd) -> AsyncIterator[Details]:
    """What is read closely of the units of a real systemd."""
    world = World()
    world._units = Units(systemd.prefix)
    yield Details(world)
    await world.close()


async def story_of(details: Details, name: str, enough: Callable[[list[Happening]], object]) -> list[Happening]:
    async def look() -> list[Happening] | None:
        told = await details.story(UnitRef(name), 10)
        assert isinstance(told, Story), told
        return list(told.happenings) if enough(list(told.happenings)) else None

    return await wait_for("the story", look, 20)


@pytest.mark.systemd
async def test_deaths_of_units_are_told_with_their_reasons(systemd: LabSystemd, details: Details) -> None:
    systemd.try_systemctl("start", "systemd-journald.service")
    systemd.add(
        "fails.service", "ExecStart=/bin/sh -c 'exit 78'\nRestart=on-failure\nRestartSec=0", "StartLimitBurst=2"
    )
    systemd.add("worker.service", "ExecStart=/bin/sleep 1000")
    systemd.add("nowhere.service", "ExecStart=/no/such/program")
    systemd.start("fails.service")
    systemd.start("worker.service")
    systemd.systemctl("restart", "worker.service")
    systemd.systemctl("kill", "--signal=SEGV", "worker.service")
    systemd.start("nowhere.service")
    crashed = await story_of(details, "worker.service", lambda found: any(one.bad for one in found))
    assert [(one.what, one.why) for one in crashed] == [
        ("started", "by hand, or at boot"),
        ("ended", "stopped by hand, or with what it belongs to"),
        ("started", "by hand, or at boot"),
        ("ended", "it crashed: bad access to memory (SEGV)"),
    ]
    looping = await story_of(details, "fails.service", lambda found: [one.bad for one in found].count(True) >= 2)
    assert ("ended", "exit code 78: its settings are wrong") in [(one.what, one.why) for one in looping]
    assert ("started", "again by systemd") in [(one.what, one.why) for one in looping]
    missing = await story_of(details, "nowhere.service", lambda found: any(one.bad for one in found))
    assert missing[-1].why == "exit code 203: its program cannot be executed: not there, or not executable"

    about = await details.about(UnitRef("worker.service"), 10)
    assert isinstance(about, About)
    facts = dict(about.facts)
    assert facts["command"] == "/bin/sleep 1000"
    assert facts["file"].endswith("/worker.service")
    assert facts["restarts"].startswith("Restart=no; 0 since")
    assert facts["memory"] == "no limit"
    gone = await details.about(UnitRef("nosuch.service"), 10)
    assert isinstance(gone, Problem)
    assert gone.kind is ProblemKind.GONE


@pytest.mark.systemd
async def test_without_a_journal_systemd_itself_still_knows_the_last_end(systemd: LabSystemd, details: Details) -> None:
    systemd.try_systemctl(
        "stop", "systemd-journald.socket", "systemd-journald-dev-log.socket", "systemd-journald.service"
    )
    systemd.container.exec("rm", "-rf", "/run/log/journal", "/var/log/journal")
    systemd.add("fails.service", "ExecStart=/bin/sh -c 'exit 3'")
    systemd.start("fails.service")
    told = await story_of(details, "fails.service", lambda found: any(one.bad for one in found))
    assert [one.what for one in told] == ["started", "ended"]
    assert told[-1].why == "exit code 3: an error of its own"
    story = await details.story(UnitRef("fails.service"), 10)
    assert isinstance(story, Story)
    assert story.known_since.startswith("What systemd itself still knows: ")


# --- what the journal says, where the real thing is slow to come by ---------------------------------------------


def entry(at: int, kind: str, **more: str) -> str:
    return json.dumps({"__REALTIME_TIMESTAMP": str(at * 1_000_000), "MESSAGE_ID": kind, **more})


STOPPING, EXITED = "de5b426a63be47a7b6ac3eaac82e2f6f", "98e322203f7a4ed290d09fe03c09fe15"
FAILED, OOM = "d9b373ed55a64feb8242e02dbe79a49c", "fe6faa94e7774663a0da52717891d8ef"
NOT_STARTED, WELL = "be02cf6855d2428ba40df7e9d022f03d", "7ad2d189f7e94e70a38c781354912448"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (
            [
                entry(1, OOM),
                entry(1, EXITED, EXIT_CODE="killed", EXIT_STATUS="9"),
                entry(1, FAILED, UNIT_RESULT="oom-kill"),
            ],
            ("ended", "out of memory: the kernel killed a process of it", True),
        ),
        (
            [entry(1, EXITED, EXIT_CODE="exited", EXIT_STATUS="217"), entry(1, FAILED, UNIT_RESULT="exit-code")],
            ("ended", "exit code 217: there is no such user, or it may not be it", True),
        ),
        ([entry(1, FAILED, UNIT_RESULT="watchdog")], ("ended", "its watchdog heard nothing of it", True)),
        (
            [entry(1, STOPPING), entry(9, FAILED, UNIT_RESULT="timeout")],
            ("ended", "when it was stopped by hand: it took too long to start or stop", True),
        ),
        ([entry(1, WELL)], ("ended", "by itself, without an error (exit code 0)", False)),
        (
            [
                entry(1, EXITED, EXIT_CODE="exited", EXIT_STATUS="1"),
                entry(1, FAILED, UNIT_RESULT="exit-code"),
                entry(2, NOT_STARTED),
            ],
            ("could not be started", "exit code 1: an error of its own", True),
        ),
        (["no json", "[]", '{"MESSAGE_ID": "x"}', entry(3, NOT_STARTED)], ("could not be started", "", True)),
    ],
)
def test_what_entries_mean(written: list[str], told: tuple[str, str, bool]) -> None:
    last = understood(entries("\n".join(written)))[-1]
    assert (last.what, last.why, last.bad) == told


@pytest.mark.parametrize(
    ("returned", "stdout", "stderr", "reason"),
    [
        (0, "{}", "Hint: You are currently not seeing messages from other users and the system.", None),
        (
            0,
            "",
            "Hint: You are currently not seeing messages from other users and the system.",
            "may not be read by this user",
        ),
        (1, "", "No journal files were opened due to insufficient permissions.", "may not be read by this user"),
        (1, "", "No journal files were found.", "keeps no journal"),
        (0, "", "", None),
        (2, "", "Failed to open the journal: bad\n", "journalctl failed: Failed to open the journal: bad"),
    ],
)
def test_an_empty_journal_says_why(returned: int, stdout: str, stderr: str, reason: str | None) -> None:
    found = understand_journal(returned, stdout, stderr)
    assert (found is None) if reason is None else (found is not None and reason in found.reason)


def test_the_last_end_by_properties() -> None:
    told = {
        "ExecMainStartTimestamp": "Wed 2026-01-07 14:00:00 UTC", "ExecMainExitTimestamp": "Wed 2026-01-07 14:01:00 UTC",
        "ExecMainCode": "2", "ExecMainStatus": "9", "Result": "signal",
    }  # fmt: skip
    assert [(one.what, one.why) for one in remembered(told)] == [("started", ""), ("ended", "killed (KILL)")]
