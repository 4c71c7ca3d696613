"""What a run is, as pure functions: its state is the fold of its journal, and the state says what comes next.

`begin` makes the state of the journal's first entry, `apply` takes each later one in; moves.py says what to do about
the state. Nothing here reads a clock, a file or a screen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from opsconsole.model.run import (
    Entry,
    Leaving,
    PartState,
    Progress,
    RunState,
    ShellState,
    StepState,
)
from opsconsole.model.runbook import Risk, Runbook
from opsconsole.run.kinds import Kind
from opsconsole.run.lately import lately_from
from opsconsole.run.ops_checks import ops_check_from
from opsconsole.run.part_entries import ON_PART, left_words, to_do
from opsconsole.run.parting import joined, on_demand, parts_of


def begin(entry: Entry, runbook: Runbook) -> RunState:
    """The state of a run of which only the first entry is there."""
    data = entry.data
    steps = tuple(StepState(step, tuple(PartState(command) for command in parts_of(step))) for step in runbook.todo)
    first = next((place for place, state in enumerate(steps) if not on_demand(runbook, state.step)), len(steps))
    return RunState(
        id=data["id"],
        runbook=runbook,
        stack=data["stack"],
        host=data["host"],
        user=data["user"],
        reason=data["reason"],
        started=entry.at,
        steps=steps,
        current=first,
        seq=entry.seq,
    )


def fold(entries: Iterable[Entry], runbook: Runbook) -> RunState:
    """The state after all of `entries`, of which the first must have begun the run."""
    rest = iter(entries)
    state = begin(next(rest), runbook)
    for entry in rest:
        state = apply(state, entry)
    return state


def apply(state: RunState, entry: Entry) -> RunState:
    """The state after one more entry. An entry about a part that the runbook does not have changes nothing."""
    state = replace(state, seq=entry.seq)
    if entry.kind == Kind.SHELL:
        state = replace(state, last_run="a shell")
    change_run = _ON_RUN.get(entry.kind)
    if change_run is not None:
        return change_run(state, entry)
    place = _place(state, entry.data)
    change_step = _ON_STEP.get(entry.kind)
    if change_step is not None and place is not None:
        return change_step(state, entry, *place)
    change_part = ON_PART.get(entry.kind)
    if change_part is None or place is None:
        return state
    step, part = place
    before = state.steps[step].parts[part]
    if entry.kind in (Kind.STARTED, Kind.LOST):
        unchecked = max(state.unchecked or Risk.READ, before.command.risk)
        state = replace(state, unchecked=unchecked, last_run=state.steps[step].step.name)
    after = change_part(before, entry)
    taken = entry.kind == Kind.JUDGED and after.progress is Progress.DONE
    if taken or (entry.kind == Kind.SKIPPED and entry.data.get("keep")):
        state = taken_over(state, before.leaves)
    return _put(state, step, part, after)


def taken_over(state: RunState, leaves: Leaving) -> RunState:
    """The run's environment after a part has left something to it."""
    if not leaves:
        return state
    gone = {*leaves.unset, *(one.name for one in leaves.values)}
    kept = tuple(one for one in state.carried if one.name not in gone)
    return replace(state, cwd=leaves.cwd or state.cwd, carried=(*kept, *leaves.values))


def _place(state: RunState, data: Mapping[str, Any]) -> tuple[int, int] | None:
    step, part = data.get("step", -1), data.get("part", -1)
    if 0 <= step < len(state.steps) and 0 <= part < len(state.steps[step].parts):
        return step, part
    return None


def _put(state: RunState, step: int, part: int, now: PartState) -> RunState:
    steps, parts = list(state.steps), list(state.steps[step].parts)
    parts[part] = now
    steps[step] = replace(steps[step], parts=tuple(parts))
    moved = replace(state, steps=tuple(steps), current=step)
    return _returned(moved) if steps[step].progress in (Progress.DONE, Progress.SKIPPED) else moved


def _returned(state: RunState) -> RunState:
    """A detour is over when its step is: back to where it was begun, once the step has been judged."""
    judged = all(part.judged for part in state.steps[state.current].parts)
    if state.came_from is None or not judged:
        return state
    return replace(state, current=state.came_from, came_from=None)


# --- entries about the parts of a step --------------------------------------------------------------------------


def _join(state: RunState, entry: Entry, step: int, part: int) -> RunState:
    parts = state.steps[step].parts
    these = parts[part : part + entry.data["count"]]
    if len(these) < 2 or any(one.progress is not Progress.TODO for one in these):
        return state
    commands = tuple(one.command for one in these)
    one = PartState(joined(commands), joined=commands, edited=any(part.edited for part in these))
    return _with_parts(state, step, (*parts[:part], one, *parts[part + len(these) :]))


