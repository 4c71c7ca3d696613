"""Memory against its thresholds, and the time that is left where it grows."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.checks.memory import Expect
from opsconsole.checks.quantities import Rate, Size
from opsconsole.model.verdict import Level
from tests.checks.looks import G, M, judged, memory

WORKER = Expect(baseline=Size(270 * M), degraded=Size(800 * M), limit=Size(G))


@pytest.mark.parametrize(
    ("used", "level", "reason"),
    [
        (312 * M, Level.OK, "312 M"),
        (800 * M, Level.OK, "800 M"),
        (861 * M, Level.DEGRADED, "861 M over 800 M"),
        (G - 1, Level.DEGRADED, "1 G over 800 M"),
        (G, Level.DOWN, "1 G, at its limit"),
        (G + 100 * M, Level.DOWN, "1.1 G, at its limit"),
    ],
)
def test_over_its_threshold_it_is_degraded_and_at_its_limit_down(used, level, reason):
    verdict = judged("memory", WORKER, memory(used))
    assert (verdict.level, verdict.reason) == (level, reason)


def test_the_verdict_sets_what_was_measured_beside_what_was_expected():
    verdict = judged("memory", WORKER, memory(861 * M))
    assert (verdict.measured, verdict.expected) == ("861 M", "at most 800 M")


def test_a_hair_over_the_threshold_does_not_read_as_if_it_were_not():
    assert judged("memory", WORKER, memory(800 * M + 5)).reason == "800 M, a little over 800 M"


def test_where_it_grows_the_reason_says_when_the_limit_is_reached():
    growing = [(ago, memory(861 * M - ago * 80 * 1024)) for ago in range(300, 0, -1)]
    verdict = judged("memory", WORKER, memory(861 * M), growing)
    assert verdict.reason == "861 M over 800 M; limit in ~35 min"


def test_the_limit_that_is_enforced_goes_before_the_one_that_was_written_down():
    growing = [(ago, memory(861 * M - ago * M, 900 * M)) for ago in range(100, 0, -1)]
    verdict = judged("memory", WORKER, memory(861 * M, 900 * M), growing)
    assert verdict.reason == "861 M over 800 M; limit in ~40 s"


def test_growth_towards_no_limit_is_told_as_a_speed():
    growing = [(ago, memory(861 * M - ago * M)) for ago in range(100, 0, -1)]
    verdict = judged("memory", Expect(degraded=Size(800 * M)), memory(861 * M), growing)
    assert verdict.reason == "861 M over 800 M; grows 60 M/min"


@pytest.mark.parametrize("course", [lambda ago: 861, lambda ago: 861 + ago, lambda ago: 861 + (ago % 7)])
def test_no_time_is_given_where_it_is_steady_shrinks_or_merely_trembles(course):
    past = [(ago, memory(course(ago) * M)) for ago in range(300, 0, -1)]
    assert judged("memory", WORKER, memory(861 * M), past).reason == "861 M over 800 M"


def test_a_limit_that_is_days_away_is_not_worth_a_guess():
    slowly = [(ago, memory(4 * G - ago * 128 * 1024)) for ago in range(180, 0, -1)]
    far = Expect(degraded=Size(G), limit=Size(64 * G))
    assert judged("memory", far, memory(4 * G), slowly).reason == "4 G over 1 G"


def test_growth_that_is_too_fast_is_a_finding_before_any_threshold():
    expect = Expect(growth=Rate(10 * M / 60))
    growing = [(ago, memory(300 * M - ago * M)) for ago in range(200, 0, -1)]
    verdict = judged("memory", expect, memory(300 * M), growing)
    assert (verdict.level, verdict.reason) == (Level.DEGRADED, "300 M, grows 60 M/min, over 10 M/min")


def test_a_single_look_cannot_judge_growth_and_says_so():
    verdict = judged("memory", Expect(growth=Rate(10 * M / 60)), memory(300 * M))
    assert (verdict.level, verdict.reason) == (Level.OK, "300 M; growth needs a few minutes of history")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"baseline": "270M"}, "nothing is expected"),
        ({"degraded": "2G", "down": "1G"}, r"degraded \(2 G\) is over down \(1 G\)"),
        ({"degraded": "800M", "limit": "700M"}, r"degraded \(800 M\) is over limit \(700 M\)"),
        ({"baseline": "1G", "limit": "512M"}, r"baseline \(1 G\) is over limit \(512 M\)"),
    ],
)
def test_expectations_that_make_no_sense_are_refused(written, words):
    from opsconsole.checks.quantities import read

    with pytest.raises(msgspec.ValidationError, match=words):
        msgspec.convert(written, Expect, dec_hook=read)


SIZES = st.integers(0, 1 << 42)


@given(used=SIZES, more=SIZES, bounds=st.lists(SIZES, min_size=3, max_size=3).map(sorted))
def test_more_memory_never_gets_a_better_level(used, more, bounds):
    degraded, down, limit = (Size(bound) for bound in bounds)
    expect = Expect(degraded=degraded, down=down, limit=limit)
    assert judged("memory", expect, memory(used)).level <= judged("memory", expect, memory(used + more)).level


@given(used=SIZES, past=st.lists(SIZES, max_size=40))
def test_the_past_adds_words_but_never_changes_the_level_of_a_threshold(used, past):
    before = [(len(past) - n, memory(size)) for n, size in enumerate(past)]
    alone, with_past = judged("memory", WORKER, memory(used)), judged("memory", WORKER, memory(used), before)
    assert with_past.level is alone.level
    assert with_past.reason.startswith(alone.reason)
