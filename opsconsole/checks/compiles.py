"""Python that compiles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.programs import CompilesReading

_FEW: Final = 3


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Nothing is left to choose: every file compiles."""


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """The first files that do not, each with its line; and which Python says so, as they differ."""
    reading: CompilesReading = sample.value
    by = f"Python {one_line(reading.version, 20)}"
    files = f"{reading.files} files" if reading.files != 1 else "1 file"
    if not reading.broken:
        return Verdict(Level.OK, f"{files} compile with {by}" if reading.files != 1 else f"{files} compiles with {by}")
    count = len(reading.broken)
    named = [f"{one_line(path, 80)}:{line} {one_line(why, 60)}" for path, line, why in reading.broken[:_FEW]]
    more = f" and {count - _FEW} more" if count > _FEW else ""
    return Verdict(Level.DOWN, f"{', '.join(named)}{more} ({by})", f"{count} of {files}", "none")
