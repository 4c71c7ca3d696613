"""What goes wrong with zachot, put in by signals, file edits, redis-cli and git: nothing that the runbooks use."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from typing import Final

from tests.lab.systems.fault import Fault
from tests.lab.systems.zachot.box import ENV, Zachot
from tests.support.waiting import wait_until

API: Final = "zachot-api.service"
WORKER: Final = "zachot-worker.service"
REDIS: Final = "redis-server.service"


def is_over(lab: Zachot, unit: str) -> bool:
    """Whether nothing of a unit runs any more, however it ended."""
    return lab.shell(f"systemctl is-active {unit} || true") in ("inactive", "failed")


def end_for_good(*units: str) -> Callable[[Zachot], None]:
    """Somebody stops units, and forgets them."""

    def break_it(lab: Zachot) -> None:
        lab.run("systemctl", "stop", *units)
        for unit in units:
            wait_until(f"{unit} to be gone", lambda it=unit: is_over(lab, it), within=100)

    return break_it


def stop_where_it_stands(unit: str) -> Callable[[Zachot], None]:
    """All processes of a unit are stopped by a signal, and for systemd they run."""

    def break_it(lab: Zachot) -> None:
        lab.run("systemctl", "kill", "--signal=STOP", unit)
        pid = lab.run("systemctl", "show", unit, "--property=MainPID", "--value")
        wait_until("it to stand still", lambda: lab.says(f"cat /proc/{pid}/status", "T (stopped)"), within=60)

    return break_it


def no_redis_and_a_restart(lab: Zachot) -> None:
    """Redis is stopped, and then somebody restarts the worker, whose unit finds no Redis."""
    end_for_good(REDIS)(lab)
    lab.shell(f"systemctl restart {WORKER} || true")
    wait_until(
        "systemd to skip it", lambda: lab.says(f"systemctl show {WORKER} -p Result", "exec-condition"), within=60
    )


def damaged_data(lab: Zachot) -> None:
    """The file that Redis wrote is cut in the middle of its header while it is away, and it cannot load it again."""
    lab.redis("SAVE")
    lab.run("systemctl", "stop", REDIS)
    lab.shell("printf 'REDIS00' > /var/lib/redis/dump.rdb")
    lab.shell(f"systemctl start {REDIS} || true")
    wait_until("systemd to give up", lambda: lab.says(f"systemctl is-active {REDIS}", "failed"), within=90)


def standing_worker_and_old_tasks(lab: Zachot) -> None:
    """The worker stands still, and tasks of two hours ago wait."""
    stop_where_it_stands(WORKER)(lab)
    for _ in range(3):
        own = str(uuid.uuid4())
        message = {
            "queue_name": "default", "actor_name": "mark", "args": ["late"], "kwargs": {}, "options": {},
            "message_id": own, "message_timestamp": int((time.time() - 7200) * 1000),
        }  # fmt: skip
        lab.redis("HSET", "dramatiq:default.msgs", own, json.dumps(message))
        lab.redis("RPUSH", "dramatiq:default", own)


def no_queue(lab: Zachot) -> None:
    """Somebody writes a text under the queue's name."""

    def is_text() -> bool:
        lab.redis("SET", "dramatiq:default", "hello")
        return lab.redis("TYPE", "dramatiq:default") == "string"

    wait_until("the queue to be a text", is_text, within=60)


def stray(program: str, ready: str) -> Callable[[Zachot], None]:
    """Somebody starts one by hand, outside of its unit."""
    unit = f"by-hand-{program.split(maxsplit=1)[0]}"

    def break_it(lab: Zachot) -> None:
        lab.shell(f"""
            systemd-run --quiet --collect --unit={unit} --uid=zachot --working-directory=/opt/zachot \
                --property=EnvironmentFile={ENV} /opt/zachot/.venv/bin/{program}
        """)
        wait_until("it to run", lambda: lab.says(f"journalctl -u {unit} --no-pager", ready), within=60)

    return break_it


