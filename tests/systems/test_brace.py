"""brace: every fault is found by exactly its checks, and repaired by its runbook and by nothing less."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from opsconsole.model.runbook import Runbook
from opsconsole.runbook.guard import Guard
from opsconsole.runbook.library import Library
from opsconsole.stack.load import load
from tests.lab.systems.brace.box import OWN, SHIPPED, Brace
from tests.lab.systems.brace.faults import ADD_COLUMN, FAULTS, QUICK
from tests.lab.systems.composed import NOT_THE_BOX
from tests.lab.systems.fault import Fault
from tests.lab.systems.hand import Hand
from tests.lab.systems.harness import Bench, follow, prove, well_again
from tests.lab.systems.system import Status, console, on_the_box

SYSTEM = Brace


@pytest.mark.engine
def test_an_old_backup_is_found_and_its_runbook_makes_a_new_one(bench: Bench) -> None:
    with bench.working() as lab:
        prove(lab, QUICK)


@pytest.mark.engine
@pytest.mark.lab
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault is not QUICK], ids=lambda fault: fault.name)
def test_each_fault_is_found_and_repaired(bench: Bench, fault: Fault) -> None:
    with bench.working() as lab:
        prove(lab, fault)
        assert lab.sql("SELECT sum(total) FROM orders") == "10"
        if fault.runbook == "rollback":
            report = on_the_box(lab, *console(lab), "runs", "report", "last")
            assert re.search(r"\*\*In time:\*\* yes: .*, and 5 m are given", report), report[:800]


# --- the two deploys --------------------------------------------------------------------------------------------------


@pytest.mark.engine
@pytest.mark.lab
def test_a_commit_comes_to_staging_and_then_its_tag_to_production(bench: Bench) -> None:
    with bench.working() as lab:
        well_again(lab, "before the deploys")
        (lab.developer / "backend/alembic/versions/0003_next.py").write_text(ADD_COLUMN)
        commit, stack = lab.merge("v1.7.0"), lab.stack_file.read_text()
        lab.become_staging()
        migrating = ("migrate",)
        hand = follow(lab, Hand(Fault.none("staging-deploy", inputs={"commit": commit}, breaks=migrating)))
        assert hand.ended == "done", (hand.stopped, hand.why, hand.done, hand.seen[-1500:])
        assert lab.sql("SELECT version_num FROM alembic_version") == "0003"
        assert lab.image("backend") == f"{lab.images}/backend:{commit}"
        well_again(lab, "after the deploy to staging")
        lab.become_production(stack)
        assert Status.of(lab).wrong == {"release": "DEGRADED"}, "it runs a commit that has no tag yet"
        lab.tag("v1.7.0", commit)

        hand = follow(lab, Hand(Fault.none("production-deploy", inputs={"tag": "v1.7.0"}, breaks=migrating)))
        assert hand.ended == "done", (hand.stopped, hand.why, hand.done, hand.seen[-1500:])
        assert {lab.image(service) for service in OWN} == {f"{lab.images}/{service}:v1.7.0" for service in OWN}
        well_again(lab, "after the deploy to production")
        report = on_the_box(lab, *console(lab), "runs", "report", "last")
        assert "nobody migrates by hand" in report
        assert "production-deploy" in report


@pytest.mark.engine
@pytest.mark.lab
def test_init_writes_a_stack_file_that_finds_no_fault_here(bench: Bench, tmp_path: Path) -> None:
    with bench.working() as lab:
        file = tmp_path / "first.toml"
        program = [sys.executable, "-m", "opsconsole"]
        on_the_box(lab, *program, "init", "--project", lab.project, "--output", file)
        assert {service.name for service in load(file).services} == {*OWN, "db", "redis"}
        text = file.read_text()
        assert "\n# queues = []\n" in text, "its Redis holds plain lists, which nobody can tell from anything else"
        file.write_text(text + NOT_THE_BOX)
        found = Status.of(SimpleNamespace(stack_file=file, environment=lab.environment))
        assert (found.code, found.wrong) == (0, {}), found.said


# --- what needs no lab ------------------------------------------------------------------------------------------------


def runbook(name: str) -> Runbook:
    return Library((SHIPPED,)).find(name)


@pytest.mark.parametrize(
    ("command", "refused"),
    [
        ("docker compose -f infra/docker-compose.prod.yml run --rm backend /opt/venv/bin/alembic upgrade head", True),
        ("docker exec brace-backend /opt/venv/bin/alembic downgrade -1", True),
        ("docker exec brace-backend /opt/venv/bin/alembic current", False),
        ("git push origin main", True),
        ("git push --force origin HEAD:main", True),
        ("git commit -am hotfix", True),
        ("git pull", True),
        ("git fetch --tags origin", False),
        ("git checkout --quiet v1.4.0", False),
        ("git stash push --include-untracked", False),
        ("vim backend/app/main.py", True),
        ("docker exec -it brace-backend vi /srv/app/main.py", True),
        ("sed -i s/a/b/ backend/app/main.py", True),
        ("docker cp main.py brace-backend:/srv/app/main.py", True),
        ("docker compose down -v", True),
        ("docker compose pull", False),
    ],
)
def test_what_is_forbidden_on_a_server_is_refused(command: str, refused: bool) -> None:
    assert bool(Guard(load(SHIPPED / "stack.toml").forbidden).refuse(command)) is refused


def test_only_the_deploys_break_a_rule_and_only_at_the_migration() -> None:
    guard = Guard(load(SHIPPED / "stack.toml").forbidden)
    broken = {
        (book.name, step.name)
        for book in Library((SHIPPED,)).all()
        for step in book.steps
        if step.kind == "command" and guard.refuse(step.text)
    }
    assert broken == {("staging-deploy", "migrate"), ("production-deploy", "migrate")}


@pytest.mark.parametrize("name", ["staging-deploy", "production-deploy"])
def test_a_deploy_pulls_before_it_migrates_and_backs_up_before_both(name: str) -> None:
    order = [step.name for step in runbook(name).steps]
    assert [step for step in order if step in ("back-up", "pin", "pull", "migrate", "start")] == [
        "back-up", "pin", "pull", "migrate", "start",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["rollback", "database-restore", "production-deploy", "staging-deploy"])
def test_the_age_of_the_last_good_backup_comes_before_any_change(name: str) -> None:
    steps = [step for step in runbook(name).steps if step.kind == "command"]
    first = next(step for step in steps if step.risk.changes)
    (age,) = [step for step in steps if step.name == "backup-age"]
    assert age.index < first.index
    assert not age.risk.changes


def test_the_rollback_knows_its_time_and_the_age_of_the_backup_first() -> None:
    book = runbook("rollback")
    assert book.rto == 300
    assert book.escalate == "lead"
    names = [step.name for step in book.steps]
    assert names.index("backup-age") < names.index("check-out") < names.index("age-again") < names.index("restore")
    assert {"on-call", "lead"} <= set(load(SHIPPED / "stack.toml").contacts)


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("before-pull-request", "on-main"),
        ("before-staging", "schema"),
        ("before-production", "backup"),
        ("after-production", "smoke.health"),
    ],
)
def test_the_checklists_are_ticked_and_run_nothing(name: str, check: str) -> None:
    """What a machine can see of them is a check, which the overview shows beside them."""
    assert check in {one.name for one in load(SHIPPED / "stack.toml").checks}
    steps = list(runbook(name).steps)
    assert {step.kind for step in steps} == {"tick"}
    assert len(steps) >= 6


def test_without_an_engine_one_finding_says_so(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "DOCKER_HOST": f"unix://{tmp_path}/none.sock"}
    away = SimpleNamespace(stack_file=SHIPPED / "stack.toml", home=tmp_path, environment=environment)
    status = Status.of(away, "engine", "backend.state", "scheduler.process", "frontend-version")
    assert (status.code, status.wrong) == (2, {"engine": "DOWN"})
