"""What runs, as whom, how often, from which image and with which environment."""

from dataclasses import replace

import msgspec
import pytest

from opsconsole.checks.clock import Expect as Clock
from opsconsole.checks.container_user import Expect as User
from opsconsole.checks.env import Expect as Env
from opsconsole.checks.image_tag import Expect as Image
from opsconsole.checks.quantities import read
from opsconsole.checks.replicas import Expect as Replicas
from opsconsole.checks.stray_process import Expect as Strays
from opsconsole.checks.unit import Expect as Unit
from opsconsole.model.held import hold_all
from opsconsole.model.readings import Process, UnitReading
from opsconsole.model.runtime import (
    ClockReading,
    EnvReading,
    ImageReading,
    ReplicasReading,
    Stray,
    StrayReading,
    UserReading,
)
from opsconsole.model.verdict import Level
from tests.checks.looks import NOW, judged

COMMIT = "4f9d0c1a2b3c4d5e6f708192a3b4c5d6e7f80910"


def told(kind, expect, reading, **written):
    verdict = judged(kind, msgspec.convert(written, expect, dec_hook=read), reading)
    return verdict.level, verdict.reason


@pytest.mark.parametrize(
    ("written", "reading", "level", "reason"),
    [
        ({}, ClockReading("UTC", "UTC0", "x"), Level.OK, "in UTC"),
        ({}, ClockReading("Etc/UTC", "UTC0", "x"), Level.OK, "in Etc/UTC"),
        ({}, ClockReading("Etc/GMT", "<+00>0", "x"), Level.OK, "in Etc/GMT"),
        ({}, ClockReading("UTC", "", "x"), Level.OK, "in UTC"),
        ({}, ClockReading("Europe/Moscow", "MSK-3", "by its TZ=Europe/Moscow"), Level.DEGRADED,
         "the clock is read in Europe/Moscow (by its TZ=Europe/Moscow), expected UTC"),
        ({}, ClockReading("Europe/London", "GMT0BST,M3.5.0/1,M10.5.0", "x"), Level.DEGRADED, None),
        ({"zone": "Europe/Moscow"}, ClockReading("Europe/Moscow", "MSK-3", "x"), Level.OK, "in Europe/Moscow"),
        ({"zone": "Europe/Moscow"}, ClockReading("UTC", "UTC0", "x"), Level.DEGRADED, None),
        ({"synchronised": True}, ClockReading("UTC", "UTC0", "x", True, 0.01), Level.OK, "in UTC, kept right"),
        ({"synchronised": True}, ClockReading("UTC", "UTC0", "x", False, 16.0), Level.DEGRADED,
         "nothing keeps the clock right: it is not synchronised"),
        ({"synchronised": True}, ClockReading("UTC", "UTC0", "x"), Level.UNKNOWN, None),
        ({"off": "1s"}, ClockReading("UTC", "UTC0", "x", True, 1.5), Level.DEGRADED,
         "the clock may be 2 s off, over 1 s"),
        ({"off": "1s"}, ClockReading("UTC", "UTC0", "x", False, 16.0), Level.DEGRADED,
         "the clock may be 16 s off, over 1 s; nothing keeps it right"),
        ({"off": "1s"}, ClockReading("UTC", "UTC0", "x"), Level.UNKNOWN, None),
    ],
)  # fmt: skip
def test_a_clock(written, reading, level, reason):
    seen, said = told("clock", Clock, reading, **written)
    assert seen is level and (reason is None or said == reason)


@pytest.mark.parametrize(
    ("written", "running", "level", "reason"),
    [
        ({}, ("app-1",), Level.OK, "1 running, as expected"),
        ({}, ("app-1", "app-2"), Level.DOWN, "service app runs 2 times, expected 1: app-1, app-2"),
        ({}, (), Level.DOWN, "service app runs 0 times, expected 1; 1 not running"),
        ({"count": 0}, (), Level.OK, "0 running, as expected"),
        ({"count": 3}, ("app-1",), Level.DOWN, "service app runs 1 times, expected 3: app-1; 1 not running"),
    ],
)
def test_how_often_it_runs(written, running, level, reason):
    assert told("replicas", Replicas, ReplicasReading("service app", running, ("app-9",)), **written) == (level, reason)


