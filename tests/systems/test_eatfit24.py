"""eatfit24: every fault is found by exactly its checks, and repaired by its runbook and by nothing less."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from opsconsole.runbook.guard import Guard
from opsconsole.stack.load import load
from tests.lab.sshd import LabSshd
from tests.lab.systems.breaking import edit
from tests.lab.systems.composed import NOT_THE_BOX
from tests.lab.systems.eatfit24.box import SHIPPED, Eatfit24
from tests.lab.systems.eatfit24.faults import FAULTS, QUICK
from tests.lab.systems.fault import Fault
from tests.lab.systems.hand import Hand
from tests.lab.systems.harness import Bench, follow, prove, well_again
from tests.lab.systems.system import Status, on_the_box
from tests.lab.systems.system import console as console_on
from tests.support.console import real_console
from tests.support.keyboard import go_through

MB = 1 << 20


SYSTEM = Eatfit24


@pytest.mark.engine
def test_beat_holds_too_much_and_its_runbook_repairs_it(bench: Bench) -> None:
    with bench.working() as lab:
        prove(lab, QUICK)


@pytest.mark.engine
@pytest.mark.lab
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault is not QUICK], ids=lambda fault: fault.name)
def test_each_fault_is_found_and_repaired(bench: Bench, fault: Fault) -> None:
    with bench.working() as lab:
        prove(lab, fault)


@pytest.mark.engine
@pytest.mark.sshd
@pytest.mark.pty
@pytest.mark.lab
def test_somebody_signs_in_over_ssh_and_repairs_it_by_keyboard(bench: Bench, sshd: LabSshd) -> None:
    with bench.working() as lab:
        QUICK.break_it(lab)
        profile = lab.folder / "profile"
        told = {**lab.environment, "OPSCONSOLE_STACK": str(lab.stack_file)}
        profile.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in told.items()))
        ssh = [str(sshd.bin / "ssh"), "-tt", "-p", str(sshd.port), f"{sshd.user}@127.0.0.1"]
        with real_console(command=ssh, env={"TERM": "xterm-256color"}) as console:
            console.type(f"TERM=xterm-256color; . {profile}; opsconsole; exit\r")
            console.sees("celery-beat.memory", within=60)
            console.press("⏎")
            console.sees("changed here lately")
            console.sees("Memory over its threshold")
            questions = go_through(console, ways=("Celery beat", "Prove it"))
            assert questions.count("change") == 1
            console.sees("nothing is wrong", within=60)
            console.press("q")
            assert console.wait() == 0
        well_again(lab, "after the keyboard")
        report = on_the_box(lab, *console_on(lab), "runs", "report", "last")
        assert "docker compose restart celery-beat" in report
        assert "What changed here in the " in report


@pytest.mark.engine
@pytest.mark.lab
def test_the_public_name_and_its_certificate_are_looked_at(bench: Bench) -> None:
    with bench.working() as lab:
        well_again(lab, "before the door is shut")
        lab.door.shut()
        both = {"outside.health": "DEGRADED", "certificate": "DEGRADED"}
        assert Status.of(lab, "outside.health", "certificate").wrong == both
        lab.door.open(days=5)
        assert Status.of(lab, "outside.health", "certificate").wrong == {"certificate": "DEGRADED"}
        lab.door.shut()
        lab.door.open()
        hand = follow(lab, Hand(Fault.none("does-not-answer", choices=("It answers here", "Prove it"))))
        assert hand.ended == "done", (hand.stopped, hand.why, hand.seen[-800:])
        assert "200 from 127.0.0.1" in hand.seen
        assert "CN = localhost" in hand.seen or "CN=localhost" in hand.seen
        well_again(lab, "with the door open")


# --- before a deploy, and the deploy ---------------------------------------------------------------------------------


def _newer_pyproject(lab: Eatfit24) -> None:
    edit(lab.home / "pyproject.toml", 'version = "1.0"', 'version = "1.2"')


def _broken_python(lab: Eatfit24) -> None:
    edit(lab.home / "manage.py", "import os", "import (os")


def _flag(lab: Eatfit24) -> None:
    edit(lab.home / ".env", "MIGRATIONS_STRICT=1", "MIGRATIONS_STRICT=true")


def _path_in_a_command(lab: Eatfit24) -> None:
    edit(lab.home / "compose.yml", "command: celery -A config beat", "command: /app/.venv/bin/celery -A config beat")


def _naive_time(lab: Eatfit24) -> None:
    edit(lab.home / "manage.py", "import sys", "import sys\nimport datetime\n\nNOW = datetime.datetime.now()")


BLOCKERS: dict[str, Callable[[Eatfit24], None]] = {
    "lock": _newer_pyproject,
    "compiles": _broken_python,
    "flags": _flag,
    "commands": _path_in_a_command,
    "times": _naive_time,
}
"""The step of the runbook that stops at it, and what makes it do so. Migrations are a fault of their own above."""


@pytest.mark.engine
@pytest.mark.lab
def test_pre_deploy_stops_at_what_blocks(bench: Bench) -> None:
    with bench.working() as lab:
        well_again(lab, "before any blocker")
        for step, block in BLOCKERS.items():
            before = (lab.home / ".env").read_text()
            block(lab)
            hand = follow(lab, Hand(Fault.none("pre-deploy")))
            assert (hand.ended, hand.done[-1]) == ("failed", step), (hand.done, hand.why, hand.seen[-800:])
            if step in ("lock", "compiles"):
                assert Status.of(lab, step).wrong == {step: "DEGRADED"}
            on_the_box(lab, "git", "checkout", "--quiet", "--", ".")
            (lab.home / ".env").write_text(before)
        hand = follow(lab, Hand(Fault.none("pre-deploy")))
        assert hand.ended == "done", (hand.stopped, hand.why, hand.seen[-800:])


@pytest.mark.engine
@pytest.mark.lab
def test_a_deploy_brings_new_code_and_its_migration(bench: Bench) -> None:
    with bench.working() as lab:
        well_again(lab, "before the deploy")
        migrations = lab.developer / "meals" / "migrations"
        last = max(path.stem for path in migrations.glob("0*.py"))
        edit(
            lab.developer / "meals/models.py",
            "    eaten_at",
            "    shared = models.BooleanField(default=False)\n    eaten_at",
        )
        (migrations / "0009_meal_shared.py").write_text(SHARED.replace("@last@", last))
        lab.commit("Meals can be shared")
        hand = follow(lab, Hand(Fault.none("deploy", choices=("All is well",))))
        assert hand.ended == "done", (hand.stopped, hand.why, hand.done, hand.seen[-1500:])
        assert on_the_box(lab, "git", "rev-parse", "HEAD") == lab.git("rev-parse", "HEAD")
        assert lab.sql("SELECT count(*) FROM django_migrations WHERE name = '0009_meal_shared'") == "1"
        assert lab.log_says("backend", "Applying meals.0009_meal_shared")
        well_again(lab, "after the deploy")


@pytest.mark.engine
@pytest.mark.lab
def test_init_writes_a_stack_file_that_finds_no_fault_here(bench: Bench, tmp_path: Path) -> None:
    with bench.working() as lab:
        file = tmp_path / "first.toml"
        program = [sys.executable, "-m", "opsconsole"]
        on_the_box(lab, *program, "init", "--project", lab.project, "--output", file)
        stack = load(file)
        assert [service.name for service in stack.services] == [
            "backend",
            "celery-beat",
            "celery-worker",
            "db",
            "redis",
        ]
        assert str(stack.home) == str(lab.home)
        text = file.read_text()
        assert 'is = "gunicorn"' in text
        assert text.count("baseline = ") == 5
        file.write_text(text + NOT_THE_BOX)
        found = Status.of(SimpleNamespace(stack_file=file, environment=lab.environment))
        assert (found.code, found.wrong) == (0, {}), found.said
        again = subprocess.run([*program, "init", "--output", file], capture_output=True, text=True, timeout=60)
        assert again.returncode == 3
        assert "there is a file already" in again.stderr


SHARED = '''"""Shared meals."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meals", "@last@")]
    operations = [migrations.AddField("meal", "shared", models.BooleanField(default=False))]
