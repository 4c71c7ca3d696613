"""A run that is only thought through: what would be asked, with nothing started and nothing kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from opsconsole.model.questions import AskConfirm
from opsconsole.model.run import Entry, RunState
from opsconsole.model.runbook import Risk, Runbook
from opsconsole.model.stack import Stack
from opsconsole.run.core import begin
from opsconsole.run.kinds import Kind
from opsconsole.run.place import in_bash, place_of
from opsconsole.run.questions import Refusal, ask_confirm, ask_shown
from opsconsole.run.values import Ready, fill_in, needed
from opsconsole.run.who import login_name

if TYPE_CHECKING:
    from opsconsole.runbook.guard import Guard


def rehearsed(runbook: Runbook, stack: Stack, values: Mapping[str, str]) -> RunState:
    """The state that a run would begin with; inputs that are not given have their defaults."""
    begun = {
        "id": "dry-run",
        "stack": stack.name,
        "host": os.uname().nodename,
        "user": login_name(),
        "reason": "",
    }
    defaults = {given.name: given.default for given in runbook.inputs if given.default is not None and not given.secret}
    return replace(begin(Entry(1, 0.0, Kind.BEGUN, begun), runbook), inputs={**defaults, **values})


def question_for(state: RunState, step: int, part: int, stack: Stack, guard: Guard) -> AskConfirm:
    """What would be asked about a part. What is not filled in yet stands as it does in the document."""
    from opsconsole.runbook.standard_input import without_terminal

    text = state.steps[step].parts[part].command.text
    missing = [one.name for one in needed(text, state) if one.name not in state.inputs and not one.optional]
    ready = Ready(without_terminal(text)) if missing else fill_in(text, state, {})
    here = state.steps[step].step
    place = place_of(here, state.runbook, stack, state.user, state.host, tuple(ready.env))
    vouched = state.steps[step].parts[part].command.risk is Risk.READ
    refused = guard.refuse(ready.text, declared_read=vouched) or ""
    question = ask_confirm(state, step, part, ready, place, Refusal(refused))
    to_come = tuple((name, "(asked for)") for name in dict.fromkeys(missing))
    command = question.command
    before = _left_before(state, step, part)
    session = (f"with what earlier steps leave: {', '.join(before)}",) if before else ()
    shown = (f"not run here: {ask_shown(state, step, part).why}",) if command.elsewhere or command.inside else ()
    return replace(question, rest=0, values=question.values + to_come, forecast=(*shown, *session, *question.forecast))


def _left_before(state: RunState, step: int, part: int) -> tuple[str, ...]:
    """What the commands before this one may leave to it, by their text: it is only known when they have run."""
    from opsconsole.runbook.leaves import leaves

    if state.steps[step].step.options.container:
        return ()
    found: dict[str, None] = {}
    for place, here in enumerate(state.steps[: step + 1]):
        if here.step.kind != "command" or not in_bash(here.step, state.runbook) or here.step.options.user:
            continue
        for one in here.parts[: part if place == step else None]:
            left = leaves(one.command.text)
            found |= dict.fromkeys((*(("the folder",) if left.moves else ()), *left.names))
    return tuple(found)
