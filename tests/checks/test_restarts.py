"""How often something was started of late, by what several looks saw, or by the little that one look can see."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.checks.quantities import Duration, read
from opsconsole.checks.restarts import Expect
from opsconsole.model.readings import UnitReading
from opsconsole.model.verdict import Level
from tests.checks.looks import NOW, at, container, judged, runs, unread

ANY = Expect()
THREE = Expect(degraded=1, down=3, within=Duration(600))
OLD = container(up=86400 * 6)


def steady(reading, since=700, until=0):
    return [(ago, reading) for ago in range(since, until, -10)]


def test_what_has_long_been_up_is_ok():
    verdict = judged("restarts", ANY, OLD, steady(OLD))
    assert (verdict.level, verdict.reason) == (Level.OK, "up 6 d")


def test_a_restart_that_was_seen_is_told_with_its_age():
    verdict = judged("restarts", ANY, container(up=42, restarts=1), steady(OLD, until=50))
    assert (verdict.level, verdict.reason) == (Level.DEGRADED, "started once in 10 m, last 42 s ago")
    assert (verdict.measured, verdict.expected) == ("1", "at most 0 in 10 m")


def test_a_container_that_was_made_anew_counts_as_started():
    new = container(up=42, id="beef")
    assert judged("restarts", ANY, new, steady(OLD, until=50)).measured == "1"


def test_restarts_by_hand_leave_the_counter_at_nothing_and_are_seen_all_the_same():
    past = [*steady(OLD, until=300), *steady(container(up=290), 290, 40)]
    assert judged("restarts", ANY, container(up=30), past).measured == "2"


def test_restarts_between_two_looks_are_known_from_the_counter():
    past = steady(OLD, until=60)
    assert judged("restarts", THREE, container(up=3, restarts=5), past).level is Level.DOWN


def test_the_last_look_before_the_time_counts_as_its_beginning():
    assert judged("restarts", ANY, container(up=3, restarts=5), [(605, OLD)]).measured == "5"


def test_what_was_made_anew_and_then_crashed_counts_all_its_starts():
    assert judged("restarts", ANY, container(up=3, id="beef", restarts=3), steady(OLD, until=60)).measured == "4"


def test_a_restart_too_long_ago_no_longer_counts():
    young = container(up=650)
    assert judged("restarts", ANY, young, steady(young, since=640)).level is Level.OK


@pytest.mark.parametrize(
    ("starts", "level"), [(0, Level.OK), (1, Level.OK), (2, Level.DEGRADED), (3, Level.DEGRADED), (4, Level.DOWN)]
)
def test_more_than_so_many_is_degraded_or_down(starts, level):
    now = container(up=5 if starts else 90_000, restarts=starts)
    assert judged("restarts", THREE, now, steady(container(up=86400), until=60)).level is level


def test_one_look_judges_by_the_time_it_is_up_and_says_what_it_cannot_see():
    verdict = judged("restarts", ANY, container(up=40, restarts=12))
    assert verdict.level is Level.DEGRADED
    assert verdict.reason == "started once in 10 m, last 40 s ago; 12 restarts in all; counting needs a history"


def test_lack_of_memory_is_named_where_it_was_the_reason():
    now = container(up=42, restarts=1, oom_killed=True, oom_at=NOW - 43)
    verdict = judged("restarts", ANY, now, steady(OLD, until=50))
    assert verdict.reason == "started once in 10 m, out of memory, last 42 s ago"


def test_a_process_killed_for_memory_is_a_finding_even_without_a_restart():
    now = replace(OLD, oom_killed=True, oom_at=NOW - 20)
    verdict = judged("restarts", ANY, now, steady(OLD))
    assert (verdict.level, verdict.reason) == (Level.DEGRADED, "up 6 d; a process of it was killed, out of memory")


def test_the_engines_mark_without_a_time_may_be_days_old_and_is_no_finding():
    marked = replace(OLD, oom_killed=True)
    verdict = judged("restarts", ANY, marked, steady(marked))
    assert (verdict.level, verdict.reason) == (Level.OK, "up 6 d")


def test_what_ended_is_not_said_to_be_up():
    ended = container("exited", up=30, exit_code=1)
    assert "does not run now" in judged("restarts", ANY, ended, steady(OLD, until=50)).reason


def test_units_and_plain_processes_are_counted_the_same_way():
    def unit(up, restarts=0):
        return UnitReading("api.service", "loaded", "active", "running", started_at=NOW - up, restarts=restarts)

    assert judged("restarts", ANY, unit(20, 3), steady(unit(9000), until=40)).measured == "3"
    before = runs("celery")
    after = replace(before, main=replace(before.main, pid=9931, started_at=NOW - 5))
    assert judged("restarts", ANY, after, steady(before, until=10)).measured == "1"


def test_rounds_that_saw_nothing_do_not_count_as_restarts():
    from opsconsole.checks.restarts import judge

    past = [at(300, OLD), unread(200), at(100, OLD)]
    assert judge(ANY, at(0, OLD), past).level is Level.OK


@pytest.mark.parametrize(
    ("written", "words"),
    [({"within": "1h"}, "at most 15 m"), ({"degraded": -1}, "0 or more"), ({"degraded": 5, "down": 2}, "over down")],
)
def test_expectations_that_cannot_be_kept_are_refused(written, words):
    with pytest.raises(msgspec.ValidationError, match=words):
        msgspec.convert(written, Expect, dec_hook=read)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=12))
def test_every_start_that_looks_saw_is_counted_once(gaps):
    """A thing that is started again and again, and looked at before and after each time."""
    past, at_start, ago = [(590.0, OLD)], [], 580.0
    for gap in gaps:
        started = container(up=ago)
        at_start.append(started)
        past.append((ago - 0.5, started))
        ago -= gap / 2
    verdict = judged("restarts", Expect(degraded=100), at_start[-1], past)
    assert int(verdict.measured) == len(gaps)
