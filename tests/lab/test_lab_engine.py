"""The lab itself: what it starts it also removes, and it leaves other runs alone."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap

import pytest

from tests.lab.engine import LabEngine, _remove_left_overs

pytestmark = pytest.mark.engine


def test_a_container_runs_has_an_address_and_is_gone_after_its_test(engine: LabEngine) -> None:
    mark = len(engine.made)
    box = engine.run(memory="32m", env={"COLOUR": "green"})
    assert box.exec("sh", "-c", "echo $COLOUR") == "green"
    assert box.address.count(".") == 3
    assert box.inspect()["HostConfig"]["Memory"] == 32 << 20
    engine.remove_since(mark)
    assert box.name not in engine.containers()


def test_what_a_killed_run_left_is_removed_and_what_a_living_one_has_is_not(engine: LabEngine) -> None:
    mine = engine.run()
    killed = textwrap.dedent(f"""
        import os, signal
        from tests.lab import engine
        owner = engine.owner_of(os.getpid())
        engine.LabEngine({engine.host!r}, {engine.image!r}, owner).run(name="opslab-orphan-{mine.pid}")
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    ended = subprocess.run([sys.executable, "-c", killed], check=False, capture_output=True, text=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    orphan = f"name=opslab-orphan-{mine.pid}"
    assert engine.docker("ps", "--quiet", "--filter", orphan)
    _remove_left_overs()
    assert not engine.docker("ps", "--all", "--quiet", "--filter", orphan)
    assert mine.name in engine.containers()
