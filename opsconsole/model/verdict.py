"""What a check concludes from what a probe saw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How bad it is. The order is the order of attention: the larger, the sooner it is looked at."""

    OK = 0
    UNKNOWN = 1
    DEGRADED = 2
    DOWN = 3

    @property
    def sign(self) -> str:
        """One character that tells the level without colour."""
        return "✓?!✗"[self.value]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A level with its reason in plain words.

    `measured` and `expected` are already worded with their units ("861 M", "at most 800 M"); either may be
    empty where there is nothing to set side by side.
    """

    level: Level
    reason: str
    measured: str = ""
    expected: str = ""


def worst(levels: Iterable[Level]) -> Level:
    """The level that decides for the whole; OK where there is none."""
    return max(levels, default=Level.OK)
