"""What systemctl prints, as recorded from systemd 252 and 249."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.model.readings import UnitReading
from opsconsole.probes.systemctl import is_name, parse_list, parse_own, parse_show

RUNNING = """\
MainPID=23
Result=success
NRestarts=2
ExecMainStartTimestamp=Sat 2026-11-21 11:27:38 UTC
ExecMainCode=0
ExecMainStatus=0
ControlGroup=/system.slice/good.service
Id=good.service
Description=A = service that runs
LoadState=loaded
ActiveState=active
SubState=running
ActiveEnterTimestamp=Sat 2026-11-21 11:27:39 UTC
"""

MISSING = """\
MainPID=0
Result=success
NRestarts=0
ExecMainStartTimestamp=
ExecMainCode=0
ExecMainStatus=0
ControlGroup=
Id=nosuch.service
Description=nosuch.service
LoadState=not-found
ActiveState=inactive
SubState=dead
ActiveEnterTimestamp=
"""

TARGET = """\
Id=lab.target
Description=lab.target
LoadState=loaded
ActiveState=active
SubState=active
ActiveEnterTimestamp=Sat 2026-11-21 11:27:38 UTC
"""


def test_each_paragraph_is_a_unit_in_the_order_of_the_question() -> None:
    assert parse_show(f"{RUNNING}\n{MISSING}\n{TARGET}") == [
        UnitReading(
            "good.service",
            "loaded",
            "active",
            "running",
            "success",
            23,
            "/system.slice/good.service",
            1795260458.0,
            2,
            None,
            "A = service that runs",
        ),
        UnitReading("nosuch.service", "not-found", "inactive", "dead", "success", description="nosuch.service"),
        UnitReading("lab.target", "loaded", "active", "active", started_at=1795260458.0, description="lab.target"),
    ]


@pytest.mark.parametrize(
    ("code", "status", "exit_code"),
    [("0", "0", None), ("1", "0", 0), ("1", "203", 203), ("2", "15", 143), ("3", "11", 139)],
)
def test_an_end_is_told_as_a_shell_would(code: str, status: str, exit_code: int | None) -> None:
    assert parse_show(f"Id=a.service\nExecMainCode={code}\nExecMainStatus={status}\n")[0].exit_code == exit_code


@pytest.mark.parametrize("stamp", ["", "n/a", "Sat 2026-11-21 11:27:38 MSK", "0"])
def test_a_time_that_is_not_in_utc_is_no_time(stamp: str) -> None:
    assert parse_show(f"Id=a.service\nExecMainStartTimestamp={stamp}\n")[0].started_at is None


def test_an_old_systemds_list_has_a_dot_before_each_failure() -> None:
    text = (
        "● nginx.service loaded failed failed A web server\n"
        "* cron.service not-found failed failed cron.service\n"
        "  dev-disk-by\\x2did.device loaded failed failed x\n"
        "worker@2.service loaded activating auto-restart Worker 2\n"
        "\n0 loaded units listed.\n"
    )
    assert parse_list(text) == ["nginx.service", "cron.service", "dev-disk-by\\x2did.device", "worker@2.service"]


def test_units_of_packages_are_nobody_s_own() -> None:
    text = (
        "Id=api.service\nFragmentPath=/etc/systemd/system/api.service\n\n"
        "Id=cron.service\nFragmentPath=/lib/systemd/system/cron.service\n\n"
        "Id=gone.service\nFragmentPath=\n"
    )
    assert parse_own(text) == ["api.service"]


@pytest.mark.parametrize(
    "name", ["zachot-api.service", "worker@2.service", "-.mount", "a_b:c.timer", "dev-a\\x2db.swap"]
)
def test_names_that_a_unit_can_have(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "worker", "worker.service\n", "a b.service", "worker*.service", "worker@.service", "ü.service", ".conf"],
)
def test_names_that_no_unit_can_have(name: str) -> None:
    assert not is_name(name)


@given(st.text())
def test_whatever_is_printed_is_read_without_a_fault(text: str) -> None:
    for reading in parse_show(text):
        assert "\n" not in reading.name + reading.description
    assert all(is_name(name) for name in parse_list(text))
