"""What the exit codes of all commands mean."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from opsconsole.model.check import Standing
from opsconsole.model.verdict import Level


class Exit(IntEnum):
    """Of everything that looks: `status`, `check`. The console leaves with OK."""

    OK = 0
    DEGRADED = 1
    DOWN = 2
    UNKNOWN = 3
    """Something could not be looked at; and bad usage, a bad stack file, a fault of ours: nothing is known then."""


class RunExit(IntEnum):
    """Of `run` and `runs resume`."""

    DONE = 0
    STOPPED = 1
    """A step failed, or the operator ended the run before its end."""
    REFUSED = 2
    """The guard refused."""


TROUBLE = Exit.UNKNOWN
"""What any command leaves with that could not do its work."""

INTERRUPTED = 130
"""Ctrl-C, as shells count it: 128 and the signal's number."""


def exit_of(standings: Iterable[Standing]) -> Exit:
    """DOWN if any check is, else DEGRADED, else UNKNOWN if any is that is not optional, else OK."""
    levels = {standing.level for standing in standings if not _forgiven(standing)}
    for level, code in ((Level.DOWN, Exit.DOWN), (Level.DEGRADED, Exit.DEGRADED), (Level.UNKNOWN, Exit.UNKNOWN)):
        if level in levels:
            return code
    return Exit.OK


def _forgiven(standing: Standing) -> bool:
    return standing.level is Level.UNKNOWN and standing.check.optional
