"""Containers, units and the engine: whether they are in the state that they should be in."""

import pytest

from opsconsole.checks import container as container_check
from opsconsole.checks import engine as engine_check
from opsconsole.checks import unit as unit_check
from opsconsole.model.readings import EngineReading, UnitReading
from opsconsole.model.verdict import Level
from tests.checks.looks import NOW, container, judged

RUNS = container_check.Expect()
ENDS = container_check.Expect(state="exited")


@pytest.mark.parametrize(
    ("reading", "level", "reason"),
    [
        (container(up=3600), Level.OK, "running for 1 h"),
        (container(health="healthy"), Level.OK, "running for 1 h"),
        (container(health="starting"), Level.OK, "running; its health check has only begun"),
        (container(health="unhealthy"), Level.DOWN, "running, but its own health check fails"),
        (container("paused"), Level.DOWN, "paused"),
        (container("created", started_at=None), Level.DOWN, "made, but never started"),
        (
            container("restarting", exit_code=1, restarts=12),
            Level.DOWN,
            "keeps crashing (12 restarts so far): ended with code 1",
        ),
        (container("exited", finished_at=NOW - 240, exit_code=1), Level.DOWN, "ended 4 m ago with code 1"),
        (
            container("exited", finished_at=NOW - 2, exit_code=137, oom_killed=True),
            Level.DOWN,
            "ended 2 s ago with code 137, out of memory",
        ),
        (container("exited", finished_at=NOW - 2, exit_code=137), Level.DOWN, "ended 2 s ago with code 137"),
        (container("dead"), Level.DOWN, "ended"),
        (container("\x1b[31mnew word"), Level.DOWN, "new word"),
    ],
)
def test_a_container_that_should_run(reading, level, reason):
    verdict = judged("container", RUNS, reading)
    assert (verdict.level, verdict.reason) == (level, reason)


@pytest.mark.parametrize(
    ("reading", "level"),
    [
        (container("exited", exit_code=0), Level.OK),
        (container("exited", exit_code=3), Level.DOWN),
        (container("running"), Level.DOWN),
    ],
)
def test_a_job_that_should_have_ended_well(reading, level):
    assert judged("container", ENDS, reading).level is level


def unit(active="active", sub="running", load="loaded", **more):
    return UnitReading("zachot-api.service", load, active, sub, **more)


ACTIVE = unit_check.Expect()


@pytest.mark.parametrize(
    ("reading", "level", "reason"),
    [
        (unit(started_at=NOW - 86400 * 6), Level.OK, "active for 6 d"),
        (unit("active", "exited"), Level.OK, "active"),
        (unit("reloading", "reload"), Level.OK, "reloading"),
        (unit("inactive", "dead"), Level.DOWN, "inactive"),
        (unit("inactive", "dead", "not-found"), Level.DOWN, "no unit called zachot-api.service"),
        (unit("inactive", "dead", "masked"), Level.DOWN, "cannot be loaded: masked"),
        (
            unit("activating", "auto-restart", restarts=12, result="exit-code", exit_code=1),
            Level.DOWN,
            "keeps crashing (12 restarts so far): it ended with an error (code 1)",
        ),
        (unit("activating", "auto-restart-queued"), Level.DOWN, "keeps crashing"),
        (unit("activating", "start-pre"), Level.DEGRADED, "still starting (start-pre)"),
        (unit("deactivating", "stop-sigterm"), Level.DEGRADED, "still stopping (stop-sigterm)"),
        (unit("failed", "failed", result="oom-kill"), Level.DOWN, "failed: it was out of memory"),
        (unit("failed", "failed", result="start-limit-hit"), Level.DOWN,
         "failed: it was started too often in too short a time"),
        (unit("failed", "failed", result="something-new"), Level.DOWN, "failed"),
    ],
)  # fmt: skip
def test_a_unit_that_should_be_active(reading, level, reason):
    verdict = judged("unit", ACTIVE, reading)
    assert (verdict.level, verdict.reason) == (level, reason)


@pytest.mark.parametrize(
    ("reading", "level"),
    [
        (unit("inactive", "dead"), Level.OK),
        (unit("inactive", "dead", "not-found"), Level.OK),
        (unit("active"), Level.DOWN),
        (unit("failed", "failed"), Level.DOWN),
    ],
)
def test_a_unit_that_should_not_run_here(reading, level):
    assert judged("unit", unit_check.Expect(state="inactive"), reading).level is level


def test_an_engine_that_answers_is_ok_and_named():
    verdict = judged("engine", engine_check.Expect(), EngineReading("20.10.24", "1.41"))
    assert (verdict.level, verdict.reason) == (Level.OK, "engine 20.10.24 answers")
