"""Restarts, kills, OOM and what is made anew, by a real engine: each is told once, and by what it is."""

from __future__ import annotations

import signal
import time

import pytest

from opsconsole.watch.alerts.keep import Keep
from tests.cli.program import opsconsole
from tests.lab.engine import LabEngine
from tests.support.waiting import wait_until
from tests.watch.alerts.hook import hook, start, watched

__all__ = ["hook"]

pytestmark = pytest.mark.engine


def service(container) -> str:
    return f'[[service]]\nname = "app"\ncontainer = "{container.name}"\n'


def once(file) -> int:
    done = opsconsole("--stack", str(file), "watch", "--once", "--quiet")
    assert done.err == ""
    return done.code


def test_each_thing_that_happens_to_a_container_between_two_rounds_is_told_once(tmp_path, hook, engine: LabEngine):
    app = engine.run(memory="16M")
    file = watched(tmp_path, hook, service(app))
    assert [once(file), once(file), hook.posted] == [0, 0, []]

    app.restart()
    assert once(file) == 0 and hook.happened == ["app: was started again"]

    app.cause_oom()
    wait_until("the engine to know of it", lambda: once(file) is not None and len(hook.posted) > 1, within=30)
    assert hook.happened[-1] == "app: a process of it was killed: out of memory"

    name = app.name
    app.remove()
    engine.run(name=name)
    assert once(file) == 0 and hook.happened[-1] == "app: was made anew, or is another one"
    assert [once(file), len(hook.posted)] == [0, 3]


def test_an_oom_that_the_restart_has_wiped_from_the_container_is_told_all_the_same(tmp_path, hook, engine: LabEngine):
    greedy = "sleep 2; head -c 268435456 /dev/zero | tail >/dev/null; exit 1"
    app = engine.run("sh", "-c", greedy, memory="16M", options=("--restart=always",))
    file = watched(tmp_path, hook, service(app))
    once(file)
    wait_until("the engine to start it again", lambda: app.inspect()["RestartCount"], within=30)
    wait_until("it to run", lambda: app.inspect()["State"]["Running"], within=30)
    once(file)
    told = hook.happened
    assert any("out of memory" in line for line in told), told
    assert any("was restarted" in line for line in told), told


def test_who_stays_hears_of_a_kill_from_the_engine_and_tells_what_follows_from_it(tmp_path, hook, engine: LabEngine):
    app = engine.run()
    health = f'[[health]]\nname = "web"\nurl = "{hook.url}/"\nstatus = 200\nneeds = ["app.state"]\n'
    file = watched(tmp_path, hook, service(app), health)
    watch = start(file, "--quiet")
    try:
        wait_until(
            "both to have been looked at", lambda: _looked_at(tmp_path) >= {"app.state", "web.health"}, within=30
        )
        began = time.monotonic()
        app.kill()
        wait_until("the kill to be told", lambda: hook.told == ["app.state began DOWN"], within=30)
        print(f"told {time.monotonic() - began:.2f} s after the kill was asked for")
    finally:
        watch.send_signal(signal.SIGTERM)
        _, err = watch.communicate(timeout=30)
    assert (watch.returncode, err) == (0, "")
    assert hook.posted[0]["items"][0]["consequences"] == ["web.health"]


def _looked_at(folder) -> set[str]:
    """The checks that the watch knows of, by what it keeps."""
    return {name for file in (folder / "state" / "watch").glob("*.state") for name in Keep(file).load()[0].tracks}
