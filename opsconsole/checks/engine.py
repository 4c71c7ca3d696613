"""Whether the container engine answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.readings import EngineReading


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Nothing to say: it answers, or its sample is a problem."""


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """An engine that answers is OK."""
    reading: EngineReading = sample.value
    return Verdict(
        Level.OK, f"engine {one_line(reading.version, 40)} answers", one_line(reading.version, 40), "answers"
    )
