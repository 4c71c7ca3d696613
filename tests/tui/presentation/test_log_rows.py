"""How lines of logs are drawn."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from opsconsole.logs.cleaning import Cleaner
from opsconsole.logs.matches import Pattern
from opsconsole.logs.ring import Ring
from opsconsole.logs.stamps import own_time
from opsconsole.tui.presentation.logs import Course, Look, course, row_count, rows, wrapped
from opsconsole.tui.presentation.spans import text, width
from tests.support.snapshots import NOW

LOOK = Look(100, ["web"], NOW)


def ring_of(*lines: str) -> Ring:
    ring = Ring()
    for line in lines:
        ring.append(line, NOW - 60, joined=line.startswith(" "))
    return ring


def drawn(line: str, look: Look = LOOK) -> list[str]:
    return [text(row) for row in rows(ring_of(line), 0, look)]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("2026-01-07 14:01:11,120 INFO ready", "INFO ready"),
        ("[2026-01-07 14:01:11 +0000] [7] [INFO] ready", "[7] [INFO] ready"),
        ("2026-01-07T14:01:11.120Z - shop - INFO - ready", "shop - INFO - ready"),
        ("[2026-01-07 14:01:11,120: INFO/MainProcess] ready", "[2026-01-07 14:01:11,120: INFO/MainProcess] ready"),
        ("2026-01-06 14:01:11,120 of another day", "2026-01-06 14:01:11,120 of another day"),
        ("2026-01-07 14:01:11,120", "2026-01-07 14:01:11,120"),
        ("no time", "no time"),
    ],
)
def test_a_time_stands_in_its_column_and_not_twice(line: str, said: str) -> None:
    assert line[own_time(line, NOW - 60) :] == said
    assert drawn(line) == [f"14:01:11.000   {said}"]
    assert drawn(line, replace(LOOK, times=False)) == [f"  {line}"]


def test_signs_and_styles_tell_how_bad_a_line_is_and_what_belongs_to_it_has_neither_time_nor_sign() -> None:
    ring = ring_of("ERROR no", "  File x", "WARNING hm")
    first, more, last = (rows(ring, number, LOOK)[0] for number in range(3))
    assert text(first) == "14:01:11.000 ✗ ERROR no"
    assert text(more) == " " * 15 + "  File x"
    assert text(last) == "14:01:11.000 ! WARNING hm"
    assert first[-1].style == more[-1].style == "down"
    assert last[-1].style == "degraded"


def test_what_is_sought_is_marked_where_it_is_in_sight() -> None:
    ring = ring_of("the error is an ERROR" + "x" * 100 + "error")
    (row,) = rows(ring, 0, LOOK, Pattern("error"))
    assert [span.text for span in row if "found" in span.style] == ["error", "ERROR"]
    (row,) = rows(ring, 0, replace(LOOK, shift=40), Pattern("error"))
    assert [span.text for span in row if "found" in span.style] == ["error"]


@given(st.text(max_size=300), st.integers(36, 130), st.booleans(), st.booleans(), st.integers(0, 40))
def test_whatever_stands_in_a_line_it_stays_in_its_rows(
    line: str, size: int, wrap: bool, times: bool, shift: int
) -> None:
    ring = ring_of(Cleaner()(line))
    look = Look(size, ["web", "a-worker-with-a-long-name"], NOW, times, wrap, 0 if wrap else shift)
    made = rows(ring, 0, look)
    assert len(made) == row_count(ring, 0, look)
    if wrap:
        assert all(width(row) <= size for row in made)
        assert "".join(ring.text(0)[begin:end] for begin, end in wrapped(ring.text(0), look.room)) == ring.text(0)


@given(st.text("a\N{CJK UNIFIED IDEOGRAPH-6F22}\N{COMBINING ACUTE ACCENT} ", max_size=60), st.integers(8, 30))
def test_wide_letters_are_wrapped_by_the_cells_they_take(line: str, room: int) -> None:
    assert all(cell_len(line[begin:end]) <= room for begin, end in wrapped(line, room))


def test_how_reading_goes_is_said_in_words() -> None:
    assert text(course(Course(1))) == "following · 1 line"
    assert text(course(Course(212_000, 4_500))) == "following · 212 000 lines · 4 500 older ones dropped"
    assert text(course(Course(10, below=3, following=False, shown=2))) == "paused, 3 below · 2 of 10 lines"
    assert text(course(Course(10, reading=True, behind=40))) == "reading… · searched 40 % · 10 lines"
    assert text(course(Course(10, day="2026-01-06"))) == "following · on 2026-01-06 · 10 lines"
    assert "f reads the newest" in text(course(Course(10, stopped=True)))
