"""What an examination finds. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from opsconsole.model.sample import Problem, ProblemKind


class State(IntEnum):
    """How it is. The order is the order of attention."""

    GOOD = 0
    UNUSED = 1
    """It is not there, and nothing here wants it."""
    LESS = 2
    """It works, but less well than it could."""
    MISSING = 3
    """Something that is wanted is not there, or does not work."""
    DENIED = 4
    """It may be there or not: we are not allowed to look."""

    @property
    def sign(self) -> str:
        """One character that tells it without colour."""
        return "✓·!✗✗"[self.value]

    @property
    def word(self) -> str:
        """As programs read it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was examined: `what` is so, in one line; `mend` is the command that mends it, "" for none.

    `mend` can be typed as it is; where a command is not all, `what` says so.
    """

    name: str
    state: State
    what: str
    mend: str = ""


def with_login(what: str, mend: str) -> str:
    """`what`, and that a new group counts from the next sign-in on, where `mend` gives one."""
    return f"{what}; after that log in again" if "usermod -aG" in mend else what


def of_problem(name: str, problem: Problem, mend: str = "", *, wanted: bool = True) -> Found:
    """What a probe could not read, in its own words. Only what it calls no permission is called so here.

    A command that the probe's reason ends with is the one that mends it. What is not `wanted` needs no mending.
    """
    if not wanted:
        return Found(name, State.UNUSED, problem.reason)
    what, _, told = problem.reason.partition("; to mend: ")
    command, _, after = told.partition(", then ")
    what += f"; after that {after}" if after else ""
    state = State.DENIED if problem.kind is ProblemKind.DENIED else State.MISSING
    return Found(name, state, what, command or mend)
