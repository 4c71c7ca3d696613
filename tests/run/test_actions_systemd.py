"""Actions on units, with the real systemd and the real program beside it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from tests.lab.systemd import LabSystemd

STACK = """name = "units"
home = "/tmp"
state = "/tmp/state"
[box]
enabled = false
"""
SERVICE = '[[service]]\nname = "{name}"\nunit = "{name}.service"\n'
NAMES = ("act-one", "act-two", "act-masked")


@pytest.fixture
def units(systemd: LabSystemd) -> Iterator[LabSystemd]:
    """Two units that run, and one that is masked."""
    for name in NAMES:
        systemd.add(f"{name}.service", "ExecStart=/bin/sleep 1000")
    for name in NAMES[:2]:
        systemd.start(f"{name}.service")
    systemd.systemctl("mask", "act-masked.service")
    text = STACK + "".join(SERVICE.format(name=name) for name in NAMES)
    systemd.container.exec("sh", "-c", f"mkdir -p /tmp && cat > /tmp/stack.toml <<'END'\n{text}END")
    yield systemd
    systemd.try_systemctl("unmask", "act-masked.service")
    systemd.container.exec("rm", "-rf", "/tmp/state", "/tmp/stack.toml")


def act(systemd: LabSystemd, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [*systemd.prefix, *systemd.python_command.split(), "-m", "opsconsole", "--stack", "/tmp/stack.toml"]
    command.insert(command.index("exec") + 1, "--interactive")
    return subprocess.run(
        [*command, "act", *words], input=typed, capture_output=True, text=True, timeout=60, check=False
    )


def pid(systemd: LabSystemd, name: str) -> int:
    return int(systemd.systemctl("show", "--value", "--property=MainPID", f"{name}.service"))


def test_units_are_restarted_stopped_and_started_and_each_time_proven(units: LabSystemd) -> None:
    before = [pid(units, name) for name in NAMES[:2]]
    done = act(units, "restart", *NAMES[:2], "--yes-to", "read", typed="y\ny\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "systemctl restart act-one.service act-two.service" in done.stdout
    assert "act-one.state, act-two.state OK" in done.stdout
    after = [pid(units, name) for name in NAMES[:2]]
    assert 0 not in after
    assert not set(before) & set(after)

    wrong_name = act(units, "stop", *NAMES[:2], "--yes-to", "read", typed="act-one\nq\n")
    assert wrong_name.returncode == 1
    assert [pid(units, name) for name in NAMES[:2]] == after
    stopped = act(units, "stop", *NAMES[:2], "--yes-to", "read", typed="y\nact-two.service\ny\n")
    assert [pid(units, name) for name in NAMES[:2]] == [0, 0], stopped.stdout + stopped.stderr

    started = act(units, "start", *NAMES, "--yes-to", "read", typed="y\ny\n")
    assert started.returncode == 0, started.stdout + started.stderr
    assert "no start of act-masked: its unit is masked: systemctl unmask act-masked.service" in started.stderr
    assert 0 not in [pid(units, name) for name in NAMES[:2]]
