"""Expectations about samples, and what is made of them over time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opsconsole.model.sample import Target
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.matrix import Failure


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation about one target. `kind` names the judge in `opsconsole.checks`.

    `rounds` is the stack file's `for`: so many bad rounds in a row before it counts. `severity` is the worst
    level that it may reach. `needs` names checks without which this one cannot be judged; `beside` names checks whose
    standing is part of what it judges (a health endpoint against the database behind it). `every` and `timeout` are
    in seconds; None means the probe's own pace.
    """

    name: str
    kind: str
    target: Target
    expect: Any
    runbooks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    rounds: int = 1
    severity: Level = Level.DOWN
    every: float | None = None
    timeout: float | None = None
    optional: bool = False
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a check stands after its newest sample.

    `verdict` is what was seen last; `level` is what counts, after `for`; `since` is when `level` began;
    `streak` is how many rounds in a row the verdict has been bad; `blocked_by` names the needed check that is
    not OK, in which case this one is UNKNOWN and is no finding of its own.
    """

    check: Check
    verdict: Verdict
    level: Level
    since: float
    at: float
    streak: int = 0
    blocked_by: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A check that is not OK, as people are told of it. `matrix` are the rows of the failure matrix that it sees."""

    check: str
    level: Level
    reason: str
    since: float
    measured: str = ""
    expected: str = ""
    runbooks: tuple[str, ...] = ()
    matrix: tuple[Failure, ...] = ()


def finding(standing: Standing, matrix: Iterable[Failure] = ()) -> Finding | None:
    """The finding that a standing amounts to, or None; with its rows of the failure `matrix`."""
    if standing.level is Level.OK or standing.blocked_by:
        return None
    verdict = standing.verdict
    return Finding(
        standing.check.name,
        standing.level,
        verdict.reason,
        standing.since,
        verdict.measured,
        verdict.expected,
        standing.check.runbooks,
        tuple(row for row in matrix if standing.check.name in row.checks),
    )
