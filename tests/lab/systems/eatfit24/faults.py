"""What goes wrong with eatfit24, put in by docker, redis, psql, git and file edits: nothing that the runbooks use."""

from __future__ import annotations

import base64
import json
import uuid
from typing import Final

from tests.lab.systems.eatfit24.box import Eatfit24
from tests.lab.systems.fault import Fault
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
    file = lab.home / "compose.yml"
    right = "command: celery -A config worker"
    text = file.read_text()
    assert right in text
    file.write_text(text.replace(right, "command: /app/.venv/bin/celery -A config worker"))
    lab.compose("up", "--detach", "celery-worker")
    wait_until("gunicorn in the worker's container", lambda: lab.log_says("celery-worker", "Listening at"), within=60)


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
        {"celery-worker.process": "DOWN"},
        "worker-wrong-process",
        ("recreate",),
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
    ),
)
QUICK: Final = FAULTS[2]
"""The one that `make test` goes through."""
