"""A run: what was asked, answered, done and seen. The journal's entries fold into a `RunState` (run/core.py)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from opsconsole.model.check import Finding
from opsconsole.model.lately import Lately
from opsconsole.model.runbook import Command, Risk, Runbook, Step
from opsconsole.model.verdict import Level


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a journal: `at` in epoch seconds, `kind` one of those in run/core.py, `data` plain JSON values.

    `previous` is the hash of the line before, so that a cut or an edit is found.
    """

    seq: int
    at: float
    kind: str
    data: dict[str, Any] = field(hash=False)
    previous: str = ""


class Progress(Enum):
    """How far a part of a run has come."""

    TODO = "to do"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    OUTCOME_UNKNOWN = "outcome unknown"


@dataclass(frozen=True, slots=True)
class Carried:
    """A variable of the run's shell: a step set it, and the next ones have it, as they would for somebody pasting.

    `exported` is false for one that only the shell itself sees. Of a `secret` one the journal has no value.
    """

    name: str
    value: str = ""
    exported: bool = False
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a part leaves to the next ones, where it is taken over.

    `cwd` is the folder it went to, empty for none; `values` what it set, `unset` what it took away; `dropped` says
    in words what it set that is not carried. `empty` are those of `values` that were to have what another command
    printed, and have nothing; `failed` the exit codes of such commands that failed.
    """

    cwd: str = ""
    values: tuple[Carried, ...] = ()
    unset: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.cwd or self.values or self.unset)

    @property
    def words(self) -> tuple[str, ...]:
        """One short line for each thing, secrets hidden."""
        gone = (f"cd {self.cwd}",) if self.cwd else ()
        values = (f"{one.name}={'••••••' if one.secret else one.value}" for one in self.values)
        return (*gone, *values, *(f"unset {name}" for name in self.unset))


@dataclass(frozen=True, slots=True)
class PartState:
    """One part of a step: a command of it, or the whole of it where it runs as one.

    Times in epoch seconds; `exit` is the exit code, or minus the signal that ended it. `output` names the file
    in the run's folder that holds all it printed. `note` is the reason of a skip, or what a tick said.

    `interactive`: it has, or had, the person's own terminal while it ran.

    `judged` is false between the end of the process and the judgement of it (exit code, expected text, checks);
    `reason` says in plain words why it failed, or why nobody knows how it ended. `text` is the command as it ran,
    filled in; `edited` is true where the operator changed it. `seconds` is how long it ran by a clock that nobody
    sets back. `interrupted` and `timed_out` say who ended it. `left` names what it left running.

    `joined` are the commands that this part runs as one script, empty where it is a single one. `leaves` is what it
    leaves to the next ones; it is taken over when the part is a success, else only when the operator says so.
    `override` is why the operator broke the rule of the guard that forbids this very text (`override_of`).
    """

    command: Command
    progress: Progress = Progress.TODO
    attempt: int = 0
    started: float | None = None
    ended: float | None = None
    exit: int | None = None
    output: str | None = None
    note: str = ""
    judged: bool = False
    reason: str = ""
    text: str = ""
    edited: bool = False
    seconds: float | None = None
    interrupted: bool = False
    timed_out: bool = False
    left: str = ""
    interactive: bool = False
    joined: tuple[Command, ...] = ()
    leaves: Leaving = Leaving()
    override: str = ""
    override_of: str = ""


@dataclass(frozen=True, slots=True)
class StepState:
    """A step of the runbook and its parts. A tick or a decision has one part."""

    step: Step
    parts: tuple[PartState, ...]

    @property
    def progress(self) -> Progress:
        """That of the step as a whole: the first part that is neither done nor skipped decides."""
        for part in self.parts:
            if part.progress not in (Progress.DONE, Progress.SKIPPED):
                started = part.progress is not Progress.TODO
                untouched = all(p.progress is Progress.TODO for p in self.parts)
                return part.progress if started or untouched else Progress.RUNNING
        skipped = bool(self.parts) and all(p.progress is Progress.SKIPPED for p in self.parts)
        return Progress.SKIPPED if skipped else Progress.DONE


@dataclass(frozen=True, slots=True)
class ShellState:
    """A shell that somebody opened in a run, besides its steps. `ended` is None while it is open.

    `exit` is None where nobody saw how it ended; `reason` says why then.
    """

    output: str
    started: float
    where: str = ""
    ended: float | None = None
    exit: int | None = None
    seconds: float | None = None
    left: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the running program seems to be asking: its last, unfinished line. `secret`: the answer is not shown."""

    text: str
    secret: bool = False


@dataclass(frozen=True, slots=True)
class OpsCheck:
    """One full round of a stack's checks, kept: `label` says around which step; `levels` by check name.

    `problem` says in one line why there was none; `levels` is empty then.
    """

    at: float
    label: str
    level: Level
    levels: dict[str, Level] = field(hash=False)
    findings: tuple[Finding, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class LevelChange:
    """What became of one check between two OPS-checks; None where the check was not there."""

    check: str
    before: Level | None
    after: Level | None


def level_changes(before: OpsCheck, after: OpsCheck) -> tuple[LevelChange, ...]:
    """The checks whose level differs between two OPS-checks, by name."""
    names = sorted(before.levels.keys() | after.levels.keys())
    both = ((name, before.levels.get(name), after.levels.get(name)) for name in names)
    return tuple(LevelChange(name, old, new) for name, old, new in both if old is not new)


@dataclass(frozen=True, slots=True)
class RunState:
    """A run as its journal tells it. `ended` is None while it is open, else done, failed, stopped or refused.

    `current` is the place in `steps` (from 0) where the run stands; `came_from` the place it returns to when the
    current step is through, after a detour such as an undo. `waiting` is one line on what the run itself is
    waiting for, empty where it waits for a person or a step. `seq` is the journal's last entry. `why_ended` is
    what was said at the end. `unchecked` is the worst that has been run since the last OPS-check, None for nothing;
    `last_run` is what was run last, by name.
    `shells` are those that were opened besides the steps; only the last one can be open. `prompt` is what the
    running program asks for, where it asks for something.
    `tabs` says which of several alternatives was picked, by their `tab_group`.
    `cwd` is the folder that steps have gone to (empty: where the runbook says), `carried` what they have set.
    `green` says how long all has been well at the end of a run that wants it to stay so, empty where it does not.
    `lately` is what had changed on the box before the run; None where nobody looked.
    """

    id: str
    runbook: Runbook
    stack: str
    host: str
    user: str
    reason: str
    started: float
    steps: tuple[StepState, ...]
    inputs: dict[str, str] = field(default_factory=dict, hash=False)
    ops_checks: tuple[OpsCheck, ...] = ()
    current: int = 0
    holder_alive: bool = True
    ended: str | None = None
    ended_at: float | None = None
    came_from: int | None = None
    waiting: str = ""
    seq: int = 0
    why_ended: str = ""
    unchecked: Risk | None = None
    last_run: str = ""
    tabs: dict[int, str] = field(default_factory=dict, hash=False)
    shells: tuple[ShellState, ...] = ()
    prompt: Prompt | None = None
    cwd: str = ""
    carried: tuple[Carried, ...] = ()
    green: str = ""
    lately: Lately | None = None

    @property
    def shell(self) -> ShellState | None:
        """The shell that is open now."""
        return self.shells[-1] if self.shells and self.shells[-1].ended is None else None


# --- what a run asks a person, and what the person may answer -----------------------------------------------
