"""Which key strokes may answer a question, by the clock alone."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from opsconsole.model.questions import AskConfirm
from opsconsole.tui.attention import QUIET, Attention
from tests.tui.fakes import CHANGE, LOOK

LOOKS = AskConfirm(0, 0, "ls", "no", "here", LOOK)
CHANGES = AskConfirm(1, 0, "up", "yes", "here", CHANGE)


def test_a_key_before_the_painting_or_right_after_it_does_not_answer() -> None:
    attention = Attention()
    attention.turn_to(CHANGES)
    assert not attention.typed("k", 9.9)
    attention.painted(10.0)
    assert not attention.typed("s", 10.1)
    assert attention.typed("s", 10.4)


def test_a_deliberate_key_answers_as_soon_as_it_is_offered() -> None:
    attention = Attention()
    attention.turn_to(CHANGES)
    offered = attention.painted(10.0)
    assert attention.is_ready(offered)
    assert attention.typed("y", offered)


def test_the_next_change_is_offered_only_when_the_key_for_the_last_was_let_go() -> None:
    attention = Attention()
    attention.turn_to(CHANGES)
    attention.painted(10.0)
    assert attention.typed("y", 11.0)
    attention.turn_to(replace(CHANGES, part=1))
    offered = attention.painted(11.05)
    assert offered >= 11.7
    assert attention.typed("y", offered)


def test_looks_may_follow_each_other_quickly() -> None:
    attention = Attention()
    attention.turn_to(LOOKS)
    attention.painted(10.0)
    assert attention.typed("enter", 10.2)
    attention.turn_to(replace(LOOKS, part=1))
    attention.painted(10.21)
    assert attention.typed("enter", 10.4)


@given(st.floats(0.2, 0.65), st.floats(0.01, 0.14), st.integers(1, 60))
def test_a_key_held_down_never_answers_twice(delay: float, pace: float, times: int) -> None:
    attention = Attention()
    attention.turn_to(CHANGES)
    attention.painted(0.0)
    answered = 0
    strokes = [1.0, *(1.0 + delay + pace * number for number in range(times))]
    for at in strokes:
        if attention.typed("y", at):
            answered += 1
            attention.turn_to(replace(CHANGES, part=answered))
            attention.painted(at + 0.02)
    assert answered == 1


@given(st.lists(st.floats(0, 5), min_size=1, max_size=20).map(sorted))
def test_nothing_answers_within_a_moment_of_the_painting(strokes: list[float]) -> None:
    attention = Attention()
    attention.turn_to(LOOKS)
    attention.painted(2.0)
    for at in strokes:
        if attention.typed("enter", at):
            assert at >= 2.0 + QUIET
