"""The header says whether anybody is told when nobody looks."""

from __future__ import annotations

import pytest

from opsconsole.tui.presentation import header
from opsconsole.tui.presentation.last_watch import last_watch
from opsconsole.tui.presentation.spans import text
from opsconsole.watch.alerts.claim import LastRound
from tests.support.snapshots import NOW, everything_wrong


@pytest.mark.parametrize(
    ("last", "wanted", "says", "wrong"),
    [
        (None, False, "", False),
        (None, True, "no watch has run", True),
        (LastRound(NOW - 3, 300), True, "watch just now", False),
        (LastRound(NOW - 150, 300), False, "watch 2 m ago", False),
        (LastRound(NOW - 600, 300), True, "watch 10 m ago", False),
        (LastRound(NOW - 601, 300), True, "watch silent for 10 m", True),
        (LastRound(NOW - 9, 300, 1, {"telegram": "401", "hook": "x"}), True, "watch: telegram, hook failing", True),
        (LastRound(NOW + 50, 300), True, "watch just now", False),
    ],
)
def test_what_is_said_of_it(last, wanted, says, wrong):
    said, is_wrong = last_watch(last, wanted=wanted, now=NOW)
    assert (text(said), is_wrong) == (says, wrong)


def said_at(size: int, last: LastRound | None) -> str:
    watch = last_watch(last, wanted=True, now=NOW)
    return text(header.lines(everything_wrong(), "shop", size, 24, "prod-1", NOW, read_only=False, watch=watch)[0])


def test_a_sound_one_is_told_where_there_is_room_and_a_wrong_one_sooner_but_never_for_the_verdict():
    assert ["watch 2 m ago" in said_at(size, LastRound(NOW - 120, 300)) for size in (120, 80)] == [True, False]
    assert ["no watch" in said_at(size, None) for size in (120, 80, 40)] == [True, True, False]
    assert all(" DOWN " in said_at(size, None) for size in (120, 80, 40))
