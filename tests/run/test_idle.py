"""How long a holder stays when nobody is there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from opsconsole.run import wire
from opsconsole.run.idle import AT_MOST, IDLE, Patience
from tests.run.lab import Console, alive, new_run
from tests.support.waiting import wait_for


def test_it_leaves_after_a_few_minutes_counted_from_when_somebody_was_there_last() -> None:
    patience = Patience(0.0, IDLE, keeps=lambda: False)
    patience.seen(100.0)
    assert not patience.is_over(100.0 + IDLE - 1)
    assert patience.is_over(100.0 + IDLE)
    assert IDLE <= 600


def test_it_stays_longer_for_what_would_lose_its_terminal_but_not_for_ever() -> None:
    patience = Patience(0.0, IDLE, keeps=lambda: True)
    now = 0.0
    while not patience.is_over(now):
        assert patience.until > now, "it does not ask again at once"
        now = patience.until
    assert AT_MOST <= now < AT_MOST + IDLE


async def test_what_a_step_left_running_keeps_its_terminal(tmp_path: Path) -> None:
    folder = new_run(tmp_path / "run")
    console = await Console.at(folder, idle=0.2)
    await console.run("(trap '' HUP; until test -e go; do sleep 0.02; done) > /dev/null 2>&1 &")
    await console.leave()
    with_nothing = new_run(tmp_path / "other")
    other = await Console.at(with_nothing, idle=0.2)
    await other.leave()
    await wait_for("the holder with nothing to leave", lambda: not alive(other.pid))
    assert wire.holder_of(folder) == console.pid
    (folder / "go").touch()
    await wait_for("the other one too, when it has nothing any more", lambda: not alive(console.pid))


def test_the_session_of_this_process_is_looked_at_and_no_other() -> None:
    code = (
        "import os, subprocess\n"
        "from opsconsole.run.idle import others_in_our_session as others\n"
        "os.setsid(); print(others())\n"
        "child = subprocess.Popen(['sleep', '60']); print(others())\n"
        "child.kill(); child.wait(); print(others())\n"
    )
    root = Path(__file__).parents[2]
    said = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, env=dict(os.environ))
    assert said.stdout.split() == ["False", "True", "False"], said.stderr
