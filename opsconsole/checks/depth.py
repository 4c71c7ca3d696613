"""How many messages may wait in a queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from opsconsole.checks.thresholds import at_most, crossed, need_order
from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.units import count
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.readings import BrokerReading


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """More than so many in any one queue. `degraded = 0`: nothing may wait. Nothing given: that the broker answers."""

    degraded: int | None = None
    down: int | None = None

    def __post_init__(self) -> None:
        if any(limit is not None and limit < 0 for limit in (self.degraded, self.down)):
            raise ValueError("a number of messages is 0 or more")
        need_order(count, ("degraded", self.degraded), ("down", self.down))


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """By the fullest queue, which is named."""
    reading: BrokerReading = sample.value
    fullest = max(reading.queues, key=lambda queue: queue.waiting, default=None)
    if fullest is None:
        return Verdict(Level.OK, "answers; no queue yet", "", at_most(expect.degraded, count))
    over = crossed(fullest.waiting, expect.degraded, expect.down)
    name, waiting = one_line(fullest.name, 60), count(fullest.waiting)
    if over.bad:
        reason = f"{name} holds {waiting}, over {count(over.threshold or 0)}"
    elif fullest.waiting:
        reason = f"{name} holds {waiting}"
    else:
        reason = "empty" if len(reading.queues) == 1 else "all empty"
    return Verdict(over.level, reason, waiting, at_most(over.threshold, count))
