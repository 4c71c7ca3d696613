"""The real binary in a pty, on a real process and a real queue: Enter opens a close look at both."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.redis import LabRedis
from tests.support.console import real_console

pytestmark = [pytest.mark.pty, pytest.mark.redis]

SECRET = "hunter2-hunter2"


@pytest.fixture
def stack(tmp_path: Path, redis_server: LabRedis) -> Iterator[Path]:
    """A worker that waits, and a queue with three messages."""
    mark = f"opslab-{os.getpid()}-worker"
    worker = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)", mark],
        env={"SHOP_MODE": "worker", "SHOP_TOKEN": SECRET},
        start_new_session=True,
    )
    for number in range(3):
        message = {"headers": {"task": "shop.pay"}, "body": json.dumps([number, {"password": SECRET}])}
        redis_server.call("LPUSH", "jobs", json.dumps({**message, "properties": {"body_encoding": "plain"}}))
    file = tmp_path / "stack.toml"
    file.write_text(
        f'name = "shop"\n[box]\nenabled = false\n'
        f'[[service]]\nname = "worker"\nprocesses = {{ argv = "{mark}" }}\nmemory = {{ degraded = "4G" }}\n'
        f'[[queue]]\nname = "broker"\nbroker = "{redis_server.url}"\nkind = "celery"\nqueues = ["jobs"]\n'
        f"depth = {{ degraded = 2 }}\n"
    )
    yield file
    worker.kill()
    worker.wait()


def test_both_open_are_gone_through_and_show_no_secret(stack: Path, redis_server: LabRedis) -> None:
    before = redis_server.keys()
    with real_console("--stack", str(stack)) as console:
        console.sees("worker")
        console.sees("jobs")
        console.send("1")
        console.press("⏎")
        console.sees("SHOP_MODE")
        console.sees("hidden: by its name it may be a secret")
        console.sees("Nobody keeps account of plain processes")
        console.until("memory beside its threshold", lambda text: "threshold 4 G" in text and "now" in text)
        console.resize(80, 24)
        console.sees("5 Environment")
        console.press("tab")
        console.resize(40, 12)
        console.send("]")
        console.sees("esc back")
        console.send("\x1b")
        console.resize(120, 40)
        console.sees("3 Queues")
        console.send("3")
        console.press("⏎")
        console.sees("100 % shop.pay")
        console.sees("all 3 were looked at")
        console.press("v")
        console.sees("Show the next 5 messages of jobs")
        console.send("y")
        console.sees('"password": "***"')
        console.send("\x1b")
        console.sees("all 3 were looked at")
        console.send("\x1b")
        console.sees("3 Queues")
        console.press("q")
        assert console.wait() == 0
        assert SECRET.encode() not in console.raw()
    assert redis_server.keys() == before
