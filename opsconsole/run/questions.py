"""The questions of a run, made from its state. Pure but for the guard, which is asked on every one."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from opsconsole.model.check import Finding
from opsconsole.model.questions import AskConfirm, AskEnd, AskFailed, AskShown, AskUnknown
from opsconsole.model.run import PartState, Progress, RunState, StepState
from opsconsole.model.runbook import Command, Confirm
from opsconsole.model.text import one_line
from opsconsole.run.carrying import words_for
from opsconsole.run.choosing import other_ways
from opsconsole.run.holding import Holding
from opsconsole.run.parting import stands_alone
from opsconsole.run.place import Place, in_bash
from opsconsole.run.values import Ready

ENDLESS: Final = "has no end of its own: it streams until you stop it, and that is success"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a part may not start now, in one line. `breakable`: it is a rule of the stack that an operator may break."""

    reason: str = ""
    breakable: bool = False


def ask_confirm(
    state: RunState,
    step: int,
    part: int,
    ready: Ready,
    place: Place,
    refused: Refusal = Refusal(),
    held: Holding | None = None,
) -> AskConfirm:
    """May this part run? `held` is what was found of the step's `when`; without it the operator is to say."""
    here = state.steps[step]
    now = here.parts[part]
    command = now.command
    mode: Confirm = here.step.confirm_for(command.risk)
    conditions = []
    if command.conditional:
        conditions.append(command.caption or "only if the text above it holds")
    asked, met = _when_words(here, held)
    conditions += asked
    overridden = now.override if now.override_of == ready.text else ""
    if (conditions or overridden) and mode == "no":
        mode = "yes"
    rest, rest_ends = rest_of(state, step, part)
    background = state.steps[step].step.options.background
    undo = undo_of(state, step)
    return AskConfirm(
        step,
        part,
        ready.text,
        mode,
        place.words,
        command,
        target=target_of(ready, state.host) if mode == "type" else "",
        undo=state.steps[undo].step.text if undo is not None else "",
        refused=ready.problem or refused.reason,
        condition="; ".join(conditions),
        values=ready.used,
        session=words_for(state, place, ready.text),
        forecast=(
            *met,
            *other_ways(state, step),
            *ready.notes,
            *((ENDLESS,) if command.endless and not (background or command.opens) else ()),
        ),
        rest=rest,
        rest_ends=rest_ends,
        joined=len(now.joined),
        overridable=refused.breakable and not ready.problem,
        overridden=overridden,
    )


def _when_words(here: StepState, held: Holding | None) -> tuple[list[str], list[str]]:
    """What of a step's `when` the operator has to say, and what was found to hold."""
    wish = here.step.options.when
    if not wish:
        return [], []
    if held is None or held.holds is None:
        return [f"only when {wish}"], []
    if held.holds:
        return [], [f"when {wish}: {held.words}"] if held.words else []
    return [f"only when {wish}, which does not hold: {held.words}"], []


def rest_of(state: RunState, step: int, part: int) -> tuple[int, str]:
    """How many commands from this part on may run as one script, and in words what ends them; (0, "") for none.

    A command under a condition, for another machine or for the inside of another shell, one that opens a shell and
    one without an end are never swept along. Neither is what does not run in bash.
    """
    here = state.steps[step]
    if not in_bash(here.step, state.runbook) or here.parts[part].joined:
        return 0, ""
    fit = list(takewhile(_sweepable, here.parts[part:]))
    if len(fit) < 2:
        return 0, ""
    after = part + len(fit)
    return len(fit), _why_alone(here.parts[after].command) if after < len(here.parts) else ""


def _sweepable(part: PartState) -> bool:
    return part.progress is Progress.TODO and not part.joined and not stands_alone(part.command)


def _why_alone(command: Command) -> str:
    said = one_line(command.text, 60)
    for holds, why in (
        (command.conditional, f"stands under a condition ({one_line(command.caption, 60)})"),
        (command.elsewhere, "is for another machine"),
        (command.inside, "is for the inside of another shell"),
        (command.opens, "takes the whole terminal"),
        (command.endless, "has no end of its own"),
    ):
        if holds:
            return f"up to {said}, which {why}"
    return f"up to {said}"


def ask_shown(state: RunState, step: int, part: int) -> AskShown:
    """Something to be done where this run is not."""
    command = state.steps[step].parts[part].command
    if command.inside:
        why = "for the inside of the shell that an earlier command opens; it does not run outside"
    else:
        why = f"for another machine{f' ({one_line(command.caption, 100)})' if command.caption else ''}"
    return AskShown(step, part, command.text, why, command, here=not command.inside)


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
    now = state.steps[step].parts[part]
    return AskFailed(step, part, now.reason or "it failed", text, undo, now.leaves.words)


def ask_unknown(state: RunState, step: int, part: int) -> AskUnknown:
    """What to do about a part of which nobody knows how it ended?"""
    return AskUnknown(step, part, state.steps[step].parts[part].reason or "nobody saw how it ended")


def ask_end(state: RunState) -> AskEnd:
    """Is that it?"""
    return AskEnd(still_wrong(state), state.runbook.stay_green)


def still_wrong(state: RunState) -> tuple[Finding, ...]:
    """What the newest OPS-check found of what this runbook treats; everything, where it does not say what it treats."""
    if not state.ops_checks:
        return ()
    found = state.ops_checks[-1].findings
    treats = set(state.runbook.treats)
    return tuple(one for one in found if not treats or one.check in treats)
