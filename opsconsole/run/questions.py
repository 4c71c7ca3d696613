"""The questions of a run, made from its state. Pure but for the guard, which is asked on every one."""

from __future__ import annotations

import shlex
from itertools import takewhile

from opsconsole.model.check import Finding
from opsconsole.model.run import AskConfirm, AskEnd, AskFailed, AskUnknown, RunState
from opsconsole.model.runbook import Confirm
from opsconsole.run.values import Ready


def ask_confirm(state: RunState, step: int, part: int, ready: Ready, where: str, refused: str) -> AskConfirm:
    """May this part run?"""
    here = state.steps[step]
    command = here.parts[part].command
    mode: Confirm = here.step.confirm_for(command.risk)
    conditions = []
    if command.conditional:
        conditions.append(command.caption or "only if the text above it holds")
    if here.step.options.when:
        conditions.append(f"only when {here.step.options.when}")
    if conditions and mode == "no":
        mode = "yes"
    undo = undo_of(state, step)
    return AskConfirm(
        step,
        part,
        ready.text,
        mode,
        where,
        command,
        target=target_of(ready, state.host) if mode == "type" else "",
        undo=state.steps[undo].step.text if undo is not None else "",
        refused=ready.problem or refused,
        condition="; ".join(conditions),
        values=ready.used,
    )


def target_of(ready: Ready, host: str) -> str:
    """What is to be typed before something is destroyed: the value filled in, else the first command's last plain word.

    Where there is neither, it is the name of the box.
    """
    if ready.used and ready.used[0][0] not in ready.secrets:
        return ready.used[0][1]
    try:
        words = shlex.split(ready.text.strip().splitlines()[-1], comments=True)
    except (ValueError, IndexError):
        words = []
    first = list(takewhile(lambda word: word not in ("|", "||", "&&", ";", "&", ">", ">>"), words))
    plain = [word for word in first[1:] if not word.startswith("-") and not set(word) & set("|&;<>$`'\"(){}=* \t")]
    return plain[-1] if plain else host


def undo_of(state: RunState, step: int) -> int | None:
    """The place of the step that takes this one back, where its author named one."""
    name = state.steps[step].step.options.undo
    return next((place for place, here in enumerate(state.steps) if name and here.step.name == name), None)


def ask_failed(state: RunState, step: int, part: int) -> AskFailed:
    """What to do about a failure?"""
    undo = undo_of(state, step)
    text = state.steps[undo].step.text if undo is not None else ""
    return AskFailed(step, part, state.steps[step].parts[part].reason or "it failed", text, undo)


def ask_unknown(state: RunState, step: int, part: int) -> AskUnknown:
    """What to do about a part of which nobody knows how it ended?"""
    return AskUnknown(step, part, state.steps[step].parts[part].reason or "nobody saw how it ended")


def ask_end(state: RunState) -> AskEnd:
    """Is that it?"""
    return AskEnd(still_wrong(state))


def still_wrong(state: RunState) -> tuple[Finding, ...]:
    """What the newest OPS-check found of what this runbook treats; everything, where it does not say what it treats."""
    if not state.ops_checks:
        return ()
    found = state.ops_checks[-1].findings
    treats = set(state.runbook.treats)
    return tuple(one for one in found if not treats or one.check in treats)
