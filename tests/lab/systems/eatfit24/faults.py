"""What goes wrong with eatfit24, put in by docker, redis, psql, git and file edits: nothing that the runbooks use."""

from __future__ import annotations

import base64
import json
import uuid
from typing import Final

from tests.lab.systems.breaking import asleep, edit, hang, stop
from tests.lab.systems.eatfit24.box import Eatfit24
from tests.lab.systems.fault import Fault
from tests.lab.systems.system import on_the_box
from tests.support.waiting import wait_until

HOLD: Final = "import time; held = b'x' * ({size} << 20); time.sleep(3600)"
"""A program that holds so many MiB, every page of them touched."""


def hold_memory(service: str, size: int):
    """Something in the container of `service` takes `size` MiB and keeps them."""

    def break_it(lab: Eatfit24) -> None:
        lab.docker("exec", "--detach", lab.container(service), "python", "-c", HOLD.format(size=size))
        wait_until(f"{service} to hold it", lambda: _rss(lab, service) > size << 20, within=30)

    return break_it


def _rss(lab: Eatfit24, service: str) -> int:
    """What the largest process in the container holds, in bytes, by the container's own /proc."""
    script = "cat /proc/[0-9]*/statm 2>/dev/null | sort -k2 -n | tail -n 1"
    told = lab.docker("exec", lab.container(service), "sh", "-c", script).split()
    return int(told[1]) * 4096 if len(told) > 1 else 0


def wrong_command(lab: Eatfit24) -> None:
    """Somebody writes the whole path of celery into the compose file on the server, and has it take effect."""
    edit(lab.home / "compose.yml", "command: celery -A", "command: /app/.venv/bin/celery -A")
    lab.compose("up", "--detach", "celery-worker", "celery-beat")
    for service in ("celery-worker", "celery-beat"):
        wait_until(f"gunicorn in {service}", lambda name=service: lab.log_says(name, "Listening at"), within=60)


def stop_the_worker(lab: Eatfit24) -> None:
    """The worker's main process is stopped where it stands, and then 150 tasks come."""
    lab.docker("kill", "--signal", "STOP", lab.container("celery-worker"))
    put_tasks(lab, "ai", "ai.describe", ["soup"], 150)


def unrouted(lab: Eatfit24) -> None:
    """Three tasks arrive in the queue that nobody consumes."""
    put_tasks(lab, "celery", "meals.digest", [], 3)


def put_tasks(lab: Eatfit24, queue: str, task: str, args: list[object], count: int) -> None:
    """Messages as Celery itself puts them into Redis, written by hand."""
    messages = [_message(queue, task, args) for _ in range(count)]
    lab.redis("LPUSH", queue, *messages)


def _message(queue: str, task: str, args: list[object]) -> str:
    own = str(uuid.uuid4())
    body = base64.b64encode(
        json.dumps([args, {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}]).encode()
    )
    return json.dumps(
        {
            "body": body.decode(),
            "content-encoding": "utf-8",
            "content-type": "application/json",
            "headers": {"lang": "py", "task": task, "id": own, "root_id": own, "parent_id": None, "group": None},
            "properties": {
                "correlation_id": own, "delivery_mode": 2, "priority": 0, "body_encoding": "base64",
                "delivery_tag": own, "delivery_info": {"exchange": "", "routing_key": queue},
            },
        }
    )  # fmt: skip


def say_true(lab: Eatfit24) -> None:
    """Somebody writes `true` and `yes` where the entrypoint compares with `1`, and has it take effect."""
    edit(lab.home / ".env", "RUN_MIGRATIONS=1", "RUN_MIGRATIONS=true")
    edit(lab.home / ".env", "MIGRATIONS_STRICT=1", "MIGRATIONS_STRICT=yes")
    lab.compose("up", "--detach", "backend", "celery-worker", "celery-beat")
    lab.wait_until_well()


def lose_a_migration(lab: Eatfit24) -> None:
    """The database is as it was before the last migration, as after the restore of an older copy."""
    lab.sql("ALTER TABLE meals_meal DROP COLUMN kilocalories")
    lab.sql("DELETE FROM django_migrations WHERE app = 'meals' AND name LIKE '0002%'")


