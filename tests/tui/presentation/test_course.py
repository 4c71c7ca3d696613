"""The drawing over time and the straight answer beside it: what they say of made-up courses, at every size."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.model.course import Course, Point
from opsconsole.model.readings import MemoryReading
from opsconsole.model.sample import Target
from opsconsole.model.units import size
from opsconsole.tui.presentation import memory_course, outlook
from opsconsole.tui.presentation.chart import Frame, Level, by_column, chart, scale
from opsconsole.tui.presentation.outlook import Bounds
from opsconsole.tui.presentation.spans import text, width
from opsconsole.tui.presentation.spell import seen, stepped
from opsconsole.tui.presentation.subject import Subject
from tests.support.snapshots import NOW, G, M, Maker, over_time

BOUNDS = Bounds(800 * M, None, G)
LEVELS = [Level(270 * M, "baseline", "baseline"), Level(800 * M, "threshold", "degraded"), Level(G, "limit", "down")]


def grows(used: float, per_minute: float, seconds: float = 900, step: float = 1.0, noise: float = 0) -> list[Point]:
    """Points that end with `used` bytes now and have grown by so many a minute."""
    rolled = random.Random(3)
    found = []
    for number in range(int(seconds / step) + 1):
        ago = seconds - number * step
        figure = used - per_minute * ago / 60 + rolled.gauss(0, noise)
        found.append(Point(NOW - ago, figure, figure, figure))
    return found


@pytest.mark.parametrize(
    ("points", "looked", "told"),
    [
        ([], 0, "nothing was read in this stretch of time"),
        (grows(600 * M, 0, 20), 20, "not known yet: looking for 20 s"),
        (grows(600 * M, 0, 120), 120, "steady"),
        (grows(600 * M, 0, 900, noise=2 * M), 900, "steady"),
        (
            grows(600 * M, 10 * M),
            900,
            "grows 10 M/min; at this rate over its threshold (800 M) in ~20 min; hits its limit (1 G) in ~42 min",
        ),
        (
            grows(861 * M, 4 * M),
            900,
            "over its threshold (800 M) by 61 M; grows 4 M/min; at this rate hits its limit (1 G) in ~41 min",
        ),
        (grows(861 * M, 0), 900, "over its threshold (800 M) by 61 M, and steady"),
        (
            grows(820 * M, -10 * M, 180),
            180,
            "over its threshold (800 M) by 20 M; falls 10 M/min, under it again in ~2 min",
        ),
        (grows(500 * M, -10 * M), 900, "falls 10 M/min"),
        (grows(300 * M, 1 * M, 200), 200, "grows 1 M/min; far from its threshold (800 M)"),
    ],
)
def test_the_straight_answer(points: list[Point], looked: float, told: str) -> None:
    assert outlook.memory(points, NOW, 900, looked, BOUNDS)[0] == told


def test_without_a_limit_growth_is_told_and_that_nothing_says_how_much_is_too_much() -> None:
    (told, *_) = outlook.memory(grows(600 * M, 10 * M), NOW, 900, 900, Bounds())
    assert told == "grows 10 M/min; nothing says how much is too much"


def test_a_leak_that_has_just_begun_is_told_beside_the_quiet_hour_before_it() -> None:
    quiet = [Point(NOW - ago, 300.0 * M, 300.0 * M, 300.0 * M) for ago in range(3600, 240, -15)]
    leaks = grows(300 * M + 40 * M, 10 * M, 240, 15)
    first, second = outlook.memory([*quiet, *leaks], NOW, 3600, 3600, BOUNDS)
    assert first.startswith("grows 10 M/min; at this rate over its threshold (800 M) in ~46 min")
    assert second == "over these 58 min: steady"


def test_a_noisy_leak_says_between_which_times() -> None:
    (told, *_) = outlook.memory(grows(600 * M, 10 * M, noise=3 * M), NOW, 900, 900, BOUNDS)
    assert "(" in told.removeprefix("grows ").partition("in ~")[2]


@pytest.mark.parametrize(
    ("depth", "waiting", "rates", "told"),
    [
        (lambda ago: 600 + 5 * ago, 600, (0.0, 5.0), "empty in ~2 min, at −5.0/s"),
        (lambda ago: 600 - 5 * ago, 600, (5.0, 0.0), "not draining: nothing is taken, and +5.0/s come"),
        (lambda ago: 600 - 5 * ago, 600, (9.0, 4.0), "not draining: +5.0/s more come than go"),
        (lambda ago: 600 - 5 * ago, 600, None, "not draining: +5.0/s more come than go"),
        (lambda ago: 600, 600, (4.0, 4.0), "not draining: as much comes as goes"),
        (lambda ago: 600, 600, (0.0, 0.0), "not draining: nothing is taken"),
        (lambda ago: 600, 600, None, "not draining: it stands still"),
        (lambda ago: 5 * ago, 0, None, "empty"),
    ],
)
def test_when_a_queue_is_empty_or_why_not(depth, waiting, rates, told) -> None:
    points = [Point(NOW - ago, *[float(depth(ago))] * 3) for ago in range(100, -1, -2)]
    assert outlook.drain(points, NOW, 100, waiting, rates) == told


def test_a_queue_that_was_just_found_is_not_known_yet() -> None:
    assert outlook.drain([Point(NOW, 5, 5, 5)], NOW, 15, 5, None) == "not known yet: looking for 15 s"


# --- the drawing --------------------------------------------------------------------------------------------


def drawn(points: list[Point], levels: list[Level], cells: int = 60, lines: int = 8) -> list[str]:
    return [text(each).rstrip() for each in chart(points, levels, Frame(NOW, 900, 5.0), (cells, lines), size)]


def test_a_leak_across_its_lines_is_seen() -> None:
    assert drawn(grows(850 * M, 40 * M), LEVELS) == [
        "──────────────────────────────────────────── limit 1 G",
        "───────────────────────────────────────▁▁▂▃▃ threshold 800 M",
        "                            ▁▂▂▃▄▅▅▆▇▇██████ 850 M now",
        "                ▁▁▂▃▄▄▅▆▆▇██████████████████",
        "    ▁▁▂▃▃▄▅▅▆▇▇█████████████████████████████",
        "▆▆▇───────────────────────────────────────── baseline 270 M",
        "████████████████████████████████████████████",
        "−15 min                                  now",
    ]


def test_a_gap_is_a_gap_and_a_restart_is_marked() -> None:
    points = [point for point in grows(500 * M, 0) if not 300 <= NOW - point.at <= 600]
    since_full = NOW % 100 + 1  # so long ago a part was about to be full
    then = [point._replace(at=point.at - since_full) for point in points]
    columns = by_column(then, Frame(NOW - since_full, 900, 5.0), 9)
    assert [column is None for column in columns] == [False] * 3 + [True] * 3 + [False] * 3
    lines = chart(points, LEVELS, Frame(NOW, 900, 5.0, (NOW - 450,)), (70, 6), size)
    assert "▲" in text(lines[-1])
    assert "▲ began anew" in text(lines[-1])


def test_the_drawing_stands_still_until_a_part_is_full() -> None:
    points = grows(500 * M, 30 * M, noise=4 * M)
    part = 900 / 60
    full = NOW - NOW % part

    def at(now: float) -> list[float | None]:
        return by_column([point for point in points if point.at <= full - part], Frame(now, 900, 1e9), 60)[:-2]

    assert at(full + 1) == at(full + 7) == at(full + 14)
    assert at(full + 16)[:-1] == at(full + 1)[1:], "then it moves by one"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, 60), (61, 120), (290, 300), (601, 900), (901, 1800), (3600, 3600), (3601, 7200), (9e4, 9e4)],
)
def test_a_young_watch_is_shown_over_as_long_as_it_has_looked_in_steps(seconds: float, shown: float) -> None:
    assert stepped(seconds) == shown


def test_a_limit_far_above_is_named_but_does_not_press_the_rest_to_the_ground() -> None:
    top, near = scale(grows(100 * M, 0), [Level(120 * M, "threshold", "degraded"), Level(8 * G, "limit", "down")])
    assert [each.name for each in near] == ["threshold"]
    assert top < 140 * M
    assert any("limit 8 G ↑" in line for line in drawn(grows(100 * M, 0), [Level(8 * G, "limit", "down")]))


levels = st.lists(
    st.builds(
        Level, st.floats(1, 1e12), st.sampled_from(["limit", "threshold"]), st.sampled_from(["degraded", "down"])
    ),
    max_size=4,
)
points = st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 1e12)), max_size=40).map(
    lambda given: [Point(NOW - ago, figure, figure, figure) for ago, figure in sorted(given, reverse=True)]
)


@given(points=points, levels=levels, cells=st.integers(8, 200), lines=st.integers(2, 40))
def test_it_never_leaves_its_room(points: list[Point], levels: list[Level], cells: int, lines: int) -> None:
    found = chart(points, levels, Frame(NOW, 900, 5.0, (NOW - 10, NOW - 5000)), (cells, lines), size)
    assert len(found) <= max(lines, 2)
    assert all(width(each) <= cells for each in found)


@given(points=points, seconds=st.sampled_from([60.0, 900.0, 3600.0]), looked=st.floats(0, 4000))
def test_any_course_has_an_answer(points: list[Point], seconds: float, looked: float) -> None:
    assert all(outlook.memory(points, NOW, seconds, looked, BOUNDS))
    assert outlook.drain(points, NOW, looked, len(points), None)


# --- which points are shown ---------------------------------------------------------------------------------


def a_service() -> Maker:
    make = Maker()
    past = over_time(lambda ago: MemoryReading(int((300 + (900 - ago) / 10) * M)), 900, 10)
    make.check("web.memory", make.read(Target("memory", "web"), MemoryReading(390 * M), past), degraded=800 * M)
    return make


def test_a_quarter_is_told_by_the_samples_an_hour_and_more_by_the_thinned_course() -> None:
    make = a_service()
    course = Course(NOW - 7200)
    for ago in range(7200, -1, -10):
        course = course.followed_by(NOW - ago, 100.0 * M)
    snapshot = make.snapshot()
    object.__setattr__(snapshot, "courses", {make.targets[0]: {"used": course}})

    def shown(spell):
        return seen(snapshot, make.targets[0], "used", lambda reading: float(reading.used), spell)

    assert shown("quarter").points[-1].last == 390 * M
    assert shown("quarter").looked == 900
    assert (shown("hour").seconds, shown("hour").points[-1].last) == (3600, 100 * M)
    assert shown("all").seconds == 7200
    assert shown("all").points[0].at <= NOW - 7000
    assert shown("all").words == "since this console began to look, 2 h ago"


def test_the_drawing_of_a_service_begins_with_the_answer_and_fits() -> None:
    subject = Subject.of(a_service().snapshot(), "web")
    for room in ((38, 8), (76, 8), (116, 12), (200, 20)):
        lines = memory_course.lines(subject, "quarter", room)
        assert len(lines) <= room[1]
        assert all(width(each) <= room[0] for each in lines)
        assert text(lines[0]).startswith("grows 6 M/min")
