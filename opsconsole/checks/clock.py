"""Whether a clock is read in the zone that it should be, and whether it is kept right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from opsconsole.checks.quantities import Span
from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.runtime import ClockReading

_ALWAYS_ZERO: Final = re.compile(r"(?:<[\w+-]+>|[A-Za-z]+)[+-]?0+(?::00){0,2}")
_UTC: Final = frozenset({"UTC", "Etc/UTC", "UCT", "Etc/UCT", "Zulu", "Etc/Zulu", "Universal", "Etc/Universal", "UTC0"})


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`zone` is a name like `Europe/Moscow`; UTC is any zone that is never anything else.

    Of the box alone: `synchronised` (it must be kept right by NTP), and `off`, the most that it may be wrong by.
    A wrong zone is DEGRADED: what is written down from now on is wrong, but everything runs.
    """

    zone: str = "UTC"
    synchronised: bool | None = None
    off: Span | None = None


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """The zone first; what nobody can tell of a clock's rightness is UNKNOWN, where it was asked for."""
    reading: ClockReading = sample.value
    if not _is_zone(reading, expect.zone):
        where = one_line(reading.source, 60)
        reason = f"the clock is read in {one_line(reading.zone, 40)} ({where}), expected {expect.zone}"
        return Verdict(Level.DEGRADED, reason, one_line(reading.zone, 40), expect.zone)
    right = _rightness(expect, reading)
    fine = f"in {one_line(reading.zone, 40)}" + (", kept right" if reading.synchronised else "")
    return right or Verdict(Level.OK, fine, one_line(reading.zone, 40), expect.zone)


def _is_zone(reading: ClockReading, wanted: str) -> bool:
    if wanted not in _UTC:
        return reading.zone == wanted
    return bool(_ALWAYS_ZERO.fullmatch(reading.rule)) if reading.rule else reading.zone in _UTC


def _rightness(expect: Expect, reading: ClockReading) -> Verdict | None:
    if expect.synchronised is not None and reading.synchronised is None:
        return Verdict(Level.UNKNOWN, "whether the clock is kept right cannot be told here")
    if expect.synchronised and not reading.synchronised:
        return Verdict(Level.DEGRADED, "nothing keeps the clock right: it is not synchronised", "", "synchronised")
    if expect.off is None:
        return None
    if reading.off is None:
        return Verdict(Level.UNKNOWN, "by how much the clock may be wrong cannot be told here")
    if reading.off > expect.off:
        adrift = "; nothing keeps it right" if reading.synchronised is False else ""
        measured, expected = f"up to {duration(reading.off)} off", f"at most {duration(expect.off)} off"
        return Verdict(
            Level.DEGRADED,
            f"the clock may be {duration(reading.off)} off, over {duration(expect.off)}{adrift}",
            measured,
            expected,
        )
    return None
