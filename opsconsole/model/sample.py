"""What a probe saw, or why it saw nothing."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from opsconsole.model.verdict import Level, Verdict


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that one kind of probe reads.

    `kind` is the probe's name in the registry, `name` what people call the thing, `of` tells the probe where
    to look (a service reference, a queue, an endpoint) and is hashable, so that a target is a key.
    """

    kind: str
    name: str
    of: Hashable = None


class ProblemKind(Enum):
    """Why nothing could be read. The first four mean that the thing itself is not there for anybody.

    GARBLED: something answers, but what it says is of no use to any client (no HTTP, an expired certificate).
    """

    REFUSED = "refused"
    TIMEOUT = "timed out"
    GONE = "gone"
    GARBLED = "not understood"
    DENIED = "no permission"
    NO_TOOL = "nothing to look with"
    UNREADABLE = "unreadable"

    @property
    def level(self) -> Level:
        """DOWN where the world said no; UNKNOWN where only our own sight failed."""
        down = (ProblemKind.REFUSED, ProblemKind.TIMEOUT, ProblemKind.GONE, ProblemKind.GARBLED)
        return Level.DOWN if self in down else Level.UNKNOWN


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a probe saw nothing: the kind decides the level, the reason is for people (one line, where and why)."""

    kind: ProblemKind
    reason: str

    def verdict(self) -> Verdict:
        """The verdict of any check whose sample is this problem."""
        return Verdict(self.kind.level, self.reason)


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at one target: exactly one of `value` (a reading) and `problem` is set.

    `at` is in seconds since the epoch (UTC), `took` in seconds.
    """

    target: Target
    at: float
    value: Any = None
    problem: Problem | None = None
    took: float = 0.0
