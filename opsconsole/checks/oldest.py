"""How long the first message of a queue may wait."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from opsconsole.checks.quantities import Duration
from opsconsole.checks.thresholds import at_most, crossed, need_order
from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.readings import BrokerReading, Queue


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Longer than so, in any one queue."""

    degraded: Duration | None = None
    down: Duration | None = None

    def __post_init__(self) -> None:
        if self.degraded is None and self.down is None:
            raise ValueError("nothing is expected: give degraded or down")
        need_order(duration, ("degraded", self.degraded), ("down", self.down))


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """By the oldest message of all queues, which is named.

    An age of "at least" counts as that age: what waits longer is worse, never better. A broker that keeps no times
    tells no age at the first look; this is OK with a word and not UNKNOWN, for the queue itself was read, depth
    judges it, and `opsconsole status` would never be green on such a broker.
    """
    reading: BrokerReading = sample.value
    aged = [(queue.oldest, queue) for queue in reading.queues if queue.waiting and queue.oldest is not None]
    ageless = [queue for queue in reading.queues if queue.waiting and queue.oldest is None]
    threshold = expect.degraded if expect.degraded is not None else expect.down
    if not aged:
        reason = f"age of {_name(ageless[0])} not known yet: it needs a history" if ageless else "nothing waits"
        return Verdict(Level.OK, reason, "", at_most(threshold, duration))
    age, queue = max(aged, key=lambda pair: pair[0])
    over = crossed(age, expect.degraded, expect.down)
    measured = f"≥ {duration(age)}" if queue.oldest_at_least else duration(age)
    reason = f"{_name(queue)} waits {measured}"
    if over.bad and over.threshold is not None:
        reason += f", over {duration(over.threshold)}"
    return Verdict(over.level, reason, measured, at_most(over.threshold, duration))


def _name(queue: Queue) -> str:
    return one_line(queue.name, 60)
