"""Programs that this stack starts, and whether what a run starts outlives a sign-out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from opsconsole.doctor.found import Found, State
from opsconsole.doctor.leaving import leaving
from opsconsole.doctor.programs import programs
from opsconsole.model.sample import Target
from opsconsole.model.service import ContainerRef
from opsconsole.model.stack import EngineRef, Service, Stack
from opsconsole.run.scope import Scope, scope_needed

STACK = Stack("shop", Path("/"))


def test_a_stack_wants_the_programs_of_its_checks_and_steps(tmp_path, monkeypatch):
    (tmp_path / "bash").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert programs(STACK) == [Found("programs", State.GOOD, "bash")]
    wants_more = replace(
        STACK,
        engine=EngineRef("ssh://prod-1"),
        services=(Service("web", ContainerRef("web")),),
        watched=(Target("postgres", "rows"), Target("git-clean", "tree"), Target("image-tag", "tag")),
    )
    missing = programs(wants_more)[1:]
    assert [found.mend.rpartition(" ")[2] for found in missing] == [
        "docker.io",
        "openssh-client",
        "postgresql-client",
        "git",
    ]
    assert all(found.state is State.MISSING and "is not on PATH" in found.what for found in missing)


def test_what_a_run_started_may_end_at_the_sign_out_and_the_command_that_prevents_it():
    cgroups, kills = "0::/user.slice/user-1000.slice/session-4.scope\n", {"KillUserProcesses": "yes"}
    ends = scope_needed(cgroups, kills, "ops", root=False, lingers=False)
    assert leaving(lambda: ends) == Found(
        "sign-out", State.LESS, "what runs may end when you sign out", "loginctl enable-linger"
    )
    stays = scope_needed(cgroups, kills, "ops", root=False, lingers=True)
    assert leaving(lambda: stays).state is State.GOOD
    assert leaving(Scope).what == "what runs goes on"
