"""What goes wrong with bookingbot, put in by docker, psql, git and file edits: nothing that the runbooks use."""

from __future__ import annotations

import os
import time
from typing import Final

from tests.lab.systems.bookingbot.box import Bookingbot
from tests.lab.systems.breaking import edit, stop
from tests.lab.systems.fault import Fault
from tests.lab.systems.system import on_the_box
from tests.support.waiting import wait_until


def lose_a_migration(lab: Bookingbot) -> None:
    """The database is as it was before the last migration, as after the restore of an older copy."""
    lab.sql("ALTER TABLE booking DROP COLUMN party")
    lab.sql("DELETE FROM flyway_schema_history WHERE version = '2'")


def start_over_a_migration(lab: Bookingbot) -> None:
    """The same, and then the app is made anew: it only validates, and refuses to start."""
    lose_a_migration(lab)
    lab.compose("up", "--detach", "--force-recreate", "--no-deps", "app")
    wait_until("the app to have given up", lambda: lab.state("app").startswith("exited"), within=60)


def mode_off(lab: Bookingbot) -> None:
    """The app is told that this is somebody's desk, and not to look at its schema."""
    lab.set_env(APP_ENV="development", FLYWAY_MODE="off")
    recreate(lab)
    wait_until("the app to be not ready", lambda: lab.get("/ready")[0] == 503)


def recreate(lab: Bookingbot) -> None:
    """The app is made anew from what `.env` and the compose files say now, and serves."""
    lab.compose("up", "--detach", "app")
    wait_until("the app to be healthy", lambda: lab.state("app") == "running healthy", within=60)
    wait_until("the proxy to find it", lambda: lab.get("/health")[0] == 200)


def stub(lab: Bookingbot, tag: str) -> None:
    """A release whose health page says OK without looking, and which has no other page of the kind."""
    right = (lab.developer / "server.py").read_text()
    edit(lab.developer / "server.py", '"/health": health,', '"/health": lambda: (200, "OK"),')
    edit(lab.developer / "server.py", '    "/ready": readiness,\n    "/metrics": metrics,\n', "")
    lab.release(tag, "A plain health page")
    (lab.developer / "server.py").write_text(right)
    lab.check_out(tag)
    recreate(lab)


def stub_release(lab: Bookingbot) -> None:
    """That release comes."""
    stub(lab, "v1.4.2")


def stub_over_no_database(lab: Bookingbot) -> None:
    """That release came, nobody noticed, and then the database goes."""
    stub(lab, "v1.4.3")
    lab.docker("stop", "--time", "5", lab.container("db"))


def stop_the_database(lab: Bookingbot) -> None:
    """The database is stopped, until the engine's own health check of the app has noticed."""
    stop("db")(lab)
    wait_until("the engine to notice", lambda: lab.state("app") == "running unhealthy", within=60)


def another_database_program(lab: Bookingbot) -> None:
    """Somebody leaves an override of compose on the server, under which the database only sleeps."""
    override(lab, 'db: { command: [sleep, "3600"], healthcheck: { test: ["CMD", "true"] } }')
    lab.compose("up", "--detach", "--no-deps", "db")
    wait_until("the engine to notice", lambda: lab.state("app") == "running unhealthy", within=60)


def override(lab: Bookingbot, service: str) -> None:
    """A file beside the compose file that nobody committed."""
    (lab.home / "docker-compose.override.yml").write_text(f"services:\n  {service}\n")


def run_as_root(lab: Bookingbot) -> None:
    """Somebody could not write a log file, and made the app root."""
    override(lab, 'app: { user: "0:0" }')
    recreate(lab)


def second_app(lab: Bookingbot) -> None:
    """Somebody thinks that two are faster than one."""
    lab.compose("up", "--detach", "--scale", "app=2", "app")
    names = [lab.container("app"), f"{lab.project}_app_2"]
    form = "{{.State.Health.Status}}"
    wait_until("both to be healthy", lambda: lab.docker("inspect", "--format", form, *names) == "healthy\nhealthy", 60)


def forget_a_key(lab: Bookingbot) -> None:
    """A line is lost when `.env` is edited, and the app is made anew."""
    lab.set_env(ADMIN_CHAT_ID=None)
    recreate(lab)


def forget_to_recreate(lab: Bookingbot) -> None:
    """`.env` is changed, and the app is restarted, which keeps what it had."""
    lab.set_env(ADMIN_CHAT_ID="-1002")
    lab.docker("restart", "--time", "3", lab.container("app"))
    lab.wait_until_well()


def check_out_the_one_before(lab: Bookingbot) -> None:
    """Somebody looks at an older release in the server's checkout, and leaves it there."""
    lab.git("commit", "--quiet", "--allow-empty", "--message", "The one that was looked at")
    lab.git("tag", "v1.3.9")
    lab.git("push", "--quiet", "origin", "main", "--tags")
    on_the_box(lab, "git", "fetch", "--quiet", "--tags")
    on_the_box(lab, "git", "checkout", "--quiet", "v1.3.9")


def edit_on_the_server(lab: Bookingbot) -> None:
    """Somebody tries something out on the server, and leaves it there."""
    (lab.home / "notes.txt").write_text("call Anna\n")
    with (lab.home / "server.py").open("a") as file:
        file.write("# tried something here\n")


def empty_mini_app(lab: Bookingbot) -> None:
    """The pages are deleted, by a script that took the wrong folder."""
    (lab.home / "miniapp" / "index.html").unlink()
    wait_until("the page to be gone", lambda: lab.get("/")[0] in (403, 404))


