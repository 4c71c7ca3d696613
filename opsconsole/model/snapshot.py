"""Everything the console knows at one moment, as one value that panes draw from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opsconsole.model.check import Finding, Standing, finding
from opsconsole.model.sample import Sample, Target
from opsconsole.model.stack import Stack
from opsconsole.model.verdict import Level, worst

if TYPE_CHECKING:
    from opsconsole.model.course import Course


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The newest sample and the past of every target, and where every check stands.

    `at` is when it was taken (epoch seconds), `took` what the last round cost in seconds. `past` holds, oldest
    first, the samples of the last quarter of an hour, the newest included. `last_good` is the newest sample
    with a value, which may be older than `latest`. `courses` are the thinned figures of a target since the watch began,
    by the figure's name (`watch/courses.py`); `lives` the samples since then at which a thing had become another one.
    """

    stack: Stack
    at: float
    latest: Mapping[Target, Sample] = field(default_factory=dict)
    last_good: Mapping[Target, Sample] = field(default_factory=dict)
    past: Mapping[Target, Sequence[Sample]] = field(default_factory=dict)
    standings: Mapping[str, Standing] = field(default_factory=dict)
    took: float = 0.0
    rounds: int = 0
    courses: Mapping[Target, Mapping[str, Course]] = field(default_factory=dict)
    lives: Mapping[Target, Sequence[Sample]] = field(default_factory=dict)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong, the worst first, and of those the oldest first."""
        found = (finding(standing, self.stack.matrix) for standing in self.standings.values())
        return tuple(sorted((f for f in found if f), key=lambda f: (-f.level, f.since, f.check)))

    @property
    def level(self) -> Level:
        """The worst level that counts."""
        return worst(found.level for found in self.findings)

    def standing_of(self, target: Target, kind: str) -> Standing | None:
        """Where the check of `kind` on `target` stands, if there is such a check and it was judged."""
        for standing in self.standings.values():
            if standing.check.target == target and standing.check.kind == kind:
                return standing
        return None
