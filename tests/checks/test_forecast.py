"""A leak is seen through noise and outliers, and nothing is promised that the points do not say."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.checks.forecast import Fit, arrival, fit

M = 1 << 20


def line(slope: float, level: float = 500.0, count: int = 18, step: float = 10.0) -> list[tuple[float, float]]:
    """Points that end at 1000 s with `level`."""
    return [(1000.0 - step * back, level - slope * step * back) for back in reversed(range(count))]


@pytest.mark.parametrize(
    ("slope", "level", "value", "likely"),
    [
        (1.0, 500, 800, 300),  # grows towards it
        (-1.0, 500, 0, 500),  # drains
        (1.0, 500, 400, None),  # is over it already
        (-1.0, 500, 800, None),  # goes away from it
        (0.0, 500, 800, None),  # stands still
    ],
)
def test_a_line_without_noise_is_followed_exactly(slope: float, level: float, value: float, likely: float | None):
    found = fit(line(slope, level))
    assert found is not None
    assert (found.slope, found.level) == pytest.approx((slope, level))
    reached = arrival(found, value)
    assert (reached and reached.likely) == (pytest.approx(likely) if likely else None)
    if reached:
        assert reached.earliest == pytest.approx(reached.likely) == pytest.approx(reached.latest)


def test_three_points_say_nothing():
    assert fit(line(1.0, count=3)) is None
    assert fit([]) is None


def test_what_was_before_a_restart_says_nothing():
    found = fit([*line(5.0, level=5000, count=6), *((1000 + 10.0 * n, 100.0 + 10 * n) for n in range(1, 8))])
    assert found is not None
    assert found.slope == pytest.approx(1.0)
    assert found.looked == pytest.approx(60)


def test_noise_that_goes_nowhere_is_steady():
    rolled = random.Random(7)
    for _ in range(50):
        found = fit([(at, 500 + rolled.gauss(0, 20)) for at, _ in line(0)])
        assert found is not None
        assert abs(found.slope) * 170 < 100


def test_the_interval_of_a_noisy_leak_nearly_always_holds_the_truth():
    rolled = random.Random(11)
    held = 0
    for _ in range(200):
        found = fit([(at, value + rolled.gauss(0, 10)) for at, value in line(1.0)])
        assert found is not None
        held += found.low <= 1.0 <= found.high
    assert held >= 180


@given(
    slope=st.floats(10, 1000),
    wild=st.dictionaries(st.integers(0, 17), st.floats(0.8, 1.2), max_size=2),
)
def test_two_wild_points_of_eighteen_do_not_bend_it(slope: float, wild: dict[int, float]):
    points = line(slope, level=1e6)
    for place, times in wild.items():
        points[place] = (points[place][0], points[place][1] * times)
    found = fit(points)
    assert found is not None
    assert found.slope == 0 or found.slope == pytest.approx(slope, rel=0.01) or found.low <= slope <= found.high
    assert found.slope >= 0, "it never turns round"


@given(values=st.lists(st.floats(1, 1e9), min_size=4, max_size=18), value=st.floats(-1e10, 1e10))
def test_the_likely_time_is_between_the_earliest_and_the_latest(values: list[float], value: float):
    found = fit([(10.0 * n, figure) for n, figure in enumerate(values)])
    if found is None or not found.slope:
        return
    assert found.low <= found.slope <= found.high
    reached = arrival(found, value)
    if reached is not None:
        assert 0 <= reached.earliest <= reached.likely * (1 + 1e-9)
        assert reached.latest is None or reached.latest >= reached.likely * (1 - 1e-9)


@given(shift=st.floats(-1e4, 1e4), stretch=st.floats(0.1, 100))
def test_the_unit_and_the_zero_of_time_do_not_matter(shift: float, stretch: float):
    one = fit(line(2.0, level=5000))
    other = fit([(at + shift, value * stretch) for at, value in line(2.0, level=5000)])
    assert one is not None
    assert other is not None
    assert other.slope == pytest.approx(one.slope * stretch)


def test_a_slope_that_may_be_none_has_no_latest_time():
    reached = arrival(Fit(0.0, 500, 1.0, -0.2, 2.0, 170), 800)
    assert reached is not None
    assert (reached.likely, reached.earliest, reached.latest) == (300.0, 150.0, None)
