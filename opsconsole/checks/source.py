"""A source tree in which nothing forbidden stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.paths import SourceReading

_FEW: Final = 4


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`most`: as many places are let be, for a tree that is being cleaned; more is DOWN."""

    most: Annotated[int, msgspec.Meta(ge=0)] = 0


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """The first places by file and line; a file that could not be looked at leaves it UNKNOWN."""
    reading: SourceReading = sample.value
    count = len(reading.places)
    expected = f"at most {expect.most}" if expect.most else "none"
    files = f"{reading.files} files" if reading.files != 1 else "1 file"
    if count > expect.most:
        named = [f"{one_line(path, 80)}:{line} {one_line(what, 60)}" for path, line, what in reading.places[:_FEW]]
        more = f" and {count - _FEW} more" if count > _FEW else ""
        return Verdict(Level.DOWN, ", ".join(named) + more, f"{count} in {files}", expected)
    if reading.unread:
        path, why = reading.unread[0]
        more = f", and {len(reading.unread) - 1} more files are like that" if len(reading.unread) > 1 else ""
        return Verdict(Level.UNKNOWN, f"{one_line(path, 80)} {one_line(why, 100)}{more}", "", expected)
    return Verdict(Level.OK, f"{count or 'nothing'} in {files}", f"{count} in {files}", expected)
