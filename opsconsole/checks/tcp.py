"""Whether a port takes connections, how soon, and with which greeting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from opsconsole.checks.health import Body
from opsconsole.checks.quantities import Duration
from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.runtime import TcpReading


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """That it takes connections goes without saying.

    `within`: slower is DEGRADED. `greeting` is text that must stand in the first line said there, or /a regular
    expression/ (`SSH-2.0`, `220 `); without it DOWN.
    """

    within: Duration | None = None
    greeting: Body | None = None


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """The greeting first: who answers is more than how soon."""
    reading: TcpReading = sample.value
    measured = f"connected in {duration(reading.latency)}"
    expected = f"within {duration(expect.within)}" if expect.within is not None else ""
    if expect.greeting is not None and not expect.greeting.stands_in(reading.greeting):
        said = f"says {reading.greeting!r}" if reading.greeting else "says nothing"
        wanted = one_line(expect.greeting, 60)
        return Verdict(Level.DOWN, f"takes connections, but {one_line(said, 100)}, expected {wanted}", said, wanted)
    if expect.within is not None and reading.latency > expect.within:
        reason = f"took {duration(reading.latency)} to connect, over {duration(expect.within)}"
        return Verdict(Level.DEGRADED, reason, measured, expected)
    return Verdict(Level.OK, measured, measured, expected)
