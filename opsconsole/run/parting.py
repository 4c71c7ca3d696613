"""What of a step is confirmed and run on its own: its parts. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from opsconsole.model.runbook import Command, Risk, Runbook, Step


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
