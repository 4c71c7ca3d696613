"""What goes wrong with lifetracker, put in by hand on its box: nothing that the runbooks use."""

from __future__ import annotations

import sys
import sysconfig
from typing import Final

from tests.lab.systems import compose
from tests.lab.systems.fault import Fault
from tests.lab.systems.lifetracker.box import Lifetracker
from tests.support.waiting import wait_until

UNIT: Final = "lifetracker-api.service"
DROP_IN: Final = f"/etc/systemd/system/{UNIT}.d/faster.conf"
USERS: Final = """
while :; do
  curl -s -m 5 -o /dev/null http://127.0.0.1:8000/challenges
  curl -s -m 5 -o /dev/null -X POST 'http://127.0.0.1:8000/log?user=1&challenge=2&date=2026-05-03'
  sleep 0.3
done
"""
"""What users do all day long, where the fault needs somebody to meet it."""


def start_by_hand(lab: Lifetracker) -> None:
    """Somebody tries something out on another port with nohup, and goes home."""
    in_the_background(lab, "exec nohup .venv/bin/uvicorn app.main:app --port 8001 > /tmp/nohup.out 2>&1")
    wait_until("the second server to answer", lambda: lab.answers("http://127.0.0.1:8001/health"), within=60)


def in_the_background(lab: Lifetracker, script: str) -> None:
    """Something that runs on the box from now on."""
    words = lab.reach(lab.home)
    compose.docker(*words[1:2], "--detach", *words[2:], "sh", "-c", script)


def take_its_place(lab: Lifetracker) -> None:
    """Somebody stops the unit and runs the server in a screen of their own."""
    lab.run("systemctl", "stop", UNIT)
    lab.shell(f"cd {lab.home}; screen -dmS api .venv/bin/uvicorn app.main:app --host 127.0.0.1 --port 8000")
    wait_until("the other server to answer", lambda: lab.answers("http://127.0.0.1:8000/health"), within=60)


def stop_the_unit(lab: Lifetracker) -> None:
    lab.run("systemctl", "stop", UNIT)


def stop_nginx(lab: Lifetracker) -> None:
    lab.run("systemctl", "stop", "nginx")


def hang(lab: Lifetracker) -> None:
    """The server stands still: connections are taken, and nothing answers."""
    lab.run("systemctl", "kill", "--signal=STOP", UNIT)


def outside_of_its_venv(lab: Lifetracker) -> None:
    """A drop-in has it run by another Python, and that takes effect."""
    site = sysconfig.get_path("purelib")
    program = f"{sys._base_executable} -m uvicorn app.main:app --host 127.0.0.1 --port 8000"
    lab.give({DROP_IN: f"[Service]\nEnvironment=PYTHONPATH={site}\nExecStart=\nExecStart={program}\n"})
    lab.run("systemctl", "daemon-reload")
    lab.run("systemctl", "restart", UNIT)
    lab.wait_until_well()


def not_taken_up(lab: Lifetracker) -> None:
    """Somebody edits the unit's file and goes home."""
    lab.edit(f"/etc/systemd/system/{UNIT}", "--port 8000", "--port 8000 --workers 4")


def nobody_imports_that(lab: Lifetracker) -> None:
    """Somebody edits the code on the server; what runs does not notice."""
    lab.edit("app/main.py", "from fastapi import FastAPI", "import plots\nfrom fastapi import FastAPI")


def touch_the_core(lab: Lifetracker) -> None:
    lab.edit("app/core/logging.py", "logging.INFO", "logging.DEBUG")


def sql_outside(lab: Lifetracker) -> None:
    lab.edit("app/main.py", "app = FastAPI", 'ALL = "SELECT * FROM users ORDER BY name"\n\napp = FastAPI')


def no_python(lab: Lifetracker) -> None:
    lab.give({f"{lab.home}/app/reports.py": "def report(:\n    return 1\n"})


def orphans(lab: Lifetracker) -> None:
    """A user is deleted by hand, and what they logged stays."""
    lab.sql("DELETE FROM users WHERE id = 2")


def duplicates(lab: Lifetracker) -> None:
    """The same day is written twice."""
    lab.sql("INSERT INTO daily_log (user_id, challenge_id, date) VALUES (1, 1, '2026-05-01')")


def no_templates(lab: Lifetracker) -> None:
    """A table goes."""
    lab.sql("DROP TABLE challenge_templates")


def exchange_the_database(lab: Lifetracker) -> None:
    """Somebody puts a copy of the database in its place while the unit runs, and users go on."""
    lab.shell(f"cd {lab.home}; cp life_tracker.db copy; mv copy life_tracker.db")
    users_meet_it(lab)


def users_meet_it(lab: Lifetracker) -> None:
    """Users do what they do, until it is in the log."""
    lab.run("systemd-run", "--quiet", "--unit=users", "sh", "-c", USERS)
    wait_until("a user to meet it", lambda: "Traceback" in lab.run("journalctl", "-u", UNIT, "-n", "60"), within=60)


def users_leave(lab: Lifetracker) -> None:
    lab.run("systemctl", "stop", "users")


def deploy_a_bug(lab: Lifetracker) -> None:
    """A version is deployed that fails for everybody who asks for the challenges."""
    lab.back_up("20260601T100000Z")
    lab.edit("app/repositories/tracker_repo.py", "SELECT c.id, t.title", "SELECT c.id, t.name")
    lab.run("systemctl", "restart", UNIT)
    lab.wait_until_well()
    users_meet_it(lab)


