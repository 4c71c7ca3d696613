"""What the queue pane says of messages that come and go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from opsconsole.model.readings import BrokerReading, Queue
from opsconsole.model.sample import Sample, Target
from opsconsole.tui.panes import PANES
from opsconsole.tui.presentation.spans import text
from opsconsole.tui.presentation.view import View
from tests.support.snapshots import NOW, Maker


def shown(queue: Callable[[int], Queue], size: int = 78) -> str:
    """The row of a queue that was looked at each second for half a minute; `queue` gives it at each look."""
    make = Maker()
    looks = [BrokerReading("celery", (queue(second),), workers=2) for second in range(31)]
    target = make.read(Target("queue", "broker"), looks[-1])
    past = tuple(Sample(target, NOW - 30 + second, value) for second, value in enumerate(looks))
    snapshot = replace(make.snapshot(), past={target: past})
    kind = next(kind for kind in PANES if kind.name == "queues")
    return text(kind.rows(View.of(snapshot), size)[0].lines[0])


def test_a_depth_that_stands_still_shows_what_moves() -> None:
    row = shown(lambda second: Queue("ai", 40, 3.0, added=12 * second, taken=12 * second))
    assert "in 12/s  out 12/s" in row


def test_nobody_takes_what_comes_in() -> None:
    row = shown(lambda second: Queue("ai", 40 + 2 * second, 3.0, added=2 * second, taken=0))
    assert "in 2.0/s  out 0/s" in row


def test_a_rate_that_may_be_higher_says_so() -> None:
    row = shown(lambda second: Queue("ai", 4, 3.0, added=2 * second, taken=3 * second, unsure=second > 20))
    assert "in ≥2.0/s  out ≥3.0/s" in row


def test_what_was_missed_long_ago_does_not_make_a_rate_unsure() -> None:
    assert "≥" not in shown(lambda second: Queue("ai", 4, 3.0, added=2 * second, taken=2 * second, unsure=5))


def test_where_nobody_counts_the_net_rate_stands() -> None:
    row = shown(lambda second: Queue("ai", 12 * second, 3.0))
    assert "+12/s" in row
    assert "in " not in row


def test_a_count_that_began_anew_is_no_rate() -> None:
    row = shown(lambda second: Queue("ai", 12 * second, 3.0, added=second % 30, taken=900 - second))
    assert "+12/s" in row


def test_in_a_narrow_pane_the_course_goes_first_then_both_rates_become_one() -> None:
    def growing(second: int) -> Queue:
        return Queue("ai", 12 * second, 3.0, added=12 * second, taken=0)

    assert "in 12/s  out 0/s" in shown(growing, 56)
    assert "2 workers" in shown(growing, 56)
    assert "+12/s" in shown(growing, 38)
