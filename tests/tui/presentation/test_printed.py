"""What a step prints, as the screen may show it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.tui.presentation.printed import Printed
from opsconsole.tui.presentation.spans import Span, text

COLOURS = ["\x1b[31m", "\x1b[0m", "\x1b[1;32m", "\x1b[38;5;196m"]
TRICKS = ["\x1b[2J", "\x1b[10;5H", "\x1b]0;t\x07", "\x1b]8;;http://x\x1b\\", "\x1b(B", "\x1b", "\x9b2J", "\x00", "\x7f"]
PIECES = st.sampled_from(["word ", "é界", "\n", "\r", "\r\n", "\x08", "\t", *COLOURS, *TRICKS])


def fed(*pieces: str, kept: int = 100) -> Printed:
    printed = Printed(kept)
    for piece in pieces:
        printed.feed(piece)
    return printed


def lines(printed: Printed) -> list[str]:
    return [text(each) for each in printed.lines()]


@given(st.lists(PIECES, max_size=40))
def test_nothing_but_printable_text_is_left(pieces: list[str]) -> None:
    printed = fed(*pieces)
    assert all(each.isprintable() for each in lines(printed))


@given(st.lists(PIECES, max_size=30), st.integers(1, 5))
def test_it_does_not_matter_where_the_stream_is_cut(pieces: list[str], size: int) -> None:
    whole = "".join(pieces)
    cut = [whole[start : start + size] for start in range(0, len(whole), size)]
    assert lines(fed(*cut)) == lines(fed(whole))


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("10 %\r20 %\r30 %\n", ["30 %"]),
        ("a\r\nb\r\n", ["a", "b"]),
        ("pass\x08\x08\x08\x08word", ["word"]),
        ("\x1b]0;owned\x07x", ["x"]),
        ("a\tb", ["a       b"]),
        ("one\n\ntwo", ["one", "", "two"]),
    ],
)
def test_returns_backspaces_and_titles(printed: str, shown: list[str]) -> None:
    assert lines(fed(printed)) == shown


def test_colours_are_kept_by_name_and_end_where_they_end() -> None:
    [only] = fed("\x1b[1;31mred\x1b[0m plain \x1b[38;2;1;2;3mtrue\x1b[39m").lines()
    assert only == (Span("red", "ansi-bold ansi-fg-red"), Span(" plain ", ""), Span("true", ""))


def test_an_unknown_number_of_lines_is_bounded_and_what_went_is_counted() -> None:
    printed = fed(*(f"line {number}\n" for number in range(250)))
    assert len(printed) == 100
    assert printed.dropped == 150
    assert lines(printed)[-1] == "line 249"


def test_a_flood_costs_no_more_than_what_is_kept_of_it() -> None:
    flood = "0123456789" * 8 + "\n"
    began = time.process_time()
    printed = Printed()
    for _ in range(50):
        printed.feed(flood * 13_000)  # a megabyte at a time
    assert len(printed) == 5000
    assert time.process_time() - began < 5


def test_a_line_without_an_end_is_cut() -> None:
    assert len(lines(fed("x" * 100_000))[0]) <= 4000


def test_a_mark_stands_on_a_line_of_its_own() -> None:
    printed = fed("unfinished")
    printed.mark((Span("exit 0", "dim"),))
    printed.feed("next\n")
    assert lines(printed) == ["unfinished", "exit 0", "next"]


def test_a_slice_is_what_is_in_sight() -> None:
    printed = fed(*(f"{number}\n" for number in range(10)), "end")
    assert [text(each) for each in printed.slice(8, 5)] == ["8", "9", "end"]
