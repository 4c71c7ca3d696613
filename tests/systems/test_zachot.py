"""zachot: every fault is found by exactly its checks, and repaired by its runbook and by nothing less."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from opsconsole.runbook.guard import Guard
from opsconsole.runbook.library import Library
from opsconsole.stack.load import load
from tests.lab.systems.composed import NOT_THE_BOX
from tests.lab.systems.fault import Fault
from tests.lab.systems.hand import Hand
from tests.lab.systems.harness import Bench, follow, prove, well_again
from tests.lab.systems.system import Status
from tests.lab.systems.zachot.box import SHIPPED, Zachot
from tests.lab.systems.zachot.faults import ENV, FAULTS, QUICK

HEALTH = ("worker.state", "worker.process", "worker-of-zachot", "redis-ping", "queue-readable")


SYSTEM = Zachot


@pytest.mark.engine
@pytest.mark.systemd
def test_the_worker_is_gone_and_its_runbook_brings_it_back(bench: Bench) -> None:
    with bench.working() as lab:
        prove(lab, QUICK)


@pytest.mark.engine
@pytest.mark.systemd
@pytest.mark.lab
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault is not QUICK], ids=lambda fault: fault.name)
def test_each_fault_is_found_and_repaired(bench: Bench, fault: Fault) -> None:
    with bench.working() as lab:
        prove(lab, fault)


@pytest.mark.engine
@pytest.mark.systemd
@pytest.mark.lab
def test_worker_health_is_0_1_or_2(bench: Bench) -> None:
    """It asks nothing of the API, so an API that is down has no say in it."""
    with bench.working() as lab:
        well_again(lab, "before")
        lab.run("systemctl", "stop", "zachot-api")
        assert health(lab).code == 0
        lab.run("systemctl", "stop", "zachot-worker")
        assert health(lab).code == 1
        lab.run("systemctl", "stop", "redis-server")
        assert health(lab).code == 2
        lab.run("systemctl", "start", "redis-server", "zachot-worker", "zachot-api")
        well_again(lab, "at the end")


@pytest.mark.engine
@pytest.mark.systemd
@pytest.mark.lab
def test_a_redis_that_came_back_empty_is_told_and_not_repaired(bench: Bench) -> None:
    with bench.working() as lab:
        well_again(lab, "before")
        lab.redis("FLUSHALL")
        hand = follow(lab, Hand(Fault.none("redis-lost", choices=("It runs, and is empty",))))
        assert hand.ended == "done", (hand.stopped, hand.why, hand.seen[-1500:])
        assert "last-tasks" in hand.done
        assert "hold" not in hand.done, "a Redis that runs is left alone"
        well_again(lab, "after it")


@pytest.mark.engine
@pytest.mark.systemd
@pytest.mark.lab
def test_an_environment_that_is_lost_comes_back_from_an_older_copy_and_is_completed(bench: Bench) -> None:
    with bench.working() as lab:
        well_again(lab, "before")
        lab.run("sed", "-i", "s/^APP_ENV=.*/APP_ENV=newer-than-the-copy/", ENV)
        lab.run("systemctl", "restart", "zachot-api", "zachot-worker")
        told = json.loads(lab.run("opsconsole", "--stack", str(lab.stack_file), "lately", "--format", "json"))
        changed = {subject: change["kind"] for change in told["changes"] for subject in change["subjects"]}
        assert (changed["envs/prod/etc/zachot.env"], changed["worker"], changed["api"]) == ("file", "start", "start")
        assert "/etc/systemd/system/zachot-worker.service" in changed
        lab.run("rm", ENV)
        assert Status.of(lab, "environment-file").wrong == {"environment-file": "DOWN"}
        completed = {"edit": f"sudo sed -i 's/^APP_ENV=.*/APP_ENV=newer-than-the-copy/' {ENV}"}
        ways = ("The file is gone", "No, it is older", "Prove it")
        hand = follow(lab, Hand(Fault.none("environment-lost", choices=ways, edits=completed)))
        assert hand.ended == "done", (hand.stopped, hand.why, hand.done, hand.seen[-1500:])
        assert {"restore", "compare", "edit", "contract"} <= set(hand.done)
        assert "differs from what runs" in hand.seen
        assert Status.of(lab).wrong == {"backup-is-of-what-runs": "DEGRADED"}, "the record says what is left to do"
        hand = follow(lab, Hand(Fault.none("environment-backup")))
        assert hand.ended == "done", (hand.stopped, hand.why, hand.seen[-1500:])
        well_again(lab, "after the new copy")


@pytest.mark.engine
@pytest.mark.systemd
@pytest.mark.lab
def test_init_writes_a_stack_file_that_finds_no_fault_here(bench: Bench) -> None:
    with bench.working() as lab:
        file = Path("/root/first.toml")
        lab.run("opsconsole", "init", "--output", str(file))
        text = lab.run("cat", str(file))
        for unit in ("zachot-api", "zachot-worker", "redis-server"):
            assert f'unit = "{unit}' in text
        lab.shell(f"printf '{NOT_THE_BOX.encode('unicode_escape').decode()}' >> {file}")
        away = SimpleNamespace(stack_file=file, home=lab.home, environment=lab.environment, reach=lab.reach)
        found = Status.of(away)
        while found.late:
            found = Status.of(away)
        assert (found.code, found.wrong) == (0, {}), found.said


def health(lab: Zachot) -> Status:
    """Worker health, looked at anew while this machine is too busy to tell."""
    seen = Status.of(lab, *HEALTH)
    while seen.late:
        seen = Status.of(lab, *HEALTH)
    return seen


# --- what needs no lab -----------------------------------------------------------------------------------------------


def test_the_stack_file_holds_what_they_say() -> None:
    stack = load(SHIPPED / "stack.toml")
    checks = {check.name: check for check in stack.checks}
    assert str(stack.home) == "/opt/zachot"
    assert checks["redis-ping"].target.of.url.startswith("redis://")
    assert checks["default.oldest"].target.of.queues == ("default",)
    for name in ("logs", "error-logs"):
        it = checks[name].expect
        assert (it.owner, it.group, it.mode) == ("zachot", "zachot", 0o640)
    rows = {(row.component, row.data_loss) for row in stack.matrix}
    assert {component for component, _ in rows} == {"Redis", "API", "worker", "queue"}
    assert {loss for _, loss in rows} == {"yes", "no", "partial"}


@pytest.mark.parametrize("program", ["api", "worker"])
def test_the_rotation_is_theirs(program: str) -> None:
    text = (SHIPPED / "deploy" / f"zachot-{program}.logrotate").read_text()
    words = {line.strip() for line in text.splitlines()}
    assert {"daily", "rotate 14", "compress", "delaycompress", "copytruncate", "dateext"} <= words
    assert "dateformat -%Y-%m-%d" in words


def test_the_worker_s_unit_asks_for_redis_and_has_no_watchdog() -> None:
    text = (SHIPPED / "deploy" / "zachot-worker.service").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    asks = [line for line in lines if line.startswith("ExecCondition=")]
    assert len(asks) == 1
    assert asks[0].endswith("check redis-ping --quiet --systemd")
    assert not any(line.startswith("WatchdogSec") for line in lines)


@pytest.mark.parametrize(
    ("command", "refused"),
    [
        ("redis-cli -h 127.0.0.1 FLUSHALL", True),
        ("sudo rm -rf /opt/zachot/envs", True),
        ("nohup .venv/bin/dramatiq apps.worker.actors &", True),
        ("redis-cli -h 127.0.0.1 LLEN dramatiq:default", False),
        ("sudo systemctl restart zachot-worker", False),
    ],
)
def test_what_is_not_run_here(command: str, refused: bool) -> None:
    assert bool(Guard(load(SHIPPED / "stack.toml").forbidden).refuse(command)) is refused


@pytest.mark.parametrize(
    ("name", "goes_back"),
    [
        ("bad-deploy", "go-back"),
        ("environment-lost", "restore"),
        ("redis-lost", "put-data-aside"),
        ("server-lost", "restore-environment"),
        ("unit-differs", "install-units"),
    ],
)
def test_how_old_the_last_good_copy_is_stands_before_anything_goes_back(name: str, goes_back: str) -> None:
    steps = {step.name: step for step in Library((SHIPPED,)).find(name).steps}
    order = list(steps)
    assert "printf '%TY-%Tm-%Td %TH:%TM" in steps["last-good-copy"].text
    assert order.index("last-good-copy") < order.index(goes_back)
