"""Text from outside reaches the screen as text, and as nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.model.text import one_line, plain


@pytest.mark.parametrize(
    ("hostile", "left"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b[Hgone", "gone"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]52;c;Zm9v\x1b\\text", "text"),
        ("\x1bP1$r0m\x1b\\after", "after"),
        ("\x1bc reset", " reset"),
        ("a\x9b31mb", "a31mb"),
        ("bell\x07 and back\x08space", "bell and backspace"),
        ("right\u202eto left", "rightto left"),
        ("tabs\tand\nlines stay", "tabs\tand\nlines stay"),
        ("[bold]markup[/] stays [0] as it is", "[bold]markup[/] stays [0] as it is"),
    ],
)
def test_escapes_and_controls_are_taken_out(hostile, left):
    assert plain(hostile) == left


@given(st.text(alphabet=st.characters(max_codepoint=0x2FFF)))
def test_nothing_that_moves_a_terminal_is_left(text):
    assert not any((ord(c) < 32 and c not in "\t\n") or 0x7F <= ord(c) <= 0x9F for c in plain(text))


@given(st.text())
def test_one_line_is_one_line_and_bounded(text):
    line = one_line(text, 40)
    assert "\n" not in line
    assert len(line) <= 40
