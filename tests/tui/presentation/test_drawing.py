"""Bars, courses, ages and tables: pure drawings whose scale and width can be relied upon."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.model.sample import Problem, ProblemKind, Sample, Target
from opsconsole.tui.presentation.ages import age
from opsconsole.tui.presentation.arrangement import arrange, mode, share
from opsconsole.tui.presentation.bars import Mark, bar, spark
from opsconsole.tui.presentation.history import course, per_second
from opsconsole.tui.presentation.spans import Line, Span, between, cut, fit, line, text, width, wrap
from opsconsole.tui.presentation.table import Column, lay_out, place_of

TARGET = Target("queue", "jobs")

spans = st.lists(st.builds(Span, st.text("ab│█é界 ", max_size=12), st.sampled_from(["", "dim"])), max_size=6).map(tuple)


# --- bars and courses -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "drawn"),
    [
        (0, "▕        ▏"),
        (1, "▕▏       ▏"),
        (50, "▕████    ▏"),
        (56, "▕████▌   ▏"),
        (100, "▕████████▏"),
        (250, "▕████████▏"),
    ],
)
def test_a_bar_is_filled_by_eighths_of_a_cell_and_never_over_its_end(value: float, drawn: str) -> None:
    assert text(bar(value, 100, 10, "bar")) == drawn


def test_marks_keep_their_place_over_the_filled_and_the_empty_part() -> None:
    marks = [Mark(25, "▏", "baseline"), Mark(75, "┊", "threshold")]
    assert text(bar(10, 100, 10, "bar", marks)) == "▕▊ ▏   ┊ ▏"
    assert text(bar(90, 100, 10, "bar", marks)) == "▕██▏███┊▎▏"


@given(st.floats(0, 1e12), st.floats(0, 1e12), st.integers(3, 60), st.lists(st.floats(0, 1e12), max_size=3))
def test_a_bar_is_always_as_wide_as_its_place(value: float, top: float, size: int, marks: list[float]) -> None:
    assert width(bar(value, top, size, "bar", [Mark(at, "┊", "threshold") for at in marks])) == size


def test_a_flat_course_is_flat_at_its_height_on_the_scale_and_a_gap_is_a_gap() -> None:
    assert spark([10, 10, None, 10], 100) == "▁▁ ▁"
    assert spark([50, 50], 100) == "▅▅"
    assert spark([0, 100, 1000], 100) == "▁██"


def test_a_course_has_a_hole_where_nothing_was_read() -> None:
    def sample(at: float, value: float | None) -> Sample:
        problem = Problem(ProblemKind.REFUSED, "refused") if value is None else None
        return Sample(TARGET, at, value, problem)

    past = [sample(100, 1), sample(200, None), sample(400, 3)]
    assert course(past, 899, 9, lambda value: value) == [1, None, None, 3, None, None, None, None, None]


@given(st.floats(0, 89.9))
def test_a_course_does_not_move_while_its_last_part_fills(later: float) -> None:
    past = [Sample(TARGET, float(at), float(at)) for at in range(0, 900, 10)]
    assert course(past, 900, 10, float) == course(past, 900 + later, 10, float)


def test_a_rate_is_the_net_change_over_the_last_half_minute() -> None:
    past = [Sample(TARGET, float(at), 100.0 if at < 60 else 100.0 + 12 * (at - 60)) for at in range(0, 100, 2)]
    assert per_second(past, lambda value: value) == pytest.approx(12.0)


@pytest.mark.parametrize("count", [0, 1])
def test_no_rate_is_told_from_too_little_past(count: int) -> None:
    assert per_second([Sample(TARGET, float(at), 1.0) for at in range(count)], lambda value: value) is None


def test_no_rate_is_told_when_the_last_look_failed() -> None:
    past = [Sample(TARGET, 0.0, 1.0), Sample(TARGET, 9.0, problem=Problem(ProblemKind.GONE, "gone"))]
    assert per_second(past, lambda value: value) is None


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-5, "0 s"), (7.9, "7 s"), (14, "10 s"), (59, "55 s"), (60, "1 m"), (3599, "59 m"), (3600, "1 h"), (86400, "24 h"),
     (172800, "2 d")],
)  # fmt: skip
def test_ages_are_as_fine_as_they_are_worth(seconds: float, said: str) -> None:
    assert age(seconds) == said


# --- lines and tables -------------------------------------------------------------------------------------


@given(spans, st.integers(0, 40))
def test_a_cut_line_is_never_wider_than_asked(spans: Line, size: int) -> None:
    assert width(cut(spans, size)) <= size


@given(spans, st.integers(0, 40), st.sampled_from(["left", "right"]))
def test_a_fitted_line_is_exactly_as_wide_as_asked(spans: Line, size: int, align: str) -> None:
    assert width(fit(spans, size, align)) == size


@given(spans, spans, st.integers(0, 60))
def test_two_ends_share_a_line(left: Line, right: Line, size: int) -> None:
    assert width(between(left, right, size)) == size


@given(st.text("ab界 ", max_size=200), st.integers(8, 40))
def test_wrapping_loses_no_word_and_no_line_is_too_wide(words: str, size: int) -> None:
    folded = wrap(line(words), size)
    assert all(width(each) <= size for each in folded)
    assert "".join(text(each) for each in folded).replace(" ", "") == words.replace(" ", "")


COLUMNS = (Column(keep=9), Column(keep=8, least=4), Column(keep=1, align="right"), Column(keep=5, least=2, grow=True))


@given(st.lists(st.tuples(spans, spans, spans, spans), max_size=5), st.integers(1, 80))
def test_rows_of_a_table_share_their_columns_and_their_width(rows: list[tuple[Line, ...]], size: int) -> None:
    drawn = lay_out(COLUMNS, rows, size)
    widths = {width(each) for each in drawn}
    assert len(widths) <= 1
    # The last column that is left is never dropped, so that something is always seen.
    assert all(each <= max(size, *(width(cell) for row in rows for cell in row)) for each in widths)


def test_the_column_that_matters_least_goes_first() -> None:
    rows = [(line("!"), line("worker"), line("pid 4120"), line("celery"))]
    assert text(lay_out(COLUMNS, rows, 24)[0]) == "! worker pid 4120 celery"
    assert text(lay_out(COLUMNS, rows, 23)[0]).rstrip() == "! worker pid 4120 cele…"
    assert text(lay_out(COLUMNS, rows, 15)[0]).rstrip() == "! worker celery"
    assert text(lay_out(COLUMNS, rows, 7)[0]).rstrip() == "! work…"
    assert place_of(3, COLUMNS, rows, 15) == (9, 6)


# --- where panes stand --------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6), st.integers(0, 60))
def test_lines_are_shared_without_waste_and_nobody_gets_more_than_is_wanted(wants: list[int], lines: int) -> None:
    got = share(wants, lines)
    assert sum(got) == min(sum(wants), lines)
    assert all(have <= want for have, want in zip(got, wants, strict=True))


PANES = ("memory", "processes", "queues", "health", "findings")


@given(st.integers(20, 250), st.integers(6, 80), st.lists(st.integers(2, 40), min_size=5, max_size=5))
def test_panes_fill_the_screen_and_never_overlap(columns: int, lines: int, heights: list[int]) -> None:
    wants = dict(zip(PANES, heights, strict=True))
    places = arrange(mode(columns, lines), columns, lines, wants, "findings", "memory")
    cells = [(x, y) for p in places.values() for y in range(p.y, p.y + p.height) for x in range(p.x, p.x + p.width)]
    assert len(cells) == len(set(cells))
    assert len(cells) == columns * lines


def test_findings_come_first_when_panes_are_stacked_and_alone_when_there_is_room_for_one() -> None:
    wants = dict.fromkeys(PANES, 5)
    assert arrange("stacked", 80, 22, wants, "findings", "memory")["findings"].y == 0
    assert list(arrange("single", 40, 10, wants, "findings", "findings")) == ["findings"]


def test_the_page_of_keys_leaves_out_what_a_key_does_not_do_now() -> None:
    from opsconsole.tui.presentation.help import without

    groups = [("Scroll", [("pgup b", "page up"), ("j", "down")]), ("Everywhere", [("^C", "leave")])]
    assert list(without(groups, {"b", "^C"})) == [("Scroll", [("pgup", "page up"), ("j", "down")])]
