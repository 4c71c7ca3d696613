"""What a run asks its operator, and what they may answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from opsconsole.model.check import Finding
from opsconsole.model.runbook import Command


@dataclass(frozen=True, slots=True)
class AskInput:
    """A value is needed. `suggestion` may be taken as it is; `choices`, where given, are the only answers."""

    name: str
    text: str
    suggestion: str = ""
    choices: tuple[str, ...] = ()
    secret: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class AskConfirm:
    """May this part run? `text` is the command exactly as it will run.

    `mode` is `no` (a look: Enter is enough), `yes` (the key for yes) or `type` (type `target`). `where` says host,
    folder, user and container in one line; `refused` is the guard's reason where it may not run at all, in
    which case only skip, edit, back and stop are left. `undo` is the command that takes it back.

    `step` is a place in the run's steps (from 0), `part` one in the step's parts; `values` are the inputs that the
    command uses, by name, secrets hidden. `Retry` looks once more whether it is still refused.

    `session` is the run's environment that earlier steps have left and that holds here, `forecast` says in lines what
    the command will do (what compose recreates). `rest` is how many commands of the block `Rest` would run as one
    script, 0 where it is not offered, `rest_ends` why no more of them; `joined` how many this one has joined,
    which `Apart` takes back. `overridable` says that `refused` is a rule which `Override` may break, with a reason;
    `overridden` is the reason it was broken for.
    """

    step: int
    part: int
    text: str
    mode: str
    where: str
    command: Command
    target: str = ""
    undo: str = ""
    refused: str = ""
    condition: str = ""
    values: tuple[tuple[str, str], ...] = ()
    session: tuple[str, ...] = ()
    forecast: tuple[str, ...] = ()
    rest: int = 0
    rest_ends: str = ""
    joined: int = 0
    overridable: bool = False
    overridden: str = ""


@dataclass(frozen=True, slots=True)
class AskShown:
    """A command that is not for here: it is shown, and the operator says when it is done (`Yes`), or skips it.

    `why` says whom it is meant for. With `here`, `Here` asks to run it on this box all the same.
    """

    step: int
    part: int
    text: str
    why: str
    command: Command
    here: bool = False


@dataclass(frozen=True, slots=True)
class AskTick:
    """Has the operator done what this box says?"""

    step: int


@dataclass(frozen=True, slots=True)
class Way:
    """One way to go on: what it says, and in words where it leads. `goes_to` is that step, None for the next one."""

    text: str
    leads: str
    goes_to: int | None = None


@dataclass(frozen=True, slots=True)
class AskWay:
    """Which way to go on? The answer is `Pick`. Of `alternatives` (tabs) one is done and the others never."""

    step: int
    ways: tuple[Way, ...]
    alternatives: bool = False


@dataclass(frozen=True, slots=True)
class AskFailed:
    """The part ended badly: retry, skip with a reason, or stop? `reason` is in plain words (exit code, check).

    Where `undo` is set, `Back(undo_step)` goes to the step that takes this one back; the run returns here after it.
    `leaves` is what the part set before it failed, in lines: `Skip(reason, keep=True)` takes it over.
    """

    step: int
    part: int
    reason: str
    undo: str = ""
    undo_step: int | None = None
    leaves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AskUnknown:
    """Nobody knows how this part ended: run it again, mark it as done (with a note), skip it, or stop?"""

    step: int
    part: int
    reason: str


@dataclass(frozen=True, slots=True)
class AskChanged:
    """The runbook's file says something else than when the run began: go on with the text it began with, or stop?

    `words` says in one line what has changed, `lines` are those of a unified diff. While a step is `running` the run
    cannot be stopped.
    """

    path: str
    words: str
    lines: tuple[str, ...]
    running: bool = False


@dataclass(frozen=True, slots=True)
class AskWatch:
    """Another console steers this run, or did; this one watches: leave (`Leave`), or take over (`Yes`)?

    `words` say in one line who steers and since when, or that nobody does any more. Where it cannot be taken over now,
    `not_now` says why.
    """

    words: str
    not_now: str = ""


@dataclass(frozen=True, slots=True)
class AskEnd:
    """All steps are through. `still_wrong` are the findings that the run treats and that are still there.

    Where the runbook wants it to stay green for some seconds (`stay_green`), the run's state says for how long it
    has been, while this question is open (`RunState.green`).
    """

    still_wrong: tuple[Finding, ...] = ()
    stay_green: float = 0.0


Question: TypeAlias = (
    AskInput | AskConfirm | AskShown | AskTick | AskWay | AskFailed | AskUnknown | AskChanged | AskWatch | AskEnd
)


@dataclass(frozen=True, slots=True)
class Value:
    """The answer to `AskInput`."""

    text: str


@dataclass(frozen=True, slots=True)
class Yes:
    """Run it, tick it, mark it done, end it; `typed` is what was typed where the question wanted that."""

    typed: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Pick:
    """The answer to `AskWay`: the place of a way among those that were asked about, from 0."""

    way: int


@dataclass(frozen=True, slots=True)
class Skip:
    """Leave it out, and why; with `keep`, what it set before it failed holds all the same."""

    reason: str
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """Run this text instead; it is judged, guarded and asked about again."""

    text: str


@dataclass(frozen=True, slots=True)
class Retry:
    """Run the part once more (it is asked about again if it changes anything)."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Run this command and those after it in its block as one script; it is asked about as a whole first."""


@dataclass(frozen=True, slots=True)
class Apart:
    """One command at a time after all."""


@dataclass(frozen=True, slots=True)
class Override:
    """Break the guard's rule this once, for this very text, and why. It is asked about again before it runs."""

    reason: str


@dataclass(frozen=True, slots=True)
class Here:
    """Run on this box what is meant for another machine; it is asked about as any command is."""


@dataclass(frozen=True, slots=True)
class Back:
    """Go to an earlier step (an index into the run's steps)."""

    step: int


@dataclass(frozen=True, slots=True)
class Stop:
    """End the run here, and why."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave the run open, to be taken up later."""


@dataclass(frozen=True, slots=True)
class Shell:
    """Give me a terminal where this runs; ask again after it."""


Answer: TypeAlias = (
    Value | Yes | Pick | Skip | Edit | Retry | Rest | Apart | Override | Here | Back | Stop | Leave | Shell
)
