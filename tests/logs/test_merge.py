"""Several logs as one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from opsconsole.logs.lines import Raw
from opsconsole.logs.merge import PATIENCE, SILENCE, Merge

LONG = 10_000
LATER = PATIENCE + 0.01


def texts(merge: Merge, now: float) -> list[str]:
    return [merged.line.text for merged in merge.ready(now, LONG)]


def test_what_was_written_before_is_held_until_all_have_read_theirs_and_then_comes_by_time() -> None:
    merge = Merge(2, 0.0)
    merge.feed(0, [Raw("a1", 1.0), Raw("a3", 3.0)], 0.1)
    merge.caught_up(0)
    assert texts(merge, 0.5) == []
    merge.feed(1, [Raw("b2", 2.0), Raw("b4", 4.0)], 0.6)
    merge.caught_up(1)
    assert texts(merge, 0.6 + LATER) == ["a1", "b2", "a3", "b4"]


def test_one_that_says_nothing_is_not_waited_for_for_ever() -> None:
    merge = Merge(2, 0.0)
    merge.feed(0, [Raw("a", 1.0)], 0.1)
    merge.caught_up(0)
    assert texts(merge, SILENCE - 0.1) == []
    assert texts(merge, SILENCE + 0.1) == ["a"]


def test_a_new_line_waits_for_older_ones_but_not_long() -> None:
    merge = Merge(2, 0.0)
    for source in (0, 1):
        merge.caught_up(source)
    merge.feed(0, [Raw("late", 10.2)], 100.0)
    assert texts(merge, 100.1) == []
    merge.feed(1, [Raw("early", 10.1)], 100.1)
    assert texts(merge, 100.0 + LATER) == ["early", "late"]


def test_a_traceback_is_not_torn_apart_by_another_log() -> None:
    merge = Merge(2, 0.0)
    for source in (0, 1):
        merge.caught_up(source)
    merge.feed(0, [Raw("ERROR", 1.0), Raw("Traceback", 1.0, joined=True), Raw("  File", 1.2, joined=True)], 5.0)
    merge.feed(1, [Raw("GET", 1.1)], 5.0)
    assert texts(merge, 6.0) == ["ERROR", "Traceback", "  File", "GET"]


def test_a_single_log_waits_for_nothing() -> None:
    merge = Merge(1, 0.0)
    merge.feed(0, [Raw("b", 2.0), Raw("a", 1.0)], 0.0)
    assert texts(merge, 0.0) == ["b", "a"]


lines = st.lists(st.tuples(st.integers(0, 2), st.one_of(st.none(), st.integers(0, 50)), st.booleans()), max_size=40)


@given(lines)
def test_nothing_is_lost_each_log_keeps_its_order_and_times_never_go_back_between_logs(
    written: list[tuple[int, int | None, bool]],
) -> None:
    merge = Merge(3, 0.0)
    for number, (source, time, joined) in enumerate(written):
        merge.feed(source, [Raw(str(number), None if time is None else float(time), joined=joined)], 1.0)
    for source in range(3):
        merge.caught_up(source)
    out = merge.ready(1.0 + LATER, LONG)
    assert sorted(int(one.line.text) for one in out) == list(range(len(written)))
    for source in range(3):
        own = [int(one.line.text) for one in out if one.source == source]
        assert own == sorted(own)
    assert [one.key for one in out] == sorted(one.key for one in out)
