"""What may pass from a program to the person's own terminal, and which modes it leaves there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.run.modes import Modes
from opsconsole.run.passing import Passing
from opsconsole.run.printed import Lines, without_screens

DRAWN = [
    b"text \xd1\x8f\xe2\x9c\x93\xf0\x9f\x92\xa5\r\n",
    b"\x1b[1;31mred\x1b[0m",
    b"\x1b[2J\x1b[H\x1b[10;20H",
    b"\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?1006h",
    b"\x1b7\x1b8\x1b=\x1b(B\x1bM\x1bc",
    b"\x1b[c\x1b[6n\x1b[>c",
    b"\x00\x07\x0e\x0f",
]
REACHING = [
    b"\x1b]52;c;cm0gLXJmIC8=\x07",
    b"\x1b]0;another title\x1b\\",
    b"\x1b]4;1;rgb:00/00/00\x07",
    b'\x1bP$q"p\x1b\\',
    b"\x1b_payload\x1b\\",
    b"\x1b[21t",
    b"\x1b[8;1;1t",
    b"\x1b[5i",
    b"\x05",
    b"\xc2\x9d52;c;eA==\xc2\x9c",
    b"\xc2\x9b21t",
]


def passed(pieces: list[bytes]) -> bytes:
    passing = Passing()
    return b"".join(passing.feed(piece) for piece in pieces)


@pytest.mark.parametrize("drawn", DRAWN)
def test_what_draws_passes_as_it_is(drawn: bytes) -> None:
    assert passed([b"<", drawn, b">"]) == b"<" + drawn + b">"


@pytest.mark.parametrize("reaching", REACHING)
def test_what_reaches_beyond_the_window_does_not_pass(reaching: bytes) -> None:
    assert passed([b"<" + reaching + b">"]) == b"<>"


def cut(data: st.DataObject, whole: bytes) -> list[bytes]:
    places = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    return [whole[begin:end] for begin, end in zip([0, *places], [*places, len(whole)], strict=True)]


@given(st.lists(st.sampled_from(DRAWN + REACHING), max_size=6), st.data())
def test_it_does_not_matter_in_which_pieces_it_comes(parts: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(parts) + b"."
    assert passed(cut(data, whole)) == b"".join(part for part in parts if part in DRAWN) + b"."


@given(st.binary(max_size=200))
def test_no_string_that_a_terminal_obeys_gets_through_whatever_comes(noise: bytes) -> None:
    shown = passed([noise, b"\x1b\\"])
    assert not any(begin in shown for begin in (b"\x1b]", b"\x1bP", b"\x1bX", b"\x1b^", b"\x1b_", b"\xc2\x9d"))


@given(st.lists(st.sampled_from([b"\x1b[?1049h", b"\x1b[?25l", b"\x1b[?1000;1006h", b"\x1b=", b"words"])), st.data())
def test_modes_are_known_in_whatever_pieces_they_come_and_can_be_undone(
    parts: list[bytes], data: st.DataObject
) -> None:
    modes, other = Modes(), Modes()
    for piece in cut(data, b"".join(parts)):
        modes.feed(piece)
    assert modes.full_screen == (b"\x1b[?1049h" in parts)
    other.feed(modes.as_set())
    assert other.as_set() == modes.as_set()
    other.feed(modes.undone())
    assert other.as_set() in (b"", b"\x1b>")


def test_a_screen_that_was_left_already_is_not_left_once_more() -> None:
    """Leaving it twice would make the cursor leap to where it was before."""
    modes = Modes()
    modes.feed(b"\x1b[?1049h...\x1b[?1049l")
    assert b"1049" not in modes.undone()


VIM = "\x1b[?1049h\x1b[2J~ ~ ~ drawn\x1b[?1049l"


@given(st.data())
def test_what_a_full_screen_program_drew_is_no_line_of_the_output(data: st.DataObject) -> None:
    whole = f"before\n{VIM}between\n{VIM}after"
    places = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    lines = Lines()
    pieces = (whole[begin:end] for begin, end in zip([0, *places], [*places, len(whole)], strict=True))
    read = "".join(map(lines.feed, pieces))
    assert read == "before\n[a full-screen program]between\n[a full-screen program]after"


def test_the_end_of_an_output_may_begin_in_the_midst_of_a_screen() -> None:
    assert without_screens(VIM[20:] + "after") == "[a full-screen program]after"
