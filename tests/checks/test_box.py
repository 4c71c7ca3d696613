"""How full and how busy the box is."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.checks.box import Expect
from opsconsole.checks.quantities import read
from opsconsole.model.readings import BoxReading, Mount
from opsconsole.model.verdict import Level
from tests.checks.looks import G, judged

ROOT = Mount("/", 31 * G, 50 * G, 400_000, 3_200_000)
CALM = BoxReading((ROOT,), 2 * G, 4 * G, 0, 2 * G, 0.4, 0.5, 2, 3200, 400_000, 1.0, 0.0, 2.0)


def disk(percent, path="/"):
    return Mount(path, percent, 100)


def expected(**written):
    return msgspec.convert(written, Expect, dec_hook=read)


def test_a_calm_box_tells_how_full_its_fullest_disk_is():
    verdict = judged("box", Expect(), replace(CALM, mounts=(ROOT, Mount("/var", 70, 100))))
    assert (verdict.level, verdict.reason) == (Level.OK, "disk 70 % on /var")


def test_a_mount_that_was_not_seen_is_unknown_and_never_passes_for_room():
    dead = replace(CALM, unread=(("/mnt/backup", "no answer in 1 s; is its server there?"),))
    verdict = judged("box", Expect(), dead)
    assert (verdict.level, verdict.reason) == (
        Level.UNKNOWN,
        "/mnt/backup cannot be read: no answer in 1 s; is its server there?",
    )
    missing = judged("box", expected(disk={"/data": 80}), CALM)
    assert (missing.level, missing.reason) == (Level.UNKNOWN, "nothing is mounted on /data")
    full_too = judged("box", expected(disk={"/data": 80, "/": {"down": 50}}), CALM)
    assert full_too.level is Level.DOWN, "what is known to be bad speaks first"


@pytest.mark.parametrize(
    ("changes", "level", "reason"),
    [
        ({"mounts": (disk(85),)}, Level.OK, "disk 85 % on /"),
        ({"mounts": (disk(86),)}, Level.DEGRADED, "disk on / 86 %, over 85 %"),
        ({"mounts": (disk(96, "/var"),)}, Level.DOWN, "disk on /var 96 %, over 95 %"),
        ({"mounts": (Mount("/", 1, 100, 91, 100),)}, Level.DEGRADED, "inodes on / 91 %, over 90 %"),
        ({"mounts": (Mount("/", 0, 0),)}, Level.OK, "answers"),
        ({"mounts": ()}, Level.OK, "answers"),
        ({"memory_available": G // 10}, Level.DEGRADED, "memory of the box 98 %, over 95 %"),
        ({"swap_used": 2 * G}, Level.DEGRADED, "swap 100 %, over 90 %"),
        ({"load5": 17.0}, Level.DEGRADED, "load for each processor 8.5, over 8"),
        ({"files_open": 390_000}, Level.DOWN, "open files 98 %, over 95 %"),
        ({"pressure_memory": 55.0}, Level.DEGRADED, "memory pressure 55 %, over 40 %"),
        ({"pressure_cpu": None, "pressure_memory": None, "pressure_io": None}, Level.OK, "disk 62 % on /"),
        ({"swap_total": 0, "files_open": None}, Level.OK, "disk 62 % on /"),
    ],
)
def test_what_is_wrong_by_default(changes, level, reason):
    verdict = judged("box", Expect(), replace(CALM, **changes))
    assert (verdict.level, verdict.reason) == (level, reason)


def test_figures_that_are_equally_bad_are_all_named_and_the_others_not():
    box = replace(CALM, mounts=(disk(96), disk(97, "/var"), disk(86, "/srv")), swap_used=2 * G)
    assert judged("box", Expect(), box).reason == "disk on / 96 %, over 95 %; disk on /var 97 %, over 95 %"


@pytest.mark.parametrize(
    ("written", "level"),
    [
        (60, Level.DEGRADED),
        ("60%", Level.DEGRADED),
        ({"degraded": "50 %", "down": 60}, Level.DOWN),
        ({"/": 60}, Level.DEGRADED),
        ({"/": {"down": 60}}, Level.DOWN),
        ({"/": 70, "degraded": 10}, Level.OK),
        ({"/var": 10}, Level.UNKNOWN),  # nothing is mounted there, and / is not held to it
    ],
)
def test_bounds_are_written_for_all_disks_or_for_one(written, level):
    assert judged("box", expected(disk=written), CALM).level is level


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"disk": "full"}, "'full' is no figure like 85 or 85%"),
        ({"disk": True}, "no figure"),
        ({"disk": -1}, "no figure"),
        ({"disk": {}}, "nothing is expected"),
        ({"disk": {"/": {}}}, "nothing is expected"),
        ({"disk": {"/": {"degradet": 5}}}, "unknown key 'degradet'"),
        ({"disk": {"degradet": 5}}, "neither degraded, down nor a name"),
        ({"disk": {"cpu": 5}}, "mounts"),
        ({"swap": {"/": 5}}, "swap knows no '/'"),
        ({"disk": {"degraded": 95, "down": 85}}, "over down"),
        ({"pressure": {"/": 5}}, "cpu, memory, io"),
    ],
)
def test_bounds_that_make_no_sense_are_refused(written, words):
    with pytest.raises(msgspec.ValidationError, match=words):
        expected(**written)


@given(st.integers(0, 100), st.integers(0, 100), st.floats(0, 100), st.floats(0, 50))
def test_a_fuller_or_busier_box_is_never_better(used, more, pressure, load):
    less = replace(CALM, mounts=(disk(used),), pressure_io=pressure, load5=load)
    fuller = replace(less, mounts=(disk(used + more),), load5=load + more)
    assert judged("box", Expect(), less).level <= judged("box", Expect(), fuller).level
