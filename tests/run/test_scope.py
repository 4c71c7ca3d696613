"""A holder outlives its user's sign-out also where the box kills what a user leaves running."""

from __future__ import annotations

import json

import pytest

from opsconsole.run.scope import Scope, scope_needed
from tests.lab.systemd import UNITS, LabSystemd
from tests.support.waiting import wait_until

IN_A_SESSION = "0::/user.slice/user-1000.slice/session-7.scope\n"
KILLS = {"KillUserProcesses": "yes", "KillOnlyUsers": "", "KillExcludeUsers": "root"}
OF_THE_SYSTEM = ("systemd-run", "--scope", "--quiet", "--collect", "--")
OF_THE_USER = ("systemd-run", "--user", "--scope", "--quiet", "--collect", "--")


@pytest.mark.parametrize(
    ("cgroups", "logind", "user", "needed"),
    [
        (IN_A_SESSION, KILLS, "anna", OF_THE_USER),
        ("1:name=systemd:/user.slice/user-0.slice/session-c2.scope\n", KILLS, "anna", OF_THE_USER),
        (IN_A_SESSION, {**KILLS, "KillUserProcesses": "no"}, "anna", ()),
        (IN_A_SESSION, {}, "anna", ()),
        (IN_A_SESSION, KILLS, "root", ()),
        (IN_A_SESSION, {**KILLS, "KillOnlyUsers": "ben"}, "anna", ()),
        (IN_A_SESSION, {**KILLS, "KillOnlyUsers": "ben anna"}, "anna", OF_THE_USER),
        ("0::/system.slice/opsconsole.service\n", KILLS, "anna", ()),
        ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/tmux.scope\n", KILLS, "anna", ()),
    ],
)
def test_it_is_needed_where_a_session_takes_its_processes_with_it(
    cgroups: str, logind: dict[str, str], user: str, needed: tuple[str, ...]
) -> None:
    assert scope_needed(cgroups, logind, user, root=False, lingers=True) == Scope(needed)


def test_root_gets_one_of_the_system_and_a_user_who_does_not_linger_is_told() -> None:
    kills = {**KILLS, "KillExcludeUsers": ""}
    assert scope_needed(IN_A_SESSION, kills, "root", root=True, lingers=False) == Scope(OF_THE_SYSTEM)
    told = scope_needed(IN_A_SESSION, kills, "anna", root=False, lingers=False)
    assert told.prefix == OF_THE_USER
    assert "loginctl enable-linger" in told.warning


LAUNCH = """
import asyncio, os, sys
from pathlib import Path
from opsconsole.run.launch import launch_holder
from tests.run.lab import new_run
folder = new_run(Path(sys.argv[1]))
warning = asyncio.run(launch_holder(folder))
(folder / "warning").write_text(warning)
"""
LOOK = """
import json, sys
from pathlib import Path
from opsconsole.run import wire
print(json.dumps([wire.holder_of(Path(sys.argv[1])), (Path(sys.argv[1]) / "warning").read_text()]))
"""


@pytest.mark.systemd
@pytest.mark.parametrize(("kills", "can", "stays"), [("yes", True, True), ("yes", False, False)])
def test_the_real_systemd_ends_a_session_and_the_holder_in_a_scope_of_its_own_stays(
    systemd: LabSystemd, kills: str, can: bool, stays: bool
) -> None:
    """What logind says is recorded, since there is none in the lab; the scopes and their end are systemd's own."""
    said = f"KillUserProcesses={kills}\\nKillOnlyUsers=\\nKillExcludeUsers="
    programs = {"loginctl": f"#!/bin/sh\nprintf '{said}\\n'\n"}
    if not can:
        programs["systemd-run"] = "#!/bin/sh\nexit 1\n"
    for name, text in programs.items():
        (systemd.folder / name).write_text(text)
        (systemd.folder / name).chmod(0o755)
    folder = f"/tmp/run-{kills}-{can}"
    session = f"session-{kills}{can}.scope"
    systemd.container.exec(
        *("/usr/bin/systemd-run", "--scope", "--quiet", f"--unit={session}", "--"),
        *("env", f"PATH={UNITS}:/usr/bin:/bin", "sh", "-c", f'{systemd.python_command} -c "$1" {folder}; sleep 60 &'),
        *("sh", LAUNCH),
    )
    pid, warning = json.loads(systemd.python(LOOK, folder))
    assert pid is not None
    assert ("sign out" in warning) == (kills == "yes" and not can)
    systemd.systemctl("kill", "--signal=KILL", session)
    systemd.try_systemctl("stop", session)
    wait_until("the session to be over", lambda: session not in systemd.systemctl("list-units", "--no-legend"))
    assert (json.loads(systemd.python(LOOK, folder))[0] == pid) == stays
