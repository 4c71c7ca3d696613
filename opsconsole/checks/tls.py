"""How long a certificate is still good, for whom it is, and whether it is trusted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from opsconsole.checks.quantities import Span
from opsconsole.checks.thresholds import worst_of
from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.runtime import TlsReading

_DAY: Final = 86400
_NAMES: Final = 3  # of a certificate that are listed


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """With less than `degraded` left it is DEGRADED, with less than `down` or nothing DOWN.

    `host` is the name that it must be for: in a `[[check]]` that names an address it is that address's host, or its
    `server_name`. `trusted = false`: one that no known authority has signed is good enough.
    """

    degraded: Span = Span(14 * _DAY)
    down: Span = Span(2 * _DAY)
    host: str | None = None
    trusted: bool = True

    def __post_init__(self) -> None:
        if self.down > self.degraded:
            raise ValueError(
                f"down ({duration(self.down)} left) is more than degraded ({duration(self.degraded)} left)"
            )


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """The worst of its time, its names and its chain."""
    reading: TlsReading = sample.value
    left = reading.ends - sample.at
    measured = f"{duration(left)} left" if left > 0 else f"ran out {duration(-left)} ago"
    expected = f"at least {duration(expect.degraded)} left"
    fine = Verdict(Level.OK, f"good for {duration(max(left, 0))}", measured, expected)
    faults = (Verdict(level, reason, measured, expected) for level, reason in _faults(expect, reading, sample.at))
    return worst_of([fine, *faults])


def _faults(expect: Expect, reading: TlsReading, now: float) -> Iterator[tuple[Level, str]]:
    left = reading.ends - now
    if left <= 0:
        yield Level.DOWN, f"the certificate ran out {duration(-left)} ago"
    elif left < expect.down:
        yield Level.DOWN, f"the certificate runs out in {duration(left)}"
    elif left < expect.degraded:
        yield Level.DEGRADED, f"the certificate runs out in {duration(left)}, less than {duration(expect.degraded)}"
    if reading.begins > now:
        yield Level.DOWN, f"the certificate is only good in {duration(reading.begins - now)}; is a clock wrong?"
    if expect.host is not None and not any(_is_for(name, expect.host.lower()) for name in reading.names):
        shown = ", ".join(reading.names[:_NAMES]) or "nobody"
        more = f" and {len(reading.names) - _NAMES} more" if len(reading.names) > _NAMES else ""
        yield Level.DOWN, f"the certificate is for {shown}{more}, not for {one_line(expect.host, 80)}"
    if expect.trusted and reading.trusted is False:
        by = "itself" if reading.self_signed else reading.issuer or "somebody unnamed"
        yield Level.DOWN, f"the certificate is not trusted: {reading.why or 'no reason given'} (signed by {by})"


def _is_for(name: str, host: str) -> bool:
    """A star stands for the first label alone (RFC 6125)."""
    if name.startswith("*."):
        first, dot, rest = host.partition(".")
        return bool(first and dot) and rest == name[2:]
    return name == host