@pytest.mark.parametrize(
    ("written", "uid", "gid", "level", "reason"),
    [
        ({}, 10001, 10001, Level.OK, "runs as 10001:10001"),
        ({}, 0, 0, Level.DOWN, "process 77 (java) runs as root (0:0), expected not root"),
        ({"user": "10001:10001"}, 10001, 10001, Level.OK, "runs as 10001:10001"),
        ({"user": 10001}, 10001, 0, Level.OK, "runs as 10001:0"),
        ({"user": "10001:10001"}, 10001, 0, Level.DOWN, "process 77 (java) runs as 10001:0, expected 10001:10001"),
        ({"user": "0"}, 0, 0, Level.OK, "runs as 0:0"),
    ],
)
def test_as_whom_it_runs(written, uid, gid, level, reason):
    assert told("container-user", User, UserReading(77, uid, gid, uid, "java"), **written) == (level, reason)


def test_root_inside_is_root_also_where_the_box_calls_it_otherwise():
    level, reason = told("container-user", User, UserReading(77, 0, 0, 100000, "java"))
    assert level is Level.DOWN
    assert reason == "process 77 (java) runs as root (0:0), which the box calls 100000, expected not root"


def image(name="ghcr.io/o/r/app:v1.2.3", id="sha256:aaa", tags=("v1.2.3",), **more):
    return ImageReading(name, id, COMMIT, tags, **more)


@pytest.mark.parametrize(
    ("written", "reading", "level", "reason"),
    [
        ({}, image(), Level.OK, "runs v1.2.3, by its tag"),
        ({}, image("app:1.2.3"), Level.OK, "runs v1.2.3, by its tag"),
        ({}, image(tags=("v1.3.0",)), Level.DEGRADED, "runs ghcr.io/o/r/app:v1.2.3, but v1.3.0 is checked out"),
        ({}, image("app:4f9d0c1", tags=()), Level.OK, "runs commit 4f9d0c1a2b3c, by its tag"),
        ({}, image("app:sha-4f9d0c1", tags=()), Level.OK, "runs commit 4f9d0c1a2b3c, by its tag"),
        ({}, image("app:0123456", tags=()), Level.DEGRADED, "runs app:0123456, but commit 4f9d0c1a2b3c is checked out"),
        ({}, image("app:prod"), Level.UNKNOWN,
         "app:prod says no version: its tag moves, it has no revision label, and no image here bears v1.2.3"),
        ({}, image("app:prod", wanted=(("app:v1.2.3", "sha256:aaa"),)), Level.OK,
         "runs v1.2.3, the same image as app:v1.2.3"),
        ({}, image("app:prod", wanted=(("app:v1.2.3", "sha256:bbb"),)), Level.DEGRADED,
         "runs app:prod, which is another image than app:v1.2.3, the one checked out"),
        ({}, image("app:prod", revision=COMMIT), Level.OK, "runs v1.2.3, by its revision"),
        ({}, image(revision="f" * 40), Level.DEGRADED, "runs revision ffffffffffff, but v1.2.3 is checked out"),
        ({}, image("app:prod", revision=COMMIT, named_id="sha256:bbb"), Level.DEGRADED,
         "app:prod is another image here by now than the one that runs; it was pulled, but not recreated"),
        ({"newest": False}, image(named_id="sha256:bbb"), Level.OK, "runs v1.2.3, by its tag"),
        ({"same": False}, image("app:prod", named_id="sha256:aaa"), Level.OK, "runs app:prod"),
    ],
)  # fmt: skip
def test_which_version_runs(written, reading, level, reason):
    assert told("image-tag", Image, reading, **written) == (level, reason)


FLAGS = {"RUN_MIGRATIONS": ["0", "1"]}


def environment(written=(), required=(), tell=("RUN_MIGRATIONS", "API_TOKEN"), **running):
    files = tuple((name, hold_all(values, tell)) for name, values in written)
    return EnvReading(hold_all(running, tell), files, required, ".env.example")