def plain_logs(lab: Bookingbot) -> None:
    """Somebody wants to read the log without tools, and to keep it for longer."""
    lab.set_env(LOG_FORMAT="text", LOG_KEEP_DAYS="90")
    lab.lay_log(45)
    recreate(lab)


def clear_logs(lab: Bookingbot) -> None:
    """The disk was full, and somebody deleted what was older than a week; the night's backup of the box has it."""
    kept = lab.backups / "logs"
    kept.mkdir(exist_ok=True)
    for file in sorted((lab.home / "logs").glob("app-*.json.gz"))[:-7]:
        file.rename(kept / file.name)


def no_backup_for_days(lab: Bookingbot) -> None:
    """The nightly job has not run for two days."""
    then = time.time() - 2 * 86400
    for file in (lab.backups / "base").iterdir():
        os.utime(file, (then, then))


FAULTS: Final = (
    Fault(
        "a database behind its release",
        lose_a_migration,
        {"schema": "DOWN"},
        "migrations-pending",
        ("migrate",),
        choices=("One waits", "Prove it"),
    ),
    Fault(
        "a start over a pending migration",
        start_over_a_migration,
        {"schema": "DOWN", "app.state": "DOWN", "one-app": "DOWN"},
        "does-not-answer",
        ("migrate", "start-migrated"),
        choices=("Migrations are pending", "Prove it"),
    ),
    Fault(
        "a mode that looks away",
        mode_off,
        {"app-mode": "DOWN", "ready.health": "DOWN"},
        "migrations-pending",
        ("set-mode", "recreate"),
        choices=("The mode is not", "Prove it"),
    ),
    Fault(
        "a release with a stub",
        stub_release,
        {"app.health": "DOWN", "ready.health": "DOWN", "metrics.health": "DOWN"},
        "readiness-failed",
        ("check-out", "go-back"),
        inputs={"reason": "it has no /ready"},
        choices=("Yes, back now", "Prove it"),
    ),
    Fault(
        "a stub over no database",
        stub_over_no_database,
        {"app-stub": "DOWN", "db.state": "DOWN", "ready.health": "DOWN", "metrics.health": "DOWN"},
        "health-is-a-stub",
        ("start-database", "check-out", "go-back"),
    ),
    Fault(
        "no database",
        stop_the_database,
        {"db.state": "DOWN", "app.state": "DOWN"},
        "does-not-answer",
        ("start",),
        choices=("A container ended", "Prove it"),
    ),
    Fault(
        "no app",
        stop("app"),
        {"app.state": "DOWN", "one-app": "DOWN"},
        "does-not-answer",
        ("start",),
        choices=("A container ended", "Prove it"),
    ),
    Fault(
        "another program for a database",
        another_database_program,
        {"db.process": "DOWN", "app.state": "DOWN", "tree": "DEGRADED"},
        "does-not-answer",
        ("put-aside", "start-the-right-one"),
        choices=("Another program", "Prove it"),
    ),
    Fault(
        "no proxy",
        stop("caddy"),
        {"caddy.state": "DOWN"},
        "degraded-mode",
        ("start-proxy",),
        choices=("The proxy does not run", "Prove it"),
    ),
    Fault(
        "a mini app without its pages",
        empty_mini_app,
        {"mini-app.health": "DOWN", "tree": "DEGRADED"},
        "degraded-mode",
        ("put-aside",),
        choices=("The pages are gone", "Prove it"),
    ),
    Fault(
        "an app that is root",
        run_as_root,
        {"app-user": "DOWN", "tree": "DEGRADED"},
        "runs-as-another-user",
        ("put-aside", "recreate"),
        choices=("An override here", "Prove it"),
    ),
    Fault(
        "two apps",
        second_app,
        {"one-app": "DOWN"},
        "more-than-one-app",
        ("one-only",),
    ),
    Fault(
        "a key that is not set",
        forget_a_key,
        {"app.env": "DOWN"},
        "environment-incomplete",
        ("set-name", "recreate"),
        inputs={"missing": "ADMIN_CHAT_ID", "line": "ADMIN_CHAT_ID=-1001"},
        choices=("In .env too", "Make the container anew"),
    ),
    Fault(
        "an environment that never took effect",
        forget_to_recreate,
        {"app.env": "DEGRADED"},
        "environment-incomplete",
        ("recreate",),
        inputs={"missing": "ADMIN_CHAT_ID", "line": "ADMIN_CHAT_ID=-1002"},
        choices=("Only in what runs",),
    ),
    Fault(
        "another version checked out",
        check_out_the_one_before,
        {"app-image": "DEGRADED"},
        "another-image",
        ("check-out-running",),
        choices=("The checkout", "Prove it"),
    ),
    Fault(
        "files edited on the server",
        edit_on_the_server,
        {"tree": "DEGRADED"},
        "another-image",
        ("put-aside",),
        choices=("Files were edited", "Prove it"),
    ),
    Fault(
        "logs for people, and for too long",
        plain_logs,
        {"log-is-json": "DEGRADED", "log-days": "DEGRADED", "logs-cleared": "DEGRADED"},
        "logs-kept-wrong",
        ("correct", "recreate"),
        choices=("Form or days", "Prove it"),
    ),
    Fault(
        "logs cleared too early",
        clear_logs,
        {"logs-there": "DEGRADED"},
        "logs-kept-wrong",
        ("from-backup",),
        choices=("Days are missing", "Prove it"),
    ),
    Fault(
        "no backup for two days",
        no_backup_for_days,
        {"backup": "DEGRADED"},
        "backup-too-old",
        ("back-up",),
        undone=("back-up",),
    ),
)
QUICK: Final = FAULTS[0]
"""The one that `make test` goes through."""
