"""A command as the log of commands tells it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RanCommand:
    """One command that a run started, or was refused; times in epoch seconds, `seconds` how long it took.

    `run` is the id of its run, `title` what that is called, `step` which step it was (`a shell` for one that was
    opened beside them). `exit` is the code, or minus the signal that ended it; None while it runs, and where nobody
    saw it. `how` says in a word what became of it: running, done, failed, refused, outcome unknown.
    """

    at: float
    run: str
    title: str
    step: str
    text: str
    where: str = ""
    risk: str = ""
    how: str = "running"
    exit: int | None = None
    seconds: float | None = None
    note: str = ""
