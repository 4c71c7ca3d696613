"""Waiting ends with the value that was waited for, or says what was missing."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.waiting import wait_for, wait_until


async def test_the_first_value_that_counts_is_given_back() -> None:
    values = iter([None, 0, "", "here"])
    assert await wait_for("a word", lambda: next(values)) == "here"


async def test_a_condition_may_itself_have_to_wait() -> None:
    async def condition() -> int:
        await asyncio.sleep(0)
        return 7

    assert await wait_for("seven", condition) == 7


async def test_what_never_comes_is_named_with_the_last_look() -> None:
    with pytest.raises(AssertionError, match=r"waited 0 s for the moon; the last look gave \[\]"):
        await wait_for("the moon", lambda: [], within=0)


def test_without_a_loop_it_is_the_same() -> None:
    values = iter([0, 3])
    assert wait_until("three", lambda: next(values)) == 3
    with pytest.raises(AssertionError, match="for the sun"):
        wait_until("the sun", lambda: None, within=0)