def bad_deploy(lab: Zachot) -> None:
    """A commit that cannot be imported is pulled and started, and systemd gives up on both."""
    lab.shell("echo 'from apps.settings import GRADES' >> /srv/developer/apps/worker/actors.py")
    lab.commit("Grades")
    lab.shell(f"""
        sudo -u zachot git -C /opt/zachot pull --quiet --ff-only
        systemctl restart {API} {WORKER}
    """)
    for unit in (API, WORKER):
        wait_until(
            f"{unit} to be given up", lambda it=unit: lab.says(f"systemctl is-active {it}", "failed"), within=180
        )


def mend_the_repository(lab: Zachot) -> None:
    """The developers take the commit back."""
    lab.shell("""
        cd /srv/developer
        git revert --no-edit HEAD
        git push --quiet origin main
        sudo -u zachot git -C /opt/zachot pull --quiet --ff-only
    """)


def no_environment(lab: Zachot) -> None:
    lab.run("rm", ENV)


def open_environment(lab: Zachot) -> None:
    lab.run("chmod", "0644", ENV)


def newer_environment(lab: Zachot) -> None:
    """Somebody changes a value, and even copies it, but restarts nothing."""
    lab.run("sed", "-i", "s/^APP_ENV=prod/APP_ENV=production/", ENV)
    lab.back_up()


def old_backup(lab: Zachot) -> None:
    lab.shell("touch -d '30 days ago' /var/backups/zachot/*/zachot.env")


def change_without_a_copy(lab: Zachot) -> None:
    """A remark is written into the file: no variable changes."""
    lab.shell(f"echo '# asked Anna about this' >> {ENV}")


def rotation_edited(lab: Zachot) -> None:
    """One file is gone, the other keeps three days and packs nothing."""
    lab.shell("""
        rm /etc/logrotate.d/zachot-api
        sed -i -e 's/rotate 14/rotate 3/' -e '/compress/d' /etc/logrotate.d/zachot-worker
    """)


def no_rotation(lab: Zachot) -> None:
    """The timer was stopped five days ago."""
    lab.shell("""
        systemctl stop logrotate.timer
        cd /opt/zachot/logs
        rm -f *.gz
        for kept in *-20*; do
            mv $kept ${kept%-*-*-*}-2020-01-01
            touch -d '5 days ago' ${kept%-*-*-*}-2020-01-01
        done
    """)


def logs_of_root(lab: Zachot) -> None:
    lab.shell("""
        chown root:root /opt/zachot/logs/api.log
        chmod 0644 /opt/zachot/logs/worker.err
    """)


def unit_edited(lab: Zachot) -> None:
    """The worker's unit loses its condition and gets a watchdog, and systemd has read that."""
    lab.shell(f"""
        sed -i -e '/^ExecCondition=/d' -e 's/^Restart=.*/&\\nWatchdogSec=7200/' /etc/systemd/system/{WORKER}
        systemctl daemon-reload
    """)


def unit_not_read(lab: Zachot) -> None:
    """The API's unit is changed on disk, and systemd was not told."""
    lab.shell(f"sed -i 's/^RestartSec=.*/RestartSec=9/' /etc/systemd/system/{API}")


def other_api(lab: Zachot) -> None:
    """The API's unit serves files, and systemd has read and started that."""
    lab.shell(f"""
        sed -i 's/^ExecStart=.*/ExecStart=python3 -m http.server --bind 127.0.0.1 8000/' /etc/systemd/system/{API}
        sed -i 's,=python3,=/usr/bin/python3,' /etc/systemd/system/{API}
        systemctl daemon-reload
        systemctl restart {API}
    """)


def other_redis(lab: Zachot) -> None:
    """Somebody lays another command over Redis's unit, to try something."""
    lab.shell(f"""
        mkdir -p /etc/systemd/system/{REDIS}.d
        printf '[Service]\nType=simple\nExecStart=\nExecStart=/usr/bin/sleep infinity\n' \
            > /etc/systemd/system/{REDIS}.d/try.conf
        systemctl daemon-reload
        systemctl restart {REDIS}
    """)


