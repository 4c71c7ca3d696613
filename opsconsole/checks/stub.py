"""Whether an endpoint that should tell how a service is looks at what the service depends on.

This check looks at another one's standing beside its own sample (see `BESIDE` in `checks/__init__.py`): while what
the endpoint depends on is down, an answer that says that all is well was made by nobody who looked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from opsconsole.checks.health import Body
from opsconsole.checks.quantities import Duration
from opsconsole.model.check import Standing
from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.readings import HealthReading


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`depends` names the checks on what the endpoint depends on.

    While one of them is DOWN the endpoint must not answer 200 to 299, or its answer must have `names` in it (text, or
    /a regular expression/). It has `after` to notice. Otherwise it is a stub, which is DOWN.
    """

    depends: tuple[str, ...]
    names: Body | None = None
    after: Duration = Duration(10)

    def __post_init__(self) -> None:
        if not self.depends:
            raise ValueError("depends names no check, so there is nothing to compare with")


def judge(expect: Expect, sample: Sample, past: Sequence[Sample], beside: Mapping[str, Standing]) -> Verdict:
    """Only while something is down can it be told; until then the endpoint has the benefit of the doubt."""
    down = [standing for standing in beside.values() if _is_down(standing)]
    if sample.problem is not None:
        # While what it depends on is down, no answer at all is an honest one.
        return sample.problem.verdict() if not down else Verdict(Level.OK, "does not answer, as it should not now")
    reading: HealthReading = sample.value
    measured = f"{reading.status}"
    if not down:
        return Verdict(
            Level.OK, f"answers {measured}; what it depends on is not down, so more cannot be told", measured
        )
    named = one_line(" and ".join(standing.check.name for standing in down), 120)
    expected = f"no 2xx while {named} is DOWN"
    if not 200 <= reading.status <= 299:
        return Verdict(Level.OK, f"answers {measured} while {named} is DOWN", measured, expected)
    if expect.names is not None and expect.names.stands_in(reading.body):
        return Verdict(Level.OK, f"names {one_line(expect.names, 60)} while {named} is DOWN", measured, expected)
    if past and all(sample.at - standing.since < expect.after for standing in down):
        return Verdict(Level.OK, f"answers {measured}; {named} is DOWN only just now", measured, expected)
    return Verdict(Level.DOWN, f"answers {measured} while {named} is DOWN: a stub", measured, expected)


def _is_down(standing: Standing) -> bool:
    return standing.level is Level.DOWN and standing.blocked_by is None
