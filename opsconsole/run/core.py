"""What a run is, as pure functions: its state is the fold of its journal, and the state says what comes next.

`begin` makes the state of the journal's first entry, `apply` takes each later one in; moves.py says what to do about
the state. Nothing here reads a clock, a file or a screen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from opsconsole.model.check import Finding
from opsconsole.model.run import (
    Carried,
    Entry,
    Leaving,
    OpsCheck,
    PartState,
    Progress,
    RunState,
    ShellState,
    StepState,
)
from opsconsole.model.runbook import Command, Risk, Runbook, Step
from opsconsole.model.verdict import Level
from opsconsole.run.kinds import Kind
from opsconsole.run.lately import lately_from


def parts_of(step: Step) -> tuple[Command, ...]:
    """What of a step is confirmed and run on its own: its commands one by one where any of them changes something.

    So it is, too, where one is not to be swept along: under a condition, for another machine, for the inside of a
    shell that another opens, or without an end. Where the author raised the step's risk above all of its commands,
    each of them has that risk. In a container, or as another user, no shell lives from one command to the next (see
    carrying.py): where they need one, the block is one part. So is what runs in the background.
    """
    whole = Command(step.text, step.risk, _worst_reason(step))
    if step.kind != "command":
        return (replace(whole, risk=Risk.READ, why=""),)
    if len(step.commands) == 1:
        return (replace(step.commands[0], text=step.text, risk=step.risk, why=whole.why),)
    if not step.risk.changes and not any(stands_alone(command) for command in step.commands):
        return (whole,)
    hang_together = (step.options.container or step.options.user) and _hang_together(step.commands)
    if step.options.background or hang_together:
        return (replace(whole, **_condition_of(step.commands)),)
    return _one_by_one(step)


def _one_by_one(step: Step) -> tuple[Command, ...]:
    if not step.risk.changes:  # its author may vouch for what nobody knows better
        return tuple(replace(command, risk=Risk.READ) for command in step.commands)
    raised = step.risk > max(command.risk for command in step.commands)
    if not raised:
        return step.commands
    return tuple(replace(command, risk=step.risk, why="its author says so") for command in step.commands)


def _condition_of(commands: tuple[Command, ...]) -> dict[str, Any]:
    caption = next((command.caption for command in commands if command.conditional), None)
    return {"conditional": caption is not None, "caption": caption or ""}


def _hang_together(commands: tuple[Command, ...]) -> bool:
    """Whether one of the commands leaves a folder or a variable to those after it."""
    from opsconsole.runbook.leaves import Leaves, leaves

    return any(leaves(command.text) != Leaves() for command in commands[:-1])


def stands_alone(command: Command) -> bool:
    """Whether a command may only run when the operator means just this one."""
    return command.conditional or command.elsewhere or command.inside or command.opens or command.endless


def joined(commands: tuple[Command, ...]) -> Command:
    """Several commands as one script, with the worst risk among them and its reason."""
    worst = max(commands, key=lambda command: command.risk)
    return Command("\n".join(command.text for command in commands), worst.risk, worst.why)


def _worst_reason(step: Step) -> str:
    worst = max(step.commands, key=lambda command: command.risk, default=None)
    if worst is None or worst.risk != step.risk:
        return "its author says so" if worst else ""
    return worst.why


def on_demand(runbook: Runbook, step: Step) -> bool:
    """Whether a step is only done when somebody goes there: one that takes another back, or is kept out of a run."""
    undoes = {other.options.undo for other in runbook.steps if other.options.undo}
    return step.name in undoes or step.options.on_demand


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
    change_part = _ON_PART.get(entry.kind)
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


# --- entries about a part --------------------------------------------------------------------------------------


def _started(part: PartState, entry: Entry) -> PartState:
    data = entry.data
    return replace(
        part,
        progress=Progress.RUNNING,
        attempt=data["attempt"],
        started=entry.at,
        ended=None,
        exit=None,
        output=data["output"],
        text=data["text"],
        judged=False,
        reason="",
        note="",
        seconds=None,
        interrupted=False,
        timed_out=False,
        left="",
        leaves=Leaving(),
        interactive=bool(data.get("interactive")),
    )


def _ended(part: PartState, entry: Entry) -> PartState:
    """Done or failed by the exit code alone, until it is judged by all that the step asks for."""
    data = entry.data
    return replace(
        part,
        progress=Progress.FAILED if data["exit"] else Progress.DONE,
        exit=data["exit"],
        ended=entry.at,
        seconds=data.get("seconds"),
        interrupted=bool(data.get("interrupted")),
        timed_out=bool(data.get("timed_out")),
        left=_left_words(data),
        leaves=_leaves(data.get("session") or {}),
        judged=False,
    )


def _leaves(said: Mapping[str, Any]) -> Leaving:
    values = tuple(
        Carried(one["name"], one.get("value", ""), bool(one.get("exported")), bool(one.get("secret")))
        for one in said.get("set", ())
    )
    lists = (tuple(said.get(name, ())) for name in ("unset", "dropped", "empty", "failed"))
    return Leaving(said.get("cwd") or "", values, *lists)


def _left_words(data: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} ({pid})" for pid, name in data.get("left") or ())


def _judged(part: PartState, entry: Entry) -> PartState:
    data = entry.data
    progress = Progress.DONE if data["ok"] else Progress.FAILED
    return replace(part, progress=progress, judged=True, reason=data.get("reason", ""), note=data.get("note", ""))


def _lost(part: PartState, entry: Entry) -> PartState:
    return replace(part, progress=Progress.OUTCOME_UNKNOWN, judged=True, reason=entry.data.get("reason", ""))


def _skipped(part: PartState, entry: Entry) -> PartState:
    return replace(part, progress=Progress.SKIPPED, judged=True, note=entry.data.get("reason", ""))


def _settled(part: PartState, entry: Entry) -> PartState:
    note = entry.data.get("note", "")
    return replace(part, progress=Progress.DONE, judged=True, note=note, ended=entry.at)


def _edited(part: PartState, entry: Entry) -> PartState:
    data = entry.data
    command = replace(
        part.command,
        text=data["text"],
        risk=Risk(data["risk"]),
        why=data.get("why", ""),
        endless=bool(data.get("endless")),
        opens=bool(data.get("opens")),
    )
    return replace(part, command=command, edited=True, progress=Progress.TODO, judged=False, override="")


def _overridden(part: PartState, entry: Entry) -> PartState:
    return replace(part, override=entry.data["reason"], override_of=entry.data["text"])


def _to_do(part: PartState, entry: Entry | None = None) -> PartState:
    """As before it ran; how often it has run and what it printed last stay known."""
    return replace(part, progress=Progress.TODO, judged=False, exit=None, reason="", note="")


_ON_PART: dict[str, Callable[[PartState, Entry], PartState]] = {
    Kind.STARTED: _started,
    Kind.ENDED: _ended,
    Kind.JUDGED: _judged,
    Kind.LOST: _lost,
    Kind.SKIPPED: _skipped,
    Kind.TICKED: _settled,
    Kind.MARKED: _settled,
    Kind.EDITED: _edited,
    Kind.OVERRIDDEN: _overridden,
    Kind.RETRIED: _to_do,
}


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
        steps[place] = replace(steps[place], parts=tuple(_to_do(part) for part in steps[place].parts))
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
        left=_left_words(data),
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


# --- OPS-checks as plain JSON values ---------------------------------------------------------------------------


def ops_check_data(check: OpsCheck) -> dict[str, Any]:
    """What the journal keeps of an OPS-check."""
    return {
        "label": check.label,
        "level": check.level.name,
        "problem": check.problem,
        "levels": {name: level.name for name, level in check.levels.items()},
        "findings": [
            {
                "check": found.check,
                "level": found.level.name,
                "reason": found.reason,
                "since": found.since,
                "measured": found.measured,
                "expected": found.expected,
                "runbooks": list(found.runbooks),
            }
            for found in check.findings
        ],
    }


def ops_check_from(entry: Entry) -> OpsCheck:
    """The OPS-check that an entry holds; one that failed has no levels and is UNKNOWN."""
    data = entry.data
    return OpsCheck(
        entry.at,
        data["label"],
        Level[data.get("level", "UNKNOWN")],
        {name: Level[level] for name, level in data.get("levels", {}).items()},
        tuple(
            Finding(
                raw["check"],
                Level[raw["level"]],
                raw["reason"],
                raw["since"],
                raw["measured"],
                raw["expected"],
                tuple(raw["runbooks"]),
            )
            for raw in data.get("findings", ())
        ),
        data.get("problem", ""),
    )