def server_lost(lab: Zachot) -> None:
    """What is there is an empty box with Redis installed; the copy of the environment was brought to it."""
    lab.shell(f"""
        systemctl disable --quiet --now {API} {WORKER} {REDIS} logrotate.timer
        rm -rf /opt/zachot /etc/logrotate.d/zachot-api /etc/logrotate.d/zachot-worker /var/lib/redis/dump.rdb
        rm -f /etc/systemd/system/{API} /etc/systemd/system/{WORKER}
        systemctl daemon-reload
        systemctl reset-failed
        userdel zachot
        groupdel zachot 2> /dev/null || true
    """)


NO_WORKER: Final = dict.fromkeys(("worker.state", "worker.process", "worker.env", "worker-of-zachot"), "DEGRADED")
NO_API: Final = {"api.state": "DOWN"}
NO_REDIS: Final = {"redis.state": "DOWN", "redis-ping": "DOWN"}
ROTATION: Final = ("logrotate-api", "logrotate-worker", "logrotate-api-settings", "logrotate-worker-settings")

FAULTS: Final = (
    Fault("no worker", end_for_good(WORKER), NO_WORKER, "worker-down", ("start",), choices=("The unit does not run",)),
    Fault(
        "a worker started by hand",
        stray("dramatiq apps.worker.actors", "ready for action"),
        {"no-stray-worker": "DOWN"},
        "worker-down",
        ("end-stray",),
        choices=("One runs outside",),
    ),
    Fault(
        "no Redis",
        end_for_good(REDIS),
        NO_REDIS,
        "redis-down",
        ("start-redis",),
        choices=("It does not run",),
    ),
    Fault(
        "no Redis, and a worker that was restarted meanwhile",
        no_redis_and_a_restart,
        NO_REDIS | NO_WORKER,
        "redis-down",
        ("start-redis", "start-worker"),
        choices=("It does not run",),
    ),
    Fault(
        "a Redis that hangs",
        stop_where_it_stands(REDIS),
        {"redis-ping": "DOWN"},
        "redis-down",
        ("restart-redis",),
        choices=("It runs and does not answer",),
    ),
    Fault(
        "another program in Redis's unit",
        other_redis,
        {"redis.process": "DOWN", "redis-ping": "DOWN"},
        "redis-down",
        ("take-override-out", "restart-redis-itself"),
        choices=("Another program runs",),
    ),
    Fault(
        "a Redis that cannot load its data",
        damaged_data,
        NO_REDIS,
        "redis-lost",
        ("put-data-aside", "start-empty"),
        choices=("Begin empty",),
    ),
    Fault(
        "no API",
        end_for_good(API),
        NO_API,
        "api-down",
        ("start",),
        choices=("The unit does not run",),
        undone=("start",),
    ),
    Fault(
        "an API that hangs",
        stop_where_it_stands(API),
        {"api.health": "DOWN"},
        "api-down",
        ("restart-api",),
        choices=("It runs and does not answer",),
    ),
    Fault(
        "an API started by hand",
        stray("uvicorn apps.api.main:app --port 8001", "Application startup complete"),
        {"no-stray-api": "DOWN"},
        "api-down",
        ("end-stray",),
        choices=("A uvicorn runs outside",),
    ),
    Fault(
        "a worker that stands still",
        standing_worker_and_old_tasks,
        {"default.oldest": "DEGRADED"},
        "queue-stuck",
        ("restart-worker",),
        choices=("The worker stands still",),
    ),
    Fault(
        "a queue that is none",
        no_queue,
        {"queue-readable": "DOWN"},
        "queue-stuck",
        ("put-aside",),
        choices=("What lies there is no queue",),
    ),
    Fault(
        "a commit that does not start",
        bad_deploy,
        NO_WORKER | NO_API,
        "bad-deploy",
        ("go-back",),
        choices=("Back to what ran well",),
        tidy=mend_the_repository,
    ),
    Fault(
        "no environment file",
        no_environment,
        {
            "environment-file": "DOWN",
            "api.env": "DOWN",
            "worker.env": "DEGRADED",
            "backup-is-of-what-runs": "DEGRADED",
        },
        "environment-lost",
        ("restore",),
        choices=("The file is gone", "Yes, or nothing runs"),
    ),
    Fault(
        "an environment file that all may read",
        open_environment,
        {"environment-file": "DOWN"},
        "environment-lost",
        ("set-rights",),
        choices=("the wrong people may read it",),
    ),
    Fault(
        "an environment that nobody restarted for",
        newer_environment,
        {"api.env": "DEGRADED", "worker.env": "DEGRADED"},
        "environment-lost",
        ("restart-worker", "restart-api"),
        choices=("what runs is older",),
    ),
    Fault("an old backup", old_backup, {"backup-age": "DEGRADED"}, "environment-backup", ("copy",), undone=("copy",)),
    Fault(
        "a change without a copy",
        change_without_a_copy,
        {"backup-is-of-what-runs": "DEGRADED"},
        "environment-backup",
        ("write-down",),
    ),
    Fault(
        "rotation that was edited",
        rotation_edited,
        dict.fromkeys(ROTATION, "DEGRADED"),
        "logs-not-rotated",
        ("install-settings",),
        choices=("The settings are missing", "Prove it"),
    ),
    Fault(
        "no rotation for five days",
        no_rotation,
        {"logrotate-timer": "DEGRADED", "logs-rotated": "DEGRADED"},
        "logs-not-rotated",
        ("start-timer", "rotate"),
        choices=("The timer does not run",),
    ),
    Fault(
        "logs that belong to root",
        logs_of_root,
        {"logs": "DEGRADED", "error-logs": "DEGRADED"},
        "logs-not-rotated",
        ("set-rights",),
        choices=("Owner or mode are wrong",),
    ),
    Fault(
        "a worker's unit without its condition",
        unit_edited,
        {
            "worker-waits-for-redis": "DEGRADED",
            "worker-has-no-watchdog": "DEGRADED",
            "backup-is-of-what-runs": "DEGRADED",
        },
        "unit-differs",
        ("install-units", "reload"),
    ),
    Fault(
        "another program in the API's unit",
        other_api,
        {"api.process": "DOWN", "backup-is-of-what-runs": "DEGRADED"},
        "unit-differs",
        ("install-units", "reload", "restart-api"),
        holds=("another program",),
    ),
    Fault(
        "a unit that systemd has not read",
        unit_not_read,
        {"api.state": "DEGRADED", "backup-is-of-what-runs": "DEGRADED"},
        "unit-differs",
        ("install-units", "reload"),
    ),
    Fault(
        "no server",
        server_lost,
        {
            **NO_WORKER,
            **NO_API,
            **NO_REDIS,
            **dict.fromkeys(ROTATION, "DEGRADED"),
            **dict.fromkeys(("worker-waits-for-redis", "backup-is-of-what-runs", "logs", "error-logs"), "DEGRADED"),
            **dict.fromkeys(("logs-rotated", "logrotate-timer"), "DEGRADED"),
            **dict.fromkeys(("no-stray-api", "no-stray-worker"), "UNKNOWN"),
            "environment-file": "DOWN",
        },
        "server-lost",
        (
            "make-user", "make-home", "clone", "check-out", "make-venv", "install-packages", "make-folders",
            "restore-environment", "make-logs", "install-rotation", "rotate", "start-redis", "install-units", "start",
        ),
        inputs={"repository": "/srv/zachot.git"},
    ),
)  # fmt: skip
QUICK: Final = FAULTS[0]
"""The one that `make test` goes through."""
