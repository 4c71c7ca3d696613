"""The lines that are held, and finding some of them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.logs.levels import LogLevel
from opsconsole.logs.matches import LOOK, Matches, Pattern
from opsconsole.logs.ring import Ring


def ring_of(*texts: str, most: int = 1000) -> Ring:
    """Lines, one a second; those that are indented belong to the one before."""
    ring = Ring(most)
    for place, text in enumerate(texts):
        ring.append(text, float(place), joined=text.startswith(" "))
    return ring


def found(matches: Matches) -> list[int]:
    while matches.behind:
        matches.look()
    return list(matches)


def test_a_full_ring_lets_the_oldest_go_and_lines_keep_their_numbers() -> None:
    ring = Ring(100)
    for number in range(1000):
        ring.append(f"line {number}", float(number))
    assert 100 <= len(ring) <= 106
    assert ring.end == 1000
    assert ring.text(ring.first) == f"line {ring.first}"
    assert ring.text(999) == "line 999"
    assert ring.full


def test_long_lines_fill_it_sooner() -> None:
    ring = Ring(1000, most_characters=10_000)
    for _ in range(300):
        ring.append("x" * 100)
    assert len(ring) <= 100
    assert ring.first >= 200


def test_a_line_is_joined_only_to_one_of_its_own_log_right_before_it() -> None:
    ring = Ring(10)
    ring.append("a", 1.0, 0)
    ring.append("  of a", 1.0, 0, joined=True)
    ring.append("b", 1.0, 1)
    ring.append("  of a, but late", 1.0, 0, joined=True)
    assert [ring.joined(number) for number in range(4)] == [False, True, False, False]


def test_what_belongs_to_an_error_is_as_bad_unless_it_says_otherwise() -> None:
    ring = ring_of("ERROR no", "  File x", " INFO really", "plain")
    assert [ring.level(number) for number in range(4)] == [
        LogLevel.ERROR, LogLevel.ERROR, LogLevel.INFO, LogLevel.NONE,
    ]  # fmt: skip


def test_a_time_is_found_and_none_where_all_are_older() -> None:
    ring = ring_of("a", "b", "c")
    assert ring.number_at(0.5) == 1
    assert ring.number_at(9.0) is None
    assert ring.span() == (0.0, 2.0)
    assert Ring().span() is None


@pytest.mark.parametrize(
    ("sought", "regex", "numbers"),
    [
        ("error", False, [0, 2]),
        ("ERROR", False, [0]),
        ("a.c", False, []),
        ("a.c", True, [3]),
        (r"^err", True, [0, 2]),
        (r"Err", True, [2]),
    ],
)
def test_small_letters_find_capitals_too(sought: str, regex: bool, numbers: list[int]) -> None:
    ring = ring_of("ERROR", "fine", "Error", "abc")
    assert found(Matches(Pattern(sought, regex=regex), ring)) == numbers


def test_what_is_no_expression_is_said_in_a_few_words() -> None:
    with pytest.raises(ValueError, match="no expression: "):
        Pattern("(", regex=True)
    assert Pattern("(").holds("f(x)")


def test_a_search_looks_at_no_more_lines_at_once_than_it_is_told_and_goes_on_with_what_comes() -> None:
    ring = Ring(100_000)
    for number in range(3 * LOOK):
        ring.append(f"line {number}")
    matches = Matches(Pattern("line"), ring)
    matches.look()
    assert matches.looked == LOOK
    assert len(matches) == LOOK
    assert matches.behind
    found(matches)
    ring.append("line, new")
    assert matches.behind
    assert found(matches)[-1] == 3 * LOOK


def test_of_long_lines_fewer_are_looked_at_at_once() -> None:
    ring = Ring()
    for _ in range(100):
        ring.append("x" * 16_000)
    matches = Matches(Pattern("x+$", regex=True), ring)
    matches.look()
    assert 0 < matches.looked < 20
    assert found(matches) == list(range(100))


def test_a_filter_keeps_a_message_and_its_traceback_together_wherever_the_words_stand() -> None:
    ring = ring_of("INFO a", "ERROR b", "  File x", "  ValueError", "INFO c", "  more of c")
    assert found(Matches(Pattern("ValueError"), ring, whole=True)) == [1, 2, 3]
    assert found(Matches(Pattern("ERROR b"), ring, whole=True)) == [1, 2, 3]
    only = Matches(Pattern("INFO"), ring, whole=True)
    assert found(only) == [0, 4, 5]
    assert found(Matches(Pattern("a"), ring, within=only)) == [0]


def test_going_from_match_to_match_goes_round_the_ends() -> None:
    ring = ring_of("x", "hit", "x", "hit", "x")
    matches = Matches(Pattern("hit"), ring)
    found(matches)
    assert [matches.beside(number, 1) for number in (0, 1, 3)] == [1, 3, 1]
    assert [matches.beside(number, -1) for number in (4, 3, 1)] == [3, 1, 3]
    assert matches.beside(1, 0) == 1
    assert Matches(Pattern("none"), ring).beside(0, 1) is None


def test_an_expression_that_would_never_end_is_given_up() -> None:
    ring = ring_of("a" * 5000 + "!")
    matches = Matches(Pattern(r"(a+)+b", regex=True), ring)
    matches.look()
    assert matches.too_slow
    assert not matches.behind
    assert Pattern(r"(a+)+b", regex=True).places("a" * 5000 + "!") == []


@given(
    st.lists(st.text("ab \n(.", max_size=6), max_size=30), st.text("ab(.", min_size=1, max_size=2), st.integers(3, 9)
)
def test_what_is_found_little_by_little_in_a_ring_that_lets_go_is_what_it_holds(
    texts: list[str], sought: str, most: int
) -> None:
    ring = Ring(most)
    matches = Matches(Pattern(sought), ring)
    for text in texts:
        ring.append(text)
        matches.look(1)
    found(matches)
    held = [number for number in range(ring.first, ring.end) if re.search(re.escape(sought), ring.text(number))]
    assert list(matches) == held
