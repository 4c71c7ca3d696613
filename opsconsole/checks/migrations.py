"""A schema that is where its files say: nothing waits, and nothing failed half way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.databases import MigrationsReading

_FEW: Final = 4


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`newer = true`: the database may have what no file here explains, as after a rollback of the code alone.

    Failed and pending ones are DOWN, and what no file explains is DEGRADED.
    """

    newer: bool = False


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """Failed before pending: what waits cannot come before what failed is repaired."""
    reading: MigrationsReading = sample.value
    at = one_line(", ".join(reading.applied[-2:]), 80) or "nothing"
    told = [
        f"{what}: {_names(names)}"
        for what, names in (("failed", reading.failed), ("pending", reading.pending))
        if names
    ]
    if told:
        return Verdict(Level.DOWN, f"{'; '.join(told)} (applied: {at})", told[0], "all applied")
    if reading.strange and not expect.newer:
        reason = f"the database has {_names(reading.strange)}, which no file here explains: is this code older?"
        return Verdict(Level.DEGRADED, reason, at, "all known")
    return Verdict(Level.OK, f"all applied, up to {at}", at, "all applied")


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return ", ".join(one_line(name, 60) for name in names[:_FEW]) + more