'''


# --- what needs no lab -----------------------------------------------------------------------------------------------


def test_the_stack_file_holds_their_figures() -> None:
    checks = {check.name: check for check in load(SHIPPED / "stack.toml").checks}
    memory = {name: checks[f"{name}.memory"].expect for name in ("backend", "celery-worker", "celery-beat")}
    assert {name: (it.baseline, it.degraded, it.limit) for name, it in memory.items()} == {
        "backend": (300 * MB, 700 * MB, 1536 * MB),
        "celery-worker": (270 * MB, 800 * MB, 1024 * MB),
        "celery-beat": (270 * MB, 400 * MB, 512 * MB),
    }
    tasks = checks["tasks.depth"]
    assert tasks.target.of.queues == ("ai", "billing", "default")
    assert tasks.target.of.broker == "redis://container:eatfit24-redis/0"
    assert checks["tasks.oldest"].expect.degraded == 300
    assert checks["unrouted.depth"].target.of.queues == ("celery",)
    assert checks["unrouted.depth"].expect.degraded == 0
    health = checks["backend.health"]
    assert (health.target.of.url, dict(health.target.of.headers)) == (
        "http://localhost:8000/health/",
        {"Host": "eatfit24.ru"},
    )
    assert health.expect.status == 200


@pytest.mark.parametrize(
    ("command", "refused"),
    [
        ("docker exec eatfit24-backend python manage.py makemigrations", True),
        ("docker exec eatfit24-backend python manage.py makemigrations --check", True),
        ("docker exec eatfit24-backend python manage.py makemigrations --check --dry-run", False),
        ("docker compose down -v", True),
        ("docker compose up -d backend", False),
    ],
)
def test_production_never_generates_migrations(command: str, refused: bool) -> None:
    guard = Guard(load(SHIPPED / "stack.toml").forbidden)
    assert bool(guard.refuse(command)) is refused


def test_without_an_engine_one_finding_says_so(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "DOCKER_HOST": f"unix://{tmp_path}/none.sock"}
    away = SimpleNamespace(stack_file=SHIPPED / "stack.toml", home=tmp_path, environment=environment)
    status = Status.of(away, "engine", "backend.state", "celery-worker.process", "db-clock")
    assert (status.code, status.wrong) == (2, {"engine": "DOWN"})


@pytest.mark.parametrize(
    ("flags", "argv", "code", "says"),
    [
        ({}, ["celery", "-A", "config"], 0, "celery -A config"),
        ({}, [], 0, "gunicorn config.wsgi:application"),
        ({"RUN_MIGRATIONS": "true"}, [], 64, "RUN_MIGRATIONS is 'true'; say 1 or 0"),
        ({"MIGRATIONS_STRICT": ""}, [], 64, "MIGRATIONS_STRICT is not set"),
        ({}, ["/app/.venv/bin/celery", "-A", "config"], 64, "write the bare celery"),
        ({}, ["bash"], 64, "nobody here is called bash"),
    ],
)
def test_the_better_entrypoint_refuses_what_the_old_one_skips(
    tmp_path: Path, flags: dict[str, str], argv: list[str], code: int, says: str
) -> None:
    assert "backend.state" in {check.name for check in load(SHIPPED / "stack.toml").checks}, "which sees that it ended"
    for program in ("celery", "gunicorn", "python"):
        file = tmp_path / program
        file.write_text(f'#!/bin/sh\necho "{program} $*"\n')
        file.chmod(0o755)
    given = {"RUN_MIGRATIONS": "0", "RUN_COLLECTSTATIC": "0", "MIGRATIONS_STRICT": "1", **flags}
    sh = shutil.which("sh") or "/bin/sh"
    done = subprocess.run(
        [sh, SHIPPED / "entrypoint.sh", *argv],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", **given},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == code, done.stderr
    assert says in done.stdout + done.stderr
