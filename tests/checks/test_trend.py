"""The slope of a figure: found through noise and outliers, and not found where there is none."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.checks.trend import per_second, seconds_until
from tests.checks.looks import M, at, unread


def course(value, seconds=180, step=1):
    """Samples of `value(seconds ago)`, oldest first, up to now."""
    return [at(ago, value(ago)) for ago in range(seconds, -1, -step)]


def slope(samples):
    return per_second(samples, float)


def test_steady_growth_is_found_exactly():
    assert slope(course(lambda ago: 1000 * M - ago * 1000.0 * 100)) == pytest.approx(100_000, rel=0.01)


def test_shrinking_is_a_slope_below_nothing():
    assert slope(course(lambda ago: 500 + ago)) == pytest.approx(-1, rel=0.05)


def test_outliers_do_not_bend_it():
    spikes = course(lambda ago: 5000 - 10.0 * ago if ago % 20 else 90_000)
    assert slope(spikes) == pytest.approx(10, rel=0.1)


def test_what_merely_trembles_goes_nowhere():
    assert slope(course(lambda ago: 1000 + (ago * 7919 % 101))) == 0


def test_noise_however_wild_is_nearly_never_taken_for_a_direction():
    draws = (random.Random(seed) for seed in range(50))
    found = [slope(course(lambda ago, draw=draw: draw.uniform(700, 1000), step=10)) for draw in draws]
    assert found.count(0.0) >= 48


def test_growth_too_small_to_matter_counts_as_none():
    assert slope(course(lambda ago: 1_000_000 - ago)) == 0


def test_too_little_past_is_not_taken_for_steadiness():
    assert slope([]) is None
    assert slope(course(lambda ago: 1000 - ago, seconds=20)) is None


def test_a_leak_that_has_just_begun_is_seen_within_a_minute():
    assert slope(course(lambda ago: 100 + max(60 - ago, 0) * 10.0)) > 0


def test_after_a_restart_only_the_new_life_counts():
    def value(ago):
        return 900.0 if ago > 90 else 100 + 2 * (90 - ago)

    assert slope(course(value)) == pytest.approx(2, rel=0.05)


def test_rounds_that_read_nothing_leave_gaps_and_no_zeros():
    samples = [unread(ago) if ago % 3 == 0 else at(ago, 1000.0 - ago) for ago in range(180, -1, -1)]
    assert slope(samples) == pytest.approx(1, rel=0.05)


def test_only_the_last_minutes_count():
    assert slope(course(lambda ago: 100 if ago < 180 else 100 - ago * 0.1, seconds=900)) == 0


@pytest.mark.parametrize(
    ("limit", "now", "speed", "seconds"),
    [(100, 40, 2.0, 30), (100, 40, 0.0, None), (100, 40, -1.0, None), (100, 100, 1.0, None), (100, 40, None, None)],
)
def test_time_to_a_limit_is_only_given_on_the_way_there(limit, now, speed, seconds):
    assert seconds_until(limit, now, speed) == seconds


@given(st.lists(st.floats(0, 1e9), max_size=60), st.lists(st.floats(0.01, 30), min_size=60, max_size=60), st.booleans())
def test_what_never_falls_has_no_slope_downwards_and_the_other_way_round(values, gaps, falls):
    course = sorted(values, reverse=falls)
    samples = [at(2000 - sum(gaps[:n]), value) for n, value in enumerate(course)]
    found = slope(samples)
    assert found is None or (found <= 0 if falls else found >= 0)


@given(st.lists(st.floats(1, 1e9), min_size=30, max_size=60), st.floats(1.5, 100))
def test_the_unit_does_not_matter(values, factor):
    samples = [at(120 - 2 * n, value) for n, value in enumerate(values)]
    scaled = [at(120 - 2 * n, value * factor) for n, value in enumerate(values)]
    one, other = slope(samples), slope(scaled)
    assert (one is None) == (other is None)
    if one:
        assert other == pytest.approx(one * factor, rel=1e-6)
