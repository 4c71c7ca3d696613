"""The log of commands: what one console had run, by the journals of its runs."""

from __future__ import annotations

from typing import Any

from opsconsole.model.run import Entry
from opsconsole.run.kinds import Kind
from opsconsole.run.ran import in_order, ran_by

OURS, THEIRS = 11, 22


def journal(*told: tuple[Kind, dict[str, Any]], begun: float = 100.0, run: str = "r1") -> list[Entry]:
    first = Entry(1, begun, Kind.BEGUN, {"id": run, "title": "Restart web"})
    return [first, *(Entry(seq, begun + seq, kind, data) for seq, (kind, data) in enumerate(told, 2))]


def steers(pid: int) -> tuple[Kind, dict[str, Any]]:
    return Kind.CONSOLE, {"pid": pid}


def started(attempt: int = 1, part: int = 0, text: str = "docker restart web") -> tuple[Kind, dict[str, Any]]:
    return Kind.STARTED, {
        **{"step": 1, "part": part, "attempt": attempt, "name": "restart", "text": text},
        **{"risk": "change", "where": "in /opt on prod-1 as deploy"},
    }


def ended(code: int, attempt: int = 1, part: int = 0) -> tuple[Kind, dict[str, Any]]:
    return Kind.ENDED, {"step": 1, "part": part, "attempt": attempt, "exit": code, "seconds": 2.5}


def judged(ok: bool, reason: str = "", note: str = "") -> tuple[Kind, dict[str, Any]]:
    return Kind.JUDGED, {"step": 1, "part": 0, "ok": ok, "reason": reason, "note": note}


def test_each_attempt_is_a_command_of_its_own_with_what_became_of_it() -> None:
    failed = judged(False, "exit code 1")
    log = ran_by(journal(steers(OURS), started(1), ended(1), failed, started(2), ended(0), judged(True)), OURS)
    assert [(one.how, one.exit, one.seconds, one.note) for one in log] == [
        ("failed", 1, 2.5, "exit code 1"),
        ("done", 0, 2.5, ""),
    ]
    assert log[0].text == "docker restart web"
    assert (log[0].risk, log[0].where, log[0].run) == ("change", "in /opt on prod-1 as deploy", "r1")


def test_an_exit_code_may_be_well_and_a_command_that_ended_well_may_not_have_helped() -> None:
    (well,) = ran_by(journal(steers(OURS), started(), ended(3), judged(True)), OURS)
    assert (well.how, well.exit) == ("done", 3)
    (useless,) = ran_by(journal(steers(OURS), started(), ended(0), judged(False, "it ran, but web is DOWN")), OURS)
    assert (useless.how, useless.exit, useless.note) == ("failed", 0, "it ran, but web is DOWN")


def test_what_another_console_ran_is_not_ours() -> None:
    log = ran_by(journal(steers(THEIRS), started(text="theirs"), ended(0), steers(OURS), started(2)), OURS)
    assert [(one.text, one.how) for one in log] == [("docker restart web", "running")]
    taken_over = journal(steers(OURS), started(), steers(THEIRS), ended(0), started(2, text="theirs"), ended(1, 2))
    assert [(one.text, one.exit) for one in ran_by(taken_over, OURS)] == [("docker restart web", 0)]


def test_refusals_shells_and_what_nobody_saw_end() -> None:
    refused = (Kind.REFUSED, {"step": 1, "part": 0, "name": "restart", "text": "docker rm web", "reason": "forbidden"})
    shell = (Kind.SHELL, {"number": 1, "text": "bash -i", "where": "in /opt on prod-1 as deploy"})
    closed = (Kind.SHELL_ENDED, {"number": 1, "exit": 0, "seconds": 60.0})
    lost = (Kind.LOST, {"step": 1, "part": 0, "attempt": 1, "reason": "its holder died while it ran"})
    log = ran_by(journal(steers(OURS), refused, shell, closed, started(), lost), OURS)
    assert [(one.step, one.how) for one in log] == [
        ("restart", "refused"),
        ("a shell", "done"),
        ("restart", "outcome unknown"),
    ]


def test_several_runs_are_one_log_by_time() -> None:
    first = ran_by(journal(steers(OURS), started(text="a"), ended(0), begun=100.0), OURS)
    second = ran_by(journal(steers(OURS), started(text="b"), begun=50.0, run="r2"), OURS)
    assert [one.text for one in in_order([first, second])] == ["b", "a"]
