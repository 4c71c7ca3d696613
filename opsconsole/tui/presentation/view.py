"""What panes draw from: the newest snapshot and what was worked out from it once for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from opsconsole.tui.presentation.growth import Growth
from opsconsole.tui.presentation.standing import Standings, by_target

if TYPE_CHECKING:
    from opsconsole.model.snapshot import Snapshot

RUN_KEY: Final = "run:"
"""Beginning of the key of a row that is an open run; its id follows."""


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run that somebody left open: its id, its runbook's title, and in words where it stands."""

    id: str
    title: str
    where: str


@dataclass(frozen=True, slots=True)
class View:
    """One moment: the snapshot, its standings by target, titles of runbooks by name, and the runs that are open."""

    snapshot: Snapshot
    standings: Standings
    growth: Growth = field(default_factory=Growth)
    titles: Mapping[str, str] = field(default_factory=dict)
    runs: Sequence[OpenRun] = ()

    @classmethod
    def of(
        cls,
        snapshot: Snapshot,
        growth: Growth | None = None,
        titles: Mapping[str, str] | None = None,
        runs: Sequence[OpenRun] = (),
    ) -> View:
        """The view of a snapshot."""
        return cls(snapshot, by_target(snapshot), growth or Growth(), titles or {}, runs)
