"""Which checks speak about which target, and what that means for a row. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from opsconsole.model.verdict import Level

if TYPE_CHECKING:
    from opsconsole.model.check import Standing
    from opsconsole.model.sample import Sample, Target
    from opsconsole.model.snapshot import Snapshot

Standings: TypeAlias = "Mapping[Target, tuple[Standing, ...]]"


def by_target(snapshot: Snapshot) -> Standings:
    """All standings of each target, so that a pane need not search for every row."""
    found: dict[Target, tuple[Standing, ...]] = {}
    for standing in snapshot.standings.values():
        target = standing.check.target
        found[target] = (*found.get(target, ()), standing)
    return found


def level(standings: Iterable[Standing], sample: Sample | None = None) -> Level:
    """The worst level that counts. A check held up by another has no say; a problem that nobody judges is UNKNOWN."""
    spoken = [standing for standing in standings if standing.blocked_by is None]
    if spoken:
        return max(standing.level for standing in spoken)
    return Level.UNKNOWN if sample is not None and sample.problem is not None else Level.OK


def expected(standings: Iterable[Standing], kind: str, field: str) -> Any:
    """What the check of `kind` among them expects in `field`; None where there is none."""
    for standing in standings:
        if standing.check.kind == kind:
            value = getattr(standing.check.expect, field, None)
            if value is not None:
                return value
    return None
