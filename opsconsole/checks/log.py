"""What must, and what must not, stand in the end of a log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import msgspec

from opsconsole.checks.patterns import Pattern, compiled
from opsconsole.checks.thresholds import crossed, need_order, worst_of
from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.paths import LogReading

Count = Annotated[int, msgspec.Meta(ge=0)]


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Texts or /regular expressions/, looked for line by line.

    `must`: each stands in at least `least` lines, else DOWN. `never`: each stands in no line; where a few are no
    harm, more than `degraded` and more than `down` lines say from where on they are.
    """

    must: tuple[Pattern, ...] = ()
    never: tuple[Pattern, ...] = ()
    least: Annotated[int, msgspec.Meta(ge=1)] = 1
    degraded: Count | None = None
    down: Count | None = None

    def __post_init__(self) -> None:
        """There is something to look for, and the thresholds are in order."""
        if not self.must and not self.never:
            raise ValueError("nothing is looked for: give must or never")
        need_order(str, ("degraded", self.degraded), ("down", self.down))


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """The newest line with what must not be there is in the reason."""
    reading: LogReading = sample.value
    looked = f"{len(reading.lines)} lines" if len(reading.lines) != 1 else "1 line"
    fine = Verdict(Level.OK, f"nothing in {looked} that must not be there" if expect.never else f"all in {looked}")
    return worst_of([fine, *_never(expect, reading), *_must(expect, reading, looked)])


def _never(expect: Expect, reading: LogReading) -> Iterator[Verdict]:
    down = 0 if expect.degraded is None and expect.down is None else expect.down
    for pattern in expect.never:
        found = [line for line in reading.lines if compiled(pattern).search(line)]
        over = crossed(len(found), expect.degraded, down)
        if over.bad and over.threshold is not None:
            times = "once" if len(found) == 1 else f"{len(found)} times"
            limit = f", over {over.threshold}" if over.threshold else ""
            reason = f"{one_line(pattern, 60)} {times}{limit}: {one_line(found[-1], 120)}"
            yield Verdict(over.level, reason, times, f"at most {over.threshold}" if over.threshold else "never")


def _must(expect: Expect, reading: LogReading, looked: str) -> Iterator[Verdict]:
    for pattern in expect.must:
        found = sum(1 for line in reading.lines if compiled(pattern).search(line))
        if found < expect.least:
            times = "not" if not found else f"only {found} times"
            bound = ", which is all that was read" if reading.cut else ""
            reason = f"{one_line(pattern, 60)} is {times} in {looked}{bound}"
            yield Verdict(Level.DOWN, reason, str(found), f"at least {expect.least}")
