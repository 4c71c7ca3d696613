"""What goes wrong with brace, put in by docker, compose, psql, git and file edits: nothing that the runbooks use."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

from tests.lab.systems.brace.box import FILE, OWN, Brace
from tests.lab.systems.breaking import asleep, hang, stop
from tests.lab.systems.fault import Fault
from tests.lab.systems.system import on_the_box
from tests.support.waiting import wait_until

GOOD: Final = "v1.4.0"
"""The release that runs where nothing is wrong."""


# --- versions and the work tree ---------------------------------------------------------------------------------------


def older_images(lab: Brace) -> None:
    """Somebody starts the services with the images of the release before, from their own shell."""
    older = [f"{service.upper().replace('-', '_')}_IMAGE={lab.images}/{service}:v1.3.0" for service in OWN]
    compose = ["docker", "compose", "--env-file", lab.env_file.name, "-f", FILE]
    on_the_box(lab, "env", *older, *compose, "up", "--detach", "--no-deps", *OWN)
    lab.wait_until_well()


def a_branch_on_the_server(lab: Brace) -> None:
    """Somebody looks at a branch of theirs on the server, and leaves it checked out."""
    lab.git("checkout", "--quiet", "-b", "try-it")
    (lab.developer / "notes.md").write_text("An idea.\n")
    lab.git("add", "--all")
    lab.git("commit", "--quiet", "--message", "An idea")
    lab.git("push", "--quiet", "origin", "try-it")
    lab.git("checkout", "--quiet", "main")
    on_the_box(lab, "git", "fetch", "--quiet", "origin", "try-it")
    on_the_box(lab, "git", "checkout", "--quiet", "FETCH_HEAD")


def edit_on_the_server(lab: Brace) -> None:
    """Somebody tries something out in the compose file, and leaves a file beside it."""
    with (lab.home / FILE).open("a") as file:
        file.write("# tried something here\n")
    (lab.home / "infra" / "todo.txt").write_text("call Anna\n")


# --- backups and the database -----------------------------------------------------------------------------------------


def no_backup_since(lab: Brace) -> None:
    """What calls the backup has not done so for two days."""
    then = time.time() - 2 * 86_400
    for dump in lab.backups.glob("*.dump"):
        os.utime(dump, (then, then))


def unreadable_backup(lab: Brace) -> None:
    """The newest copy was hurt on its way to the disk: as long as ever, and nothing in it."""
    newest = (lab.backups / "last.dump").resolve()
    newest.write_bytes(newest.read_bytes()[:10] + bytes(newest.stat().st_size - 10))


def database_behind(lab: Brace) -> None:
    """The database is as it was before the last migration: a deploy ended half way."""
    lab.sql("ALTER TABLE orders RENAME COLUMN total TO set_aside")
    lab.sql("UPDATE alembic_version SET version_num = '0001'")


def mend_what_was_set_aside(lab: Brace) -> None:
    """The lab's orders get back what only the lab had set aside."""
    if lab.sql("SELECT count(*) FROM information_schema.columns WHERE column_name = 'set_aside'") == "1":
        lab.sql("UPDATE orders SET total = set_aside")
        lab.sql("ALTER TABLE orders DROP COLUMN set_aside")


def database_ahead(lab: Brace) -> None:
    """Somebody migrates by hand, with the image of a release that is not deployed, after a night with its backup."""
    lab.back_up()
    publish(lab, "v1.4.1", migration=ADD_COLUMN)
    image = f"BACKEND_IMAGE={lab.images}/backend:v1.4.1"
    compose = ["docker", "compose", "--env-file", lab.env_file.name, "-f", FILE]
    alembic = ["/opt/venv/bin/alembic", "upgrade", "head"]
    on_the_box(lab, "env", image, *compose, "run", "--rm", "-T", "--no-deps", "backend", *alembic)


def lose_orders(lab: Brace) -> None:
    """A table is gone, after a night with its backup."""
    lab.back_up()
    lab.sql("DROP TABLE orders")


# --- releases ---------------------------------------------------------------------------------------------------------


def publish(lab: Brace, version: str, *, edits: tuple[tuple[str, str, str], ...] = (), migration: str = "") -> None:
    """A release with these edits (file, old, new) and this migration; main goes back to what it was after it."""
    for name, old, new in edits:
        path = lab.developer / name
        text = path.read_text()
        assert old in text, f"{path} has no {old!r}"
        path.write_text(text.replace(old, new))
    if migration:
        (lab.developer / "backend/alembic/versions/0003_next.py").write_text(migration)
    lab.release(version)
    lab.git("revert", "--no-edit", "HEAD")
    lab.git("push", "--quiet", "origin", "main")


def bad_release(lab: Brace) -> None:
    """A release whose backend fails at each request, and whose frontend lacks its page, is deployed."""
    fails = ("backend/app/main.py", "LIMIT 1", "LIMIT one")
    lost = ("frontend/nginx.conf", "root /srv/public;", "root /srv/dist;")
    publish(lab, "v1.5.0", edits=(fails, lost))
    lab.deploy("v1.5.0", well=False)
    wait_until("the bad release to answer badly", lambda: lab.status("/api/health") == 503, within=60)


