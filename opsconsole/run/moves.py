"""What a run does next, worked out from its state alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from opsconsole.model.run import PartState, Progress, RunState
from opsconsole.model.runbook import Step
from opsconsole.run.choosing import section_start, tabs_of
from opsconsole.run.parting import on_demand


@dataclass(frozen=True, slots=True)
class TakeOpsCheck:
    """Look at everything once; `label` says around what."""

    label: str


@dataclass(frozen=True, slots=True)
class Confirm:
    """Fill the part in and ask whether it may run; run it then."""

    step: int
    part: int


@dataclass(frozen=True, slots=True)
class Show:
    """The part is not for here: show it, and let the operator say when it is done. Nothing of it runs by itself."""

    step: int
    part: int


@dataclass(frozen=True, slots=True)
class Tick:
    """Ask whether the box can be ticked."""

    step: int


@dataclass(frozen=True, slots=True)
class Decide:
    """Ask which way to go."""

    step: int


@dataclass(frozen=True, slots=True)
class PickTab:
    """Several tabs are alternatives: ask which of them is done."""

    step: int


@dataclass(frozen=True, slots=True)
class Follow:
    """The part runs: show what it prints until it ends. `attempt` tells one time from the next."""

    step: int
    part: int
    attempt: int


@dataclass(frozen=True, slots=True)
class FollowShell:
    """A shell is open: the terminal is its own until it is closed. `number` counts from 1."""

    number: int


@dataclass(frozen=True, slots=True)
class Judge:
    """The part has ended: was that success?"""

    step: int
    part: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Failed:
    """Ask what to do about a part that failed."""

    step: int
    part: int


@dataclass(frozen=True, slots=True)
class PassOver:
    """The runbook says to go on after this failure."""

    step: int
    part: int


@dataclass(frozen=True, slots=True)
class GoTo:
    """The runbook says to go elsewhere after this failure."""

    step: int


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The runbook says to stop after this failure."""

    step: int
    part: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """Ask what to do about a part of which nobody knows how it ended."""

    step: int
    part: int


@dataclass(frozen=True, slots=True)
class End:
    """All steps are through: ask whether that is it."""


@dataclass(frozen=True, slots=True)
class Over:
    """Nothing: the run is closed."""


Move: TypeAlias = (
    TakeOpsCheck
    | Confirm
    | Show
    | Tick
    | Decide
    | PickTab
    | Follow
    | FollowShell
    | Judge
    | Failed
    | PassOver
    | GoTo
    | GiveUp
    | Unknown
    | End
    | Over
)


def next_move(state: RunState) -> Move:
    """What to do about `state`."""
    if state.ended is not None:
        return Over()
    if state.shell is not None:
        return FollowShell(len(state.shells))
    place = _place(state)
    part = state.steps[place[0]].parts[place[1]] if place else None
    unsettled = _settle(place, part) if place and part else None
    if unsettled is not None:
        return unsettled
    if (label := _ops_check_due(state, place, part)) is not None:
        return TakeOpsCheck(label)
    if place is None or part is None:
        return End()
    return _next_for(state, state.steps[place[0]].step, place, part)


def _place(state: RunState) -> tuple[int, int] | None:
    """The first part that is not through yet, from the current step on."""
    for index in range(state.current, len(state.steps)):
        here = state.steps[index]
        if index != state.current and on_demand(state.runbook, here.step):
            continue
        for number, part in enumerate(here.parts):
            through = part.judged and part.progress in (Progress.DONE, Progress.SKIPPED)
            if not through:
                return index, number
    return None


def _settle(place: tuple[int, int], part: PartState) -> Move | None:
    """A process comes before everything else: one that runs, or one that has ended and was not judged."""
    if part.progress is Progress.RUNNING:
        return Follow(*place, part.attempt)
    if part.progress in (Progress.DONE, Progress.FAILED) and not part.judged:
        return Judge(*place, part.attempt)
    return None


def _ops_check_due(state: RunState, place: tuple[int, int] | None, part: PartState | None) -> str | None:
    """Around what an OPS-check is due now: at the start, before the first change, after each, and at the end."""
    if state.runbook.unchecked_because or not state.steps:
        return None
    label = None
    if not state.ops_checks:
        label = "at the start"
    elif state.unchecked is None:
        pass  # nothing has been run since the last one
    elif state.unchecked.changes:
        label = f"after {state.last_run}"
    elif place is None:
        label = "at the end"
    elif part and part.progress is Progress.TODO and part.command.risk.changes and not _changed_anything(state):
        label = "before the first change"
    return label


def _changed_anything(state: RunState) -> bool:
    return any(part.attempt and part.command.risk.changes for here in state.steps for part in here.parts)


def _next_for(state: RunState, step: Step, place: tuple[int, int], part: PartState) -> Move:
    if part.progress is Progress.OUTCOME_UNKNOWN:
        return Unknown(*place)
    if part.progress is Progress.FAILED:
        return _after_failure(state, step, place)
    if step.tab_group not in state.tabs and len(tabs_of(state, step.tab_group)) > 1:
        return PickTab(place[0])
    if step.kind == "tick":
        return Tick(place[0])
    if step.kind == "decision":
        return Decide(place[0])
    return Show(*place) if part.command.elsewhere or part.command.inside else Confirm(*place)


def _after_failure(state: RunState, step: Step, place: tuple[int, int]) -> Move:
    wish = step.options.on_failure
    if wish == "stop":
        return GiveUp(*place)
    if wish == "continue" and not state.steps[place[0]].parts[place[1]].leaves:
        return PassOver(*place)  # else the operator is asked whether what it set is to hold
    if wish and wish.startswith("#"):
        target = section_start(state, wish)
        if target is not None and target != place[0] and target < len(state.steps):
            return GoTo(target)
    return Failed(*place)