@pytest.mark.parametrize(
    ("written", "reading", "level", "reason"),
    [
        ({"values": FLAGS}, environment(RUN_MIGRATIONS="1"), Level.OK, "1 variables, as expected"),
        ({"values": FLAGS}, environment(RUN_MIGRATIONS="true"), Level.DOWN,
         "RUN_MIGRATIONS is 'true', expected 0 or 1"),
        ({"values": FLAGS}, environment(), Level.DOWN, "RUN_MIGRATIONS is not set, expected 0 or 1"),
        ({"values": {"RUN_MIGRATIONS": ["", "1"]}}, environment(), Level.OK, None),
        ({"values": {"API_TOKEN": "x"}}, environment(API_TOKEN="hunter2"), Level.DOWN,
         "API_TOKEN is something else, expected x"),
        ({"values": FLAGS}, environment([(".env", {"RUN_MIGRATIONS": "true"})], RUN_MIGRATIONS="1"), Level.DEGRADED,
         "RUN_MIGRATIONS is 'true' in .env, expected 0 or 1, and is so when this is next made anew"),
        ({"has": ["A", "B"]}, environment(A="", C="1"), Level.DOWN, "not set: A, B"),
        ({}, environment([(".env", {"A": "1", "B": "2", "C": "3"})], A="1", B="hunter2"), Level.DEGRADED,
         ".env differs from what runs: B, C (not set); it takes effect when this is made anew"),
        ({}, replace(environment([("the compose file", {"A": "1"})], A="1", OLD="1"), dropped=("OLD",)), Level.DEGRADED,
         "the compose file differs from what runs: OLD (no more); it takes effect when this is made anew"),
        ({"ignore": ["B", "C"]}, environment([(".env", {"A": "1", "B": "2", "C": "3"})], A="1"), Level.OK, None),
        ({}, environment(required=("A", "B"), A=""), Level.DOWN, ".env.example has B, which is not set here"),
        ({"complete": False}, environment(required=("A", "B")), Level.OK, None),
        ({"ignore": ["B"]}, environment(required=("A", "B"), A="1"), Level.OK, None),
        ({"alias": {"B": ["C", "D"]}}, environment(required=("A", "B"), A="1", D="2"), Level.OK, None),
        ({"alias": {"B": ["C"]}}, environment(required=("B",), C=""), Level.DOWN, None),
        ({"has": ["B"], "alias": {"B": "C"}}, environment(C="2"), Level.OK, None),
        ({"has": ["B"], "alias": {"B": "C"}}, environment(C=""), Level.DOWN, "not set: B"),
    ],
)  # fmt: skip
def test_an_environment(written, reading, level, reason):
    seen, said = told("env", Env, reading, **written)
    assert seen is level and (reason is None or said == reason)


def test_no_value_is_ever_in_a_reading_or_a_verdict_but_one_that_may_be_told():
    reading = environment(
        [(".env", {"DATABASE_URL": "postgres://u:hunter2@h"})], DATABASE_URL="hunter2", API_TOKEN="hunter2"
    )
    verdict = judged("env", msgspec.convert({"values": {"API_TOKEN": "x"}}, Env, dec_hook=read), reading)
    assert "hunter2" not in repr(reading) and "hunter2" not in repr(verdict)


def stray(pid, argv="uvicorn app.main:app --port 8000", **more):
    return Stray(Process(pid, 1, tuple(argv.split()), "uvicorn", NOW - 60, "deploy"), **more)


@pytest.mark.parametrize(
    ("written", "strays", "level", "reason"),
    [
        ({}, (), Level.OK, "3 such processes, none astray"),
        ({}, (stray(41, started_by="screen"),), Level.DOWN,
         "process 41 of user deploy belongs to nothing of this stack, started from screen: uvicorn app.main:app --port"
         " 8000"),
        ({}, (stray(41, belongs="old-api.service"), stray(42)), Level.DOWN,
         "process 41 of user deploy belongs to nothing of this stack in old-api.service: uvicorn app.main:app --port"
         " 8000; also 42"),
        ({}, (stray(41),), Level.DOWN,
         "process 41 of user deploy belongs to nothing of this stack, left running by whoever started it: uvicorn"
         " app.main:app --port 8000"),
        ({"most": 1}, (stray(41),), Level.OK, "1 astray"),
    ],
)  # fmt: skip
def test_what_belongs_to_nothing(written, strays, level, reason):
    assert told("stray-process", Strays, StrayReading(strays, 3), **written) == (level, reason)


@pytest.mark.parametrize(
    ("reading", "level", "reason"),
    [
        ({"as_started": True}, Level.OK, "active"),
        ({"as_started": None}, Level.OK, "active"),
        ({"need_reload": True, "as_started": True}, Level.DEGRADED,
         "its file changed on disk since systemd read it: daemon-reload and a restart are due"),
        ({"as_started": False, "exec_start": "/srv/new", "argv": ("/srv/old", "x")}, Level.DEGRADED,
         "runs /srv/old x, but its ExecStart is /srv/new: a restart is due"),
        ({"as_started": False, "active_state": "failed"}, Level.DOWN, "failed"),
    ],
)  # fmt: skip
def test_whether_a_unit_runs_what_its_file_says_by_now(reading, level, reason):
    unit = UnitReading("api.service", "loaded", reading.pop("active_state", "active"), "running", **reading)
    assert told("unit", Unit, unit, current=True) == (level, reason)
    if level is Level.DEGRADED:
        assert told("unit", Unit, unit, state="active")[0] is Level.OK, "only where it is asked for"