def forget_a_migration(lab: Eatfit24) -> None:
    """A model changes, is deployed without its migration, and the developer pushes that only later."""
    models = lab.developer / "meals" / "models.py"
    edit(models, "    kilocalories", "    drink = models.BooleanField(default=False)\n    kilocalories")
    lab.commit("A meal may be a drink")
    lab.pull_on_the_server()
    lab.build_and_start()
    (lab.developer / "meals" / "migrations" / "0003_meal_drink.py").write_text(DRINK)
    lab.commit("The migration that was forgotten")


def forget_the_lock(lab: Eatfit24) -> None:
    """A dependency moves and its lock does not; the developer pushes that later."""
    edit(lab.developer / "pyproject.toml", "recipes==1.0", "recipes==1.1")
    lab.commit("Newer recipes")
    lab.pull_on_the_server()
    on_the_box(lab, "uv", "lock", "--quiet", cwd=lab.developer)
    lab.commit("The lock of the newer recipes")


def break_the_syntax(lab: Eatfit24) -> None:
    """A file that is no Python comes by a commit; the next one mends it."""
    file = lab.developer / "meals" / "reports.py"
    file.write_text('"""Reports."""\n\ndef report(:\n    return 1\n')
    lab.commit("Reports")
    lab.pull_on_the_server()
    file.write_text('"""Reports."""\n')
    lab.commit("Reports that compile")


def ask_without_a_zone(lab: Eatfit24) -> None:
    """Code that takes the time without a zone comes by a commit; the next one mends it."""
    file = lab.developer / "meals" / "when.py"
    file.write_text('"""When."""\n\nfrom datetime import datetime as dt\n\nNOW = dt.utcnow()\n')
    lab.commit("When")
    lab.pull_on_the_server()
    file.write_text('"""When."""\n\nfrom django.utils import timezone\n\nNOW = timezone.now()\n')
    lab.commit("When, with a zone")


def settings_in_moscow(lab: Eatfit24) -> None:
    """Settings that store Moscow time are deployed; the next commit mends them."""
    settings = lab.developer / "config" / "settings.py"
    right = settings.read_text()
    edit(settings, "USE_TZ = True", "USE_TZ = False")
    edit(
        settings,
        'CELERY_ENABLE_UTC = True\nCELERY_TIMEZONE = "UTC"',
        'CELERY_ENABLE_UTC = False\nCELERY_TIMEZONE = "Europe/Moscow"',
    )
    lab.commit("Moscow time everywhere")
    lab.pull_on_the_server()
    lab.build_and_start()
    settings.write_text(right)
    lab.commit("UTC again")


def containers_in_moscow(lab: Eatfit24) -> None:
    """The containers are given a zone by their environment file."""
    with (lab.home / ".env").open("a") as env:
        env.write("TZ=Europe/Moscow\n")
    lab.compose("up", "--detach")
    lab.wait_until_well()


def database_in_moscow(lab: Eatfit24) -> None:
    """Postgres is told another zone, for good."""
    lab.sql("ALTER SYSTEM SET timezone = 'Europe/Moscow'")
    lab.sql("SELECT pg_reload_conf()")
    wait_until("Postgres to say so", lambda: lab.sql("SHOW timezone") == "Europe/Moscow")


def edit_on_the_server(lab: Eatfit24) -> None:
    """Somebody tries something out on the server, and leaves it there."""
    with (lab.home / "meals" / "views.py").open("a") as views:
        views.write("# tried something here\n")
    (lab.home / "notes.txt").write_text("call Anna\n")


def other_programs(lab: Eatfit24) -> None:
    """Somebody leaves an override of compose on the server, under which three containers only sleep."""
    (lab.home / "compose.override.yml").write_text(asleep(("backend", "redis", "db")))
    for service in ("redis", "db", "backend"):
        lab.compose("up", "--detach", "--no-deps", service)


DRINK: Final = '''"""Whether it was a drink."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meals", "0002_meal_kilocalories")]
    operations = [migrations.AddField("meal", "drink", models.BooleanField(default=False))]
'''


def _memory(service: str, size: int, choice: str, step: str) -> Fault:
    return Fault(
        f"{service} holds {size} MB",
        hold_memory(service, size),
        {f"{service}.memory": "DEGRADED"},
        "memory-high",
        (step,),
        choices=(choice,),
    )


