"""Rules that only the stack can tell. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from opsconsole.model.runbook import Runbook
from opsconsole.model.stack import Stack
from opsconsole.model.text import one_line
from opsconsole.runbook.guard import Guard
from opsconsole.runbook.near import or_near
from opsconsole.runbook.remarks import Remark


def _checks(runbook: Runbook, stack: Stack) -> Iterator[Remark]:
    known = [check.name for check in stack.checks]
    places: list[tuple[int, str, Sequence[str]]] = [(1, "treats", runbook.treats)]
    places += [(step.line, "check", step.options.check) for step in runbook.steps]
    for line, key, names in places:
        for name in names:
            if name not in known:
                yield Remark(line, "unknown-check", f"{key}: the stack has no check {name}{or_near(name, known)}")


def _contact(runbook: Runbook, stack: Stack) -> Iterator[Remark]:
    """Whoever is told to call for help must find somebody to call."""
    name = runbook.escalate
    if name is not None and name not in stack.contacts:
        known = list(stack.contacts)
        there = or_near(name, known) if known else "; it has none at all"
        yield Remark(1, "unknown-contact", f"escalate: the stack has no contact {one_line(name, 60)}{there}")


def _stack(runbook: Runbook, stack: Stack) -> Iterator[Remark]:
    if runbook.stack is not None and runbook.stack != stack.name:
        yield Remark(1, "unknown-stack", f"this is for the stack {runbook.stack}, not for {stack.name}", "warning")


def _forbidden(runbook: Runbook, stack: Stack) -> Iterator[Remark]:
    guard = Guard(stack.forbidden)
    for step in runbook.steps:
        reason = guard.refuse(step.text) if step.kind == "command" else None
        if reason and not step.options.break_glass:
            yield Remark(step.line, "forbidden", reason)
        if step.options.break_glass and not reason:
            yield Remark(step.line, "forbidden", "break_glass: the stack forbids nothing of this", "warning")
    for given in runbook.inputs:
        if given.source and (reason := guard.refuse(given.source)):
            yield Remark(given.line or 1, "forbidden", f"inputs.{given.name}.from: {reason}")


RULES: Final = (_checks, _contact, _stack, _forbidden)
