"""Whether something runs as often as it should: no more and no less."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.runtime import ReplicasReading

_NAMED: Final = 4


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Exactly `count` of it; any other number is DOWN: one too many may lose data just as one too few."""

    count: Annotated[int, msgspec.Meta(ge=0)] = 1


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """What runs is named, so that the one too many can be found."""
    reading: ReplicasReading = sample.value
    running = len(reading.running)
    measured, expected = f"{running} running", f"exactly {expect.count}"
    if running == expect.count:
        return Verdict(Level.OK, f"{running} running, as expected", measured, expected)
    named = ", ".join(one_line(name, 40) for name in reading.running[:_NAMED])
    more = f" and {running - _NAMED} more" if running > _NAMED else ""
    who = f": {named}{more}" if named else ""
    asleep = f"; {len(reading.asleep)} not running" if reading.asleep and running < expect.count else ""
    what = one_line(reading.what, 80)
    return Verdict(Level.DOWN, f"{what} runs {running} times, expected {expect.count}{who}{asleep}", measured, expected)
