"""A past reads like a list, whatever was added after it was handed out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.model.verdict import Level
from opsconsole.watch.past import MOST, Past
from tests.watch.told import says


def past_of(*times: float) -> Past:
    past = Past()
    for at in times:
        past = past.followed_by(says("x", Level.OK, at))
    return past


places = st.none() | st.integers(-12, 12)


@given(length=st.integers(0, 10), start=places, stop=places, step=st.sampled_from([None, 1, 2, 3, -1, -2]))
def test_it_is_sliced_like_a_list(length, start, stop, step):
    past = past_of(*range(0, length * 200, 200))
    assert list(past[start:stop:step]) == list(past)[start:stop:step]


@given(length=st.integers(0, 6), place=st.integers(-8, 8))
def test_it_is_indexed_like_a_list(length, place):
    past = past_of(*range(length))
    whole = list(past)
    if -length <= place < length:
        assert past[place] is whole[place]
    else:
        with pytest.raises(IndexError):
            past[place]


def test_two_that_follow_from_the_same_one_do_not_see_each_other():
    root = past_of(1, 2)
    left, right = root.followed_by(says("x", Level.OK, 3)), root.followed_by(says("x", Level.DOWN, 4))
    assert [s.at for s in root] == [1, 2]
    assert [s.at for s in left] == [1, 2, 3]
    assert [s.at for s in right] == [1, 2, 4]


def test_it_is_bounded_even_when_time_stands_still():
    past = past_of(*[5.0] * (MOST + 500))
    assert len(past) == MOST
    assert len(past._samples) < 3 * MOST, "what nobody can see any more is let go of"