def release_that_breaks_the_schema(lab: Brace) -> None:
    """A release with a migration that the old code cannot live with, and a fault of its own, is deployed."""
    lab.back_up()
    fails = ("backend/app/main.py", "SELECT id, total", "SELECT id, amout")
    publish(lab, "v1.6.0", edits=(fails,), migration=RENAME_COLUMN)
    lab.deploy("v1.6.0", well=False)
    wait_until("the bad release to answer badly", lambda: lab.status("/api/health") == 503, within=60)


# --- containers -------------------------------------------------------------------------------------------------------


def other_programs(lab: Brace) -> None:
    """Somebody leaves a second compose file on the server, under which all containers only sleep."""
    every = (*OWN, "redis", "db")
    Path(lab.home, "infra", "asleep.yml").write_text(asleep(every))
    compose = ["docker", "compose", "--env-file", lab.env_file.name, "-f", FILE, "-f", "infra/asleep.yml"]
    on_the_box(lab, *compose, "up", "--detach", "--no-deps", *every)


ADD_COLUMN: Final = '''"""Who brings it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("orders", sa.Column("courier", sa.Text))
'''
RENAME_COLUMN: Final = '''"""A better name."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.alter_column("orders", "total", new_column_name="amount")
'''

_RESTORE: Final = ("stop-writers", "restore", "start-writers")

FAULTS: Final = (
    Fault(
        "images of another release",
        older_images,
        {f"{service}-version": "DEGRADED" for service in OWN},
        "version-mismatch",
        ("recreate",),
        choices=("The containers",),
    ),
    Fault(
        "a branch on the server",
        a_branch_on_the_server,
        {**{f"{service}-version": "DEGRADED" for service in OWN}, "release": "DEGRADED", "on-main": "DEGRADED"},
        "version-mismatch",
        ("check-out",),
        inputs={"tag": GOOD},
        choices=("The checkout",),
    ),
    Fault(
        "code edited on the server",
        edit_on_the_server,
        {"tree": "DEGRADED"},
        "work-tree-not-clean",
        ("put-aside",),
        choices=("No:",),
        undone=("put-aside",),
    ),
    Fault(
        "no backup for two days",
        no_backup_since,
        {"backup": "DEGRADED"},
        "backup-not-good",
        ("back-up",),
    ),
    Fault(
        "a backup that cannot be read",
        unreadable_backup,
        {"backup-readable": "DOWN"},
        "backup-not-good",
        ("back-up",),
    ),
    Fault(
        "a database behind its code",
        database_behind,
        {"schema": "DOWN", "smoke.health": "DOWN"},
        "production-deploy",
        ("migrate",),
        inputs={"tag": GOOD},
        breaks=("migrate",),
        tidy=mend_what_was_set_aside,
    ),
    Fault(
        "a database migrated by hand",
        database_ahead,
        {"schema": "DEGRADED"},
        "database-restore",
        _RESTORE,
    ),
    Fault(
        "a table that is gone",
        lose_orders,
        {"smoke.health": "DOWN"},
        "database-restore",
        _RESTORE,
    ),
    Fault(
        "a bad release",
        bad_release,
        {"smoke.health": "DOWN", "mini-app.health": "DOWN"},
        "rollback",
        ("check-out", "pin", "recreate"),
        inputs={"tag": GOOD},
        choices=("Yes:",),
    ),
    Fault(
        "a release that breaks the schema",
        release_that_breaks_the_schema,
        {"smoke.health": "DOWN"},
        "rollback",
        ("check-out", "pin", "recreate", *_RESTORE),
        inputs={"tag": GOOD},
        choices=("No, the schema",),
    ),
    Fault(
        "a backend that hangs",
        hang("backend"),
        {"smoke.health": "DOWN"},
        "does-not-answer",
        ("restart-backend",),
        choices=("The backend is silent",),
    ),
    Fault(
        "a Redis that hangs",
        hang("redis"),
        {"redis-answers": "DOWN", "smoke.health": "DOWN"},
        "does-not-answer",
        ("restart-redis",),
        choices=("Redis is silent",),
    ),
    Fault(
        "none of the four services",
        stop(*OWN),
        {f"{service}.state": "DOWN" for service in OWN},
        "does-not-answer",
        ("start",),
        choices=("A container is not there",),
    ),
    Fault(
        "no database and no Redis",
        stop("db", "redis"),
        {"db.state": "DOWN", "redis.state": "DOWN", "smoke.health": "DOWN"},
        "does-not-answer",
        ("start",),
        choices=("A container is not there",),
    ),
    Fault(
        "other programs in the containers",
        other_programs,
        {**{f"{service}.process": "DOWN" for service in (*OWN, "db", "redis")}, "tree": "DEGRADED"},
        "does-not-answer",
        ("put-aside", "start"),
        choices=("A container runs another program",),
    ),
)
QUICK: Final = FAULTS[3]
"""The one that `make test` goes through."""
