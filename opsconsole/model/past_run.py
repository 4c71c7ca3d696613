"""One run as a list of what has been run shows it."""

from __future__ import annotations

from dataclasses import dataclass

from opsconsole.model.verdict import Level


@dataclass(frozen=True, slots=True)
class PastRun:
    """Who ran what, when and why, how it ended, and whether its record holds. Times in epoch seconds.

    `ended` is None while it is open, else how it ended; `step` is the one that was last worked on. `after` is what the
    last OPS-check said, None where none could be taken: then what was changed is not verified. `fault` says in one
    line why the record is not as it was written; empty where it is.
    """

    id: str
    title: str
    runbook: str
    user: str
    reason: str
    started: float
    ended: str | None = None
    ended_at: float | None = None
    step: str = ""
    running: bool = False
    after: Level | None = None
    fault: str = ""
