"""Two thresholds, one for each bad level, and what lies over them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

from opsconsole.model.verdict import Level, Verdict

N = TypeVar("N", int, float)


@dataclass(frozen=True, slots=True)
class Crossed(Generic[N]):
    """How bad a value is, and the threshold that says so: the one it is over, else the first it could reach."""

    level: Level
    threshold: N | None

    @property
    def bad(self) -> bool:
        """Whether it is over a threshold at all."""
        return self.level is not Level.OK


def crossed(value: N, degraded: N | None, down: N | None) -> Crossed[N]:
    """Over means strictly over, so that `degraded = 0` says that there should be nothing at all."""
    if down is not None and value > down:
        return Crossed(Level.DOWN, down)
    if degraded is not None and value > degraded:
        return Crossed(Level.DEGRADED, degraded)
    return Crossed(Level.OK, degraded if degraded is not None else down)


def at_most(threshold: N | None, words: Callable[[N], str]) -> str:
    """What was expected, as people read it; nothing where no threshold is set."""
    return f"at most {words(threshold)}" if threshold is not None else ""


def need_order(words: Callable[[N], str], *named: tuple[str, N | None]) -> None:
    """ValueError where figures, given from the least to the largest, are not in that order."""
    given = [(name, value) for name, value in named if value is not None]
    for (low, less), (high, more) in pairwise(given):
        if less > more:
            raise ValueError(f"{low} ({words(less)}) is over {high} ({words(more)})")


def worst_of(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of several; of those that are equally bad the first. There is at least one."""
    return max(verdicts, key=lambda verdict: verdict.level)