def _part_again(state: RunState, entry: Entry, step: int, part: int) -> RunState:
    parts = state.steps[step].parts
    if not parts[part].joined or parts[part].progress is not Progress.TODO:
        return state
    single = tuple(PartState(command, edited=parts[part].edited) for command in parts[part].joined)
    return _with_parts(state, step, (*parts[:part], *single, *parts[part + 1 :]))


def _with_parts(state: RunState, step: int, parts: tuple[PartState, ...]) -> RunState:
    steps = list(state.steps)
    steps[step] = replace(steps[step], parts=parts)
    return replace(state, steps=tuple(steps), current=step)


_ON_STEP: dict[str, Callable[[RunState, Entry, int, int], RunState]] = {
    Kind.JOINED: _join,
    Kind.PARTED: _part_again,
}


# --- entries about the run -------------------------------------------------------------------------------------


def _input(state: RunState, entry: Entry) -> RunState:
    if entry.data.get("secret"):
        return state
    return replace(state, inputs={**state.inputs, entry.data["name"]: entry.data["value"]})


def _ops_check(state: RunState, entry: Entry) -> RunState:
    return replace(state, ops_checks=(*state.ops_checks, ops_check_from(entry)), unchecked=None)


def _went(state: RunState, entry: Entry) -> RunState:
    """To another step, which is to be done anew; where the run comes back after it, if at all, is in `back_to`."""
    step = entry.data["step"]
    if not 0 <= step < len(state.steps):
        return state
    steps, group = list(state.steps), state.steps[step].step.tab_group
    anew = {step} | {place for place, here in enumerate(steps) if group and here.step.tab_group == group}
    for place in anew:  # with one alternative, all are: which of them is done will be asked again
        steps[place] = replace(steps[place], parts=tuple(to_do(part) for part in steps[place].parts))
    tabs = {picked: tab for picked, tab in state.tabs.items() if picked != group}
    return replace(state, steps=tuple(steps), current=step, came_from=entry.data.get("back_to"), tabs=tabs)


def _shell(state: RunState, entry: Entry) -> RunState:
    """A shell can do anything, so it counts as a change."""
    opened = ShellState(entry.data["output"], entry.at, entry.data.get("where", ""))
    unchecked = max(state.unchecked or Risk.READ, Risk.CHANGE)
    return replace(state, shells=(*state.shells, opened), unchecked=unchecked)


def _shell_ended(state: RunState, entry: Entry) -> RunState:
    if state.shell is None:
        return state
    data = entry.data
    closed = replace(
        state.shell,
        ended=entry.at,
        exit=data.get("exit"),
        seconds=data.get("seconds"),
        left=left_words(data),
        reason=data.get("reason", ""),
    )
    return replace(state, shells=(*state.shells[:-1], closed))


def _closed(state: RunState, entry: Entry) -> RunState:
    return replace(
        state,
        ended=entry.data["how"],
        ended_at=entry.at,
        why_ended=entry.data.get("reason", ""),
        waiting="",
        green=entry.data.get("green", ""),
    )


def _chose(state: RunState, entry: Entry) -> RunState:
    """A decision is through; of alternatives the others are, too, and those of the tab that was picked are to do."""
    data = entry.data
    steps, group = list(state.steps), data.get("group")
    if group is None:
        here = steps[data["step"]]
        steps[data["step"]] = replace(
            here,
            parts=tuple(
                replace(part, progress=Progress.DONE, judged=True, note=data["way"], ended=entry.at)
                for part in here.parts
            ),
        )
    for place, here in enumerate(steps):
        if place in data["passed"]:
            note = f"not chosen: {data['way']} was"
            passed = (replace(part, progress=Progress.SKIPPED, judged=True, note=note) for part in here.parts)
            steps[place] = replace(here, parts=tuple(passed))
    moved = replace(state, steps=tuple(steps), current=data["step"] if data["goes_to"] is None else data["goes_to"])
    return moved if group is None else replace(moved, tabs={**state.tabs, group: data["tab"]})


def _lately(state: RunState, entry: Entry) -> RunState:
    return replace(state, lately=lately_from(entry))


_ON_RUN: dict[str, Callable[[RunState, Entry], RunState]] = {
    Kind.LATELY: _lately,
    Kind.INPUT: _input,
    Kind.OPS_CHECK: _ops_check,
    Kind.SHELL: _shell,
    Kind.SHELL_ENDED: _shell_ended,
    Kind.WENT: _went,
    Kind.CHOSE: _chose,
    Kind.CLOSED: _closed,
}
