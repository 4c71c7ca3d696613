"""Hours of a figure in a few kilobytes: what is thinned still tells the least, the greatest and the newest."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from opsconsole.model.course import HOUR, MOST, PART, Course, Thinned


def fed(seconds: int, figure=float) -> Course:
    course = Course(0.0)
    for at in range(seconds):
        course = course.followed_by(float(at), figure(at))
    return course


def test_a_part_keeps_the_spike_that_one_look_saw():
    points = list(fed(60, lambda at: 900.0 if at == 20 else 100.0).hour)
    assert [point.high for point in points] == [100, 900, 100, 100]
    assert [point.low for point in points] == [100] * 4
    assert [point.at for point in points] == [14, 29, 44, 59]


def test_the_hour_forgets_what_is_older_and_the_whole_keeps_the_first():
    course = fed(3 * 3600)
    hour, whole = list(course.hour), list(course.whole)
    assert 3600 - 2 * PART <= hour[-1].at - hour[0].at <= HOUR + 2 * PART
    assert whole[0].low == 0
    assert whole[-1].last == hour[-1].last == 3 * 3600 - 1


def test_a_console_that_is_open_for_days_costs_no_more_than_one_of_an_hour():
    """Measured: what one figure holds after a week, looked at once in a minute."""
    thinned = Course(0.0)
    for step in range(7 * 1440):
        thinned = thinned.followed_by(step * 60.0, float(step))
    assert len(thinned.hour) <= HOUR / 60 + 2
    assert MOST / 2 <= len(thinned.whole) <= MOST + 1
    tracemalloc.start()
    try:
        before = tracemalloc.take_snapshot()
        kept = [fed(7300) for _ in range(2)]
        grown = sum(stat.size_diff for stat in tracemalloc.take_snapshot().compare_to(before, "filename"))
    finally:
        tracemalloc.stop()
    assert len(kept) == 2
    assert grown / 2 < 32_000, f"{grown / 2:.0f} bytes a figure"


def test_one_that_was_handed_out_does_not_change():
    before = fed(100)
    seen = list(before.whole)
    before.followed_by(200.0, 5.0)
    assert list(before.whole) == seen


def test_a_clock_that_was_set_back_takes_what_it_skipped_along():
    thinned = Thinned()
    for at in (0.0, 20.0, 40.0, 60.0):
        thinned = thinned.followed_by(at, at)
    assert [point.at for point in thinned.followed_by(25.0, 7.0)] == [0, 25]


@given(
    steps=st.lists(st.tuples(st.floats(0.1, 400), st.floats(0, 1e9)), min_size=1, max_size=300),
)
def test_extremes_and_the_newest_survive_any_thinning(steps: list[tuple[float, float]]):
    thinned, at = Thinned(part=1.0), 0.0
    for apart, figure in steps:
        at += apart
        thinned = thinned.followed_by(at, figure)
    points = list(thinned)
    assert min(point.low for point in points) == min(figure for _, figure in steps)
    assert max(point.high for point in points) == max(figure for _, figure in steps)
    assert points[-1].last == steps[-1][1]
    assert [point.at for point in points] == sorted({point.at for point in points})
