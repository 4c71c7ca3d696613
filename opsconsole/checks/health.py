"""What an endpoint should answer, and how soon."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Self

import msgspec

from opsconsole.checks.quantities import Duration
from opsconsole.checks.thresholds import worst_of
from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.readings import HealthReading

Status = Annotated[int, msgspec.Meta(ge=100, le=599)]


class Body(str):
    """Text that must stand in an answer, or a regular expression between slashes."""

    __slots__ = ()

    @classmethod
    def read(cls, written: Any) -> Self:
        """From the stack file; ValueError with a sentence."""
        if not isinstance(written, str) or not written:
            raise ValueError("text that stands in the answer is wanted here, or /a regular expression/")
        try:
            _pattern(written)
        except re.error as fault:
            raise ValueError(f"this is no regular expression: {fault}") from None
        return cls(written)

    def stands_in(self, text: str) -> bool:
        """Whether it is found in `text`."""
        return _pattern(self).search(text) is not None


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`status` is one code or several (200 to 299 where none is given), and `body` must be in the answer.

    Slower than `within` is DEGRADED, all else that is wrong DOWN.
    """

    status: Status | tuple[Status, ...] = ()
    within: Duration | None = None
    body: Body | None = None


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """The worst of status, body and time."""
    reading: HealthReading = sample.value
    measured = f"{reading.status} in {duration(reading.latency)}"
    fine = Verdict(Level.OK, f"answers {measured}", measured, _expected(expect))
    return worst_of([fine, *_faults(expect, reading, measured)])


def _faults(expect: Expect, reading: HealthReading, measured: str) -> Iterator[Verdict]:
    expected = _expected(expect)
    if not _fits(expect.status, reading.status):
        said = f": {one_line(reading.body, 80)}" if reading.status >= 500 and reading.body.strip() else ""
        reason = f"answers {reading.status}, expected {_codes(expect.status)}{said}"
        yield Verdict(Level.DOWN, reason, measured, expected)
    if expect.body is not None and not expect.body.stands_in(reading.body):
        reason = f"answers {reading.status}, but without {one_line(expect.body, 60)} in it"
        yield Verdict(Level.DOWN, reason, measured, expected)
    if expect.within is not None and reading.latency > expect.within:
        reason = f"took {duration(reading.latency)}, over {duration(expect.within)}"
        yield Verdict(Level.DEGRADED, reason, measured, expected)


def _pattern(body: str) -> re.Pattern[str]:
    inner = body[1:-1] if len(body) > 2 and body[0] == body[-1] == "/" else re.escape(body)
    return re.compile(inner)


def _fits(wanted: int | tuple[int, ...], status: int) -> bool:
    if wanted == ():
        return 200 <= status <= 299
    return status == wanted if isinstance(wanted, int) else status in wanted


def _codes(wanted: int | tuple[int, ...]) -> str:
    if wanted == ():
        return "200 to 299"
    return str(wanted) if isinstance(wanted, int) else " or ".join(str(code) for code in wanted)


def _expected(expect: Expect) -> str:
    return _codes(expect.status) + (f" within {duration(expect.within)}" if expect.within is not None else "")