def deploy_a_bad_migration(lab: Lifetracker) -> None:
    """A version is deployed that brings a table's name and with it all that asks for the old one."""
    lab.back_up("20260601T110000Z")
    lab.sql("ALTER TABLE challenge_templates RENAME TO templates")
    lab.edit("app/repositories/tracker_repo.py", "JOIN challenge_templates", "JOIN templates")
    lab.run("systemctl", "restart", UNIT)
    lab.wait_until_well()


def wrong_port(lab: Lifetracker) -> None:
    """nginx passes on to where nobody is."""
    lab.edit("/etc/nginx/nginx.conf", "127.0.0.1:8000", "127.0.0.1:8080")
    lab.run("systemctl", "reload", "nginx")


PUT_BACK: Final = ("unpack", "exchange")

FAULTS: Final = (
    Fault(
        "a server that somebody started by hand",
        start_by_hand,
        {"stray-uvicorn": "DOWN"},
        "stray-uvicorn",
        ("end-it",),
        choices=("The unit serves",),
    ),
    Fault(
        "a server in a screen, in the place of the unit",
        take_its_place,
        {"stray-uvicorn": "DOWN", "api.state": "DOWN"},
        "stray-uvicorn",
        ("end-the-holder", "let-the-unit-in"),
        choices=("The unit is locked out",),
    ),
    Fault(
        "a unit that was stopped",
        stop_the_unit,
        {"api.state": "DOWN"},
        "unit-down",
        ("start",),
        choices=("It does not run",),
    ),
    Fault(
        "a server that hangs",
        hang,
        {"api.health": "DOWN"},
        "unit-down",
        ("restart",),
        choices=("It runs and does not answer",),
    ),
    Fault(
        "a unit that runs outside its .venv",
        outside_of_its_venv,
        {"api.process": "DOWN"},
        "unit-down",
        ("drop-ins-aside", "restart-corrected"),
        choices=("It is told the wrong thing",),
    ),
    Fault(
        "a unit file that was edited and not taken up",
        not_taken_up,
        {"api-current": "DEGRADED"},
        "unit-down",
        ("right-line", "take-up", "restart-corrected"),
        choices=("It is told the wrong thing",),
    ),
    Fault(
        "code that was edited on the server",
        nobody_imports_that,
        {"smoke": "DOWN"},
        "smoke-failed",
        PUT_BACK,
        choices=("SMOKE OK",),
    ),
    Fault(
        "a core file that was edited",
        touch_the_core,
        {"core-files": "DOWN"},
        "code-not-as-deployed",
        PUT_BACK,
        choices=("Edited here",),
    ),
    Fault(
        "SQL outside the repositories",
        sql_outside,
        {"sql-in-its-place": "DOWN", "smoke": "DOWN"},
        "code-not-as-deployed",
        PUT_BACK,
        choices=("Edited here",),
    ),
    Fault(
        "a file that is no Python",
        no_python,
        {"compiles": "DEGRADED", "sql-in-its-place": "UNKNOWN", "smoke": "DOWN"},
        "code-not-as-deployed",
        PUT_BACK,
        choices=("Edited here",),
    ),
    Fault(
        "rows whose user is gone",
        orphans,
        {"db-orphans": "DOWN"},
        "database-invariant-broken",
        ("delete-orphans",),
        choices=("Rows without their user",),
        undone=("delete-orphans",),
    ),
    Fault(
        "a day that is there twice",
        duplicates,
        {"db-duplicates": "DOWN"},
        "database-invariant-broken",
        ("delete-duplicates",),
        choices=("A day twice",),
    ),
    Fault(
        "a table that is gone",
        no_templates,
        {"db-tables": "DOWN", "smoke": "DOWN"},
        "database-invariant-broken",
        ("stop", "restore"),
        choices=("A table is missing",),
    ),
    Fault(
        "a database that was exchanged under the unit",
        exchange_the_database,
        {"api-log": "DEGRADED"},
        "ops-check-failed",
        ("restart",),
        choices=("Only the log", "The process is in a wrong state"),
        tidy=users_leave,
    ),
    Fault(
        "a deploy with a bug",
        deploy_a_bug,
        {"api-log": "DEGRADED"},
        "roll-the-deploy-back",
        ("unpack", "exchange", "restart"),
        choices=("The code alone",),
        tidy=users_leave,
    ),
    Fault(
        "a deploy with a migration that breaks the schema",
        deploy_a_bad_migration,
        {"db-tables": "DOWN", "smoke": "DOWN"},
        "roll-the-deploy-back",
        ("stop", "restore", "unpack", "exchange"),
        choices=("Code and database",),
    ),
    Fault(
        "an nginx that was stopped",
        stop_nginx,
        {"nginx.state": "DOWN"},
        "not-reached-from-outside",
        ("start-nginx",),
        choices=("nginx does not run",),
    ),
    Fault(
        "an nginx that asks in the wrong place",
        wrong_port,
        {"outside.health": "DOWN"},
        "not-reached-from-outside",
        ("correct-proxy", "reload"),
        choices=("nginx asks in the wrong place",),
    ),
)
QUICK: Final = FAULTS[0]
"""The one that `make test` goes through."""
