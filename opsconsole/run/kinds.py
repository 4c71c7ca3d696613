"""The kinds of entries that a journal holds, and what each carries. Standard library only: the holder loads this.

`step` is a place in the run's steps (from 0), `part` one in the step's parts; both are in every entry about a part,
with `name`, the step's name.
"""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What an entry is about; its data in brackets."""

    BEGUN = "begun"
    """The run exists: id, title, runbook, path, digest, stack, home, host, user, reason, rto."""
    HOLDER = "holder"
    """A holder took the journal: pid, boot (the kernel's boot id)."""
    TORN = "torn"
    """The last line was cut off by a crash and has been put aside: text."""
    CONSOLE = "console"
    """A console took the run up: user, host, pid; `from` is who steered it, where that was taken over."""
    SAME_TEXT = "same-text"
    """The runbook's file had changed, and the operator went on with the text the run began with: path, changed."""
    INPUT = "input"
    """A value was given: name, value; for a secret only name and secret=true."""
    LATELY = "lately"
    """What had changed on the box before the run: at, begin, changes, earlier, unseen (run/lately.py)."""
    OPS_CHECK = "ops-check"
    """One full round of checks: label, level, levels, findings; `problem` says why there was none."""
    STARTED = "started"
    """About to start: attempt, text, digest, where, risk, output, timeout, interactive, pid, pid_started, boot."""
    ENDED = "ended"
    """The process is gone: exit (minus the signal that ended it), seconds, timed_out, interrupted, size, lost, left.

    `session` is what it leaves to the next parts, where it said so: cwd, set (a list of name, value, exported; a
    secret has secret=true and no value), unset, dropped (in words), empty (names that were to have what a
    command printed and have nothing), failed (the exit codes of such commands)."""
    JUDGED = "judged"
    """Whether that was success: ok, reason, note."""
    LOST = "lost"
    """Nobody knows how it ended: reason."""
    SKIPPED = "skipped"
    """Left out: reason; keep=true where what it set before it failed holds all the same."""
    TICKED = "ticked"
    """The box was ticked: note."""
    CHOSE = "chose"
    """A way was picked: way, others, goes_to (a step, or null), passed (steps that will not be done), group, tab."""
    MARKED = "marked"
    """The operator says of an unknown outcome that it is done: note."""
    EDITED = "edited"
    """Another text instead: text, before, risk, why, endless, opens."""
    JOINED = "joined"
    """This part and those after it are one script from here on: count."""
    PARTED = "parted"
    """A joined part is its single commands again."""
    OVERRIDDEN = "overridden"
    """The operator breaks the rule of the guard that forbids this very text: text, rule, reason."""
    RETRIED = "retried"
    """To be asked about and run once more."""
    REFUSED = "refused"
    """The guard refused to start it: text, reason."""
    SHELL = "shell"
    """A shell is about to open besides the steps: number (from 1), text, where, output, pid, pid_started, boot."""
    SHELL_ENDED = "shell-ended"
    """It is closed: number, exit, seconds, size, lost, left; exit is null where nobody saw it, `reason` says why."""
    WENT = "went"
    """To another step: step, back_to (where to return, or null), why."""
    CLOSED = "closed"
    """The run is over: how (done, failed, stopped, refused), reason, green (how long all was well, if asked)."""


BY_HOLDER = frozenset(
    {Kind.BEGUN, Kind.HOLDER, Kind.TORN, Kind.STARTED, Kind.ENDED, Kind.LOST, Kind.SHELL, Kind.SHELL_ENDED}
)
"""Entries that no console may ask the holder to write."""
