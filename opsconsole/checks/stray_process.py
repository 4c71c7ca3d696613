"""Processes that look like those of the stack and belong to no unit and no container of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.runtime import Stray, StrayReading

_ARGV: Final = 80  # characters of a command line that are shown


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """More than `most` is DOWN: it may serve an old version, or write to the same database."""

    most: Annotated[int, msgspec.Meta(ge=0)] = 0


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """The first is described, the others are counted with their pids."""
    reading: StrayReading = sample.value
    count = len(reading.strays)
    expected = "none" if not expect.most else f"at most {expect.most}"
    if count <= expect.most:
        return Verdict(
            Level.OK,
            f"{reading.matched} such processes, none astray" if not count else f"{count} astray",
            f"{count}",
            expected,
        )
    others = [str(stray.process.pid) for stray in reading.strays[1:]]
    more = f"; also {', '.join(others[:8])}" if others else ""
    return Verdict(Level.DOWN, _told(reading.strays[0]) + more, f"{count} astray", expected)


def _told(stray: Stray) -> str:
    process = stray.process
    where = f" in {one_line(stray.belongs, 60)}" if stray.belongs else ""
    who = f", started from {one_line(stray.started_by, 60)}" if stray.started_by else ""
    if not stray.started_by and not stray.belongs and process.ppid <= 1:
        who = ", left running by whoever started it"
    argv = one_line(" ".join(process.argv), _ARGV)
    return f"process {process.pid} of user {process.user} belongs to nothing of this stack{where}{who}: {argv}"