FAULTS: Final = (
    _memory("backend", 700, "The backend", "restart-backend"),
    _memory("celery-worker", 800, "The Celery worker", "restart-worker"),
    _memory("celery-beat", 400, "Celery beat", "restart-beat"),
    Fault(
        "a path before celery",
        wrong_command,
        {
            "celery-worker.process": "DOWN",
            "celery-beat.process": "DOWN",
            "service-commands": "DOWN",
            "tree": "DEGRADED",
        },
        "worker-wrong-process",
        ("bare-command", "recreate"),
        choices=("compose.yml names a path",),
    ),
    Fault(
        "a worker that stands still",
        stop_the_worker,
        {"tasks.depth": "DEGRADED"},
        "queue-backlog",
        ("restart-worker",),
        choices=("The worker does nothing",),
    ),
    Fault(
        "tasks without a route",
        unrouted,
        {"unrouted.depth": "DEGRADED"},
        "queue-backlog",
        ("take-unrouted",),
        choices=("Something lies",),
        undone=("take-unrouted",),
    ),
    Fault(
        "a flag that says true",
        say_true,
        {"backend.env": "DOWN", "celery-worker.env": "DOWN", "celery-beat.env": "DOWN"},
        "environment-flag-refused",
        ("recreate",),
        undone=("correct-flags",),
    ),
    Fault(
        "a database behind its code",
        lose_a_migration,
        {"migrations-applied": "DOWN"},
        "migrations-pending",
        ("apply",),
        choices=("Not applied",),
    ),
    Fault(
        "a model without its migration",
        forget_a_migration,
        {"migrations-generated": "DOWN"},
        "migrations-pending",
        ("pull", "deploy"),
        choices=("Not generated",),
    ),
    Fault(
        "a dependency without its lock",
        forget_the_lock,
        {"lock": "DEGRADED"},
        "lock-drift",
        ("pull",),
        choices=("It was committed",),
    ),
    Fault(
        "a file that is no Python",
        break_the_syntax,
        {"compiles": "DEGRADED"},
        "code-does-not-compile",
        ("pull",),
        choices=("From a commit",),
    ),
    Fault(
        "code that takes the time without a zone",
        ask_without_a_zone,
        {"aware-times": "DOWN"},
        "clock-not-utc",
        ("pull", "deploy"),
        choices=("The code or its settings",),
    ),
    Fault(
        "settings in Moscow time",
        settings_in_moscow,
        {"django-time": "DOWN", "celery-time": "DOWN"},
        "clock-not-utc",
        ("pull", "deploy"),
        choices=("The code or its settings",),
    ),
    Fault(
        "containers in Moscow time",
        containers_in_moscow,
        {f"{name}-clock": "DEGRADED" for name in ("backend", "celery-worker", "celery-beat", "db")},
        "clock-not-utc",
        ("take-zone-out", "recreate"),
        choices=("A container",),
    ),
    Fault(
        "a database in Moscow time",
        database_in_moscow,
        {"db-timezone": "DOWN"},
        "clock-not-utc",
        ("reset-postgres", "reload-postgres"),
        choices=("Postgres",),
    ),
    Fault(
        "files edited on the server",
        edit_on_the_server,
        {"tree": "DEGRADED"},
        "work-tree-not-clean",
        ("put-aside",),
        choices=("No, it can go",),
        undone=("put-aside",),
    ),
    Fault(
        "a backend that hangs",
        hang("backend"),
        {"backend.health": "DOWN"},
        "does-not-answer",
        ("restart-backend",),
        choices=("All run",),
    ),
    Fault(
        "other programs in the containers",
        other_programs,
        {"backend.process": "DOWN", "redis.process": "DOWN", "db.process": "DOWN", "tree": "DEGRADED"},
        "does-not-answer",
        ("put-aside", "start"),
        choices=("Another program runs",),
    ),
    Fault(
        "no backend, worker and beat",
        stop("backend", "celery-worker", "celery-beat"),
        {"backend.state": "DOWN", "celery-worker.state": "DOWN", "celery-beat.state": "DOWN"},
        "does-not-answer",
        ("start",),
        choices=("A container does not run",),
    ),
    Fault(
        "no Redis",
        stop("redis"),
        {"redis.state": "DOWN"},
        "does-not-answer",
        ("start",),
        choices=("A container does not run",),
    ),
    Fault(
        "no database",
        stop("db"),
        {"db.state": "DOWN", "backend.health": "DOWN"},
        "does-not-answer",
        ("start",),
        choices=("A container does not run",),
    ),
)
QUICK: Final = FAULTS[2]
"""The one that `make test` goes through."""
