"""What is wrong, or not safe, in a runbook that was read without trouble. Pure.

A warning is advice; a problem is something that will go wrong, or should not be run as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from opsconsole.model.runbook import Risk, Runbook, Section
from opsconsole.model.stack import Stack
from opsconsole.model.text import one_line
from opsconsole.runbook.conditions import condition
from opsconsole.runbook.guard import Guard
from opsconsole.runbook.marks import canonical
from opsconsole.runbook.near import or_near

_LOOKING: Final = re.compile(r"^\W*(?:diagnos\w*|check\w*|verif\w*|диагностика|проверка)\b", re.IGNORECASE)
_SECRET_NAME: Final = r"(?:password|passwd|pwd|token|secret|api[-_]?key|private[-_]?key|credential)s?"
_SECRET: Final = re.compile(
    rf"{_SECRET_NAME}['\"]?\s*[=:]\s*['\"]?(?![<$*{{x'\"])[^\s'\"]{{6,}}"
    r"|://[^\s:/@]+:(?![<$*{])[^\s@]{4,}@|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY",
    re.IGNORECASE,
)

Severity = Literal["problem", "warning"]


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that lint has to say: the line (from 1), the rule's name, in words, and how bad it is."""

    line: int
    rule: str
    message: str
    severity: Severity = "problem"


def lint(runbook: Runbook, stack: Stack | None = None) -> list[Remark]:
    """All remarks on `runbook`, by line; with a `stack`, also what only that can tell: checks, contacts, commands."""
    found = [_from_reading(fault.line, fault.rule, fault.message) for fault in runbook.faults]
    for rule in (_diagnosis, _destroying, _undeclared, _unused, _unparsed, _secrets, _failure_targets, _unreachable):
        found += rule(runbook)
    found += _conditions(runbook, stack)
    if stack is not None:
        found += _checks(runbook, stack)
        found += _forbidden(runbook, stack)
        found += _escalation(runbook, stack)
    return sorted(found, key=lambda remark: (remark.line, remark.rule))


def _from_reading(line: int, rule: str, message: str) -> Remark:
    """Keys that other tools read do no harm, so a key that is not known is only a warning, unless it looks misspelt."""
    mild = rule == "unknown-key" and "did you mean" not in message
    return Remark(line, rule, message, "warning" if mild else "problem")


def _sections(runbook: Runbook, begins: Callable[[str], object]) -> Iterator[Section]:
    """Sections whose heading `begins` likes, and those inside them."""
    inside: int | None = None
    for section in runbook.sections:
        if inside is not None and section.level <= inside:
            inside = None
        if inside is None and begins(section.title):
            inside = section.level
        if inside is not None:
            yield section


def _diagnosis(runbook: Runbook) -> Iterator[Remark]:
    for section in _sections(runbook, _LOOKING.match):
        for step in section.steps:
            for command in step.commands:
                if command.risk >= Risk.CHANGE:
                    text = one_line(command.text, 60)
                    message = f"{section.title} is expected to only look, but {text} is a {command.risk.word}"
                    yield Remark(step.line, "change-in-diagnosis", f"{message} ({command.why})")


def _destroying(runbook: Runbook) -> Iterator[Remark]:
    for step in runbook.steps:
        if step.risk is Risk.DESTROY and step.options.undo is None and step.options.confirm != "type":
            message = "this cannot be taken back, and names neither an undo nor confirm=type"
            yield Remark(step.line, "destroy-without-undo", message, "warning")


def _undeclared(runbook: Runbook) -> Iterator[Remark]:
    declared = [given.name for given in runbook.inputs]
    for step in runbook.steps:
        for placeholder in step.placeholders:
            if not placeholder.optional and canonical(placeholder.name, declared) is None:
                message = f"{placeholder.text} is asked for, but inputs does not say what it is"
                yield Remark(step.line, "undeclared-input", message, "warning")


def _unused(runbook: Runbook) -> Iterator[Remark]:
    used = {placeholder.name for step in runbook.steps for placeholder in step.placeholders}
    conditions = " ".join(step.options.when or "" for step in runbook.steps)
    for given in runbook.inputs:
        if given.name not in used and given.name not in conditions:
            yield Remark(1, "unused-input", f"no step uses the input {given.name}", "warning")


def _unparsed(runbook: Runbook) -> Iterator[Remark]:
    for step in runbook.steps:
        for command in step.commands:
            if command.why == "it does not parse as shell":
                yield Remark(step.line, "syntax", f"this does not parse as shell: {one_line(command.text, 60)}")


def _conditions(runbook: Runbook, stack: Stack | None) -> Iterator[Remark]:
    """What `when` says has to be something that a run can work out (conditions.py says what)."""
    known = [given.name for given in runbook.inputs]
    known += [step.options.capture for step in runbook.steps if step.options.capture]
    known += [step.name for step in runbook.steps]
    known += [check.name for check in stack.checks] if stack else []
    for step in runbook.steps:
        wish = step.options.when
        asked = condition(wish) if wish else None
        if wish and asked is None:
            message = f"when: a run cannot work out {one_line(wish, 60)}, so the operator is asked whether it holds"
            yield Remark(step.line, "when", message, "warning")
        for term in asked.terms if asked else ():
            if term.name not in known and (stack or "." not in term.name):  # a name with a dot may be a check
                message = f"when: no input, capture, step or check is called {term.name}{or_near(term.name, known)}"
                yield Remark(step.line, "when", message)


def _secrets(runbook: Runbook) -> Iterator[Remark]:
    for step in runbook.steps:
        for number, line in enumerate(step.text.split("\n"), 1):
            if _SECRET.search(line):
                yield Remark(
                    step.line + number, "secret", "this looks like a secret; make it an input with secret: true"
                )


def _failure_targets(runbook: Runbook) -> Iterator[Remark]:
    anchors = [section.anchor for section in runbook.sections]
    for step in runbook.steps:
        target = step.options.on_failure or ""
        if target.startswith("#") and target[1:] not in anchors:
            message = f"on_failure leads to {target}, and no section is called so{or_near(target[1:], anchors)}"
            yield Remark(step.line, "broken-link", message)


def _unreachable(runbook: Runbook) -> Iterator[Remark]:
    """A step that is only done on demand, which nothing in the document leads to."""
    led_to = {target.lstrip("#") for step in runbook.steps for _, target in step.choices}
    led_to |= {(step.options.on_failure or "").lstrip("#") for step in runbook.steps}
    led_to |= {step.options.undo or "" for step in runbook.steps}
    led_to.discard("")
    for section in runbook.sections:
        for step in section.steps:
            if step.options.on_demand and step.name not in led_to and section.anchor not in led_to:
                message = f"{step.name} is only done on demand, and no undo, decision or on_failure leads to it"
                yield Remark(step.line, "unreachable", message, "warning")


def _checks(runbook: Runbook, stack: Stack) -> Iterator[Remark]:
    known = [check.name for check in stack.checks]
    places: list[tuple[int, str, Sequence[str]]] = [(1, "treats", runbook.treats)]
    places += [(step.line, "check", step.options.check) for step in runbook.steps]
    for line, key, names in places:
        for name in names:
            if name not in known:
                yield Remark(line, "unknown-check", f"{key}: the stack has no check {name}{or_near(name, known)}")


def _forbidden(runbook: Runbook, stack: Stack) -> Iterator[Remark]:
    guard = Guard(stack.forbidden)
    for step in runbook.steps:
        if step.kind == "command" and (reason := guard.refuse(step.text)):
            yield Remark(step.line, "forbidden", reason)


def _escalation(runbook: Runbook, stack: Stack) -> Iterator[Remark]:
    """Whoever is told to call for help must find somebody to call."""
    name = runbook.escalate
    if name is not None and name not in stack.contacts:
        known = list(stack.contacts)
        there = or_near(name, known) if known else "; it has none at all"
        yield Remark(1, "unknown-contact", f"escalate: the stack has no contact {one_line(name, 60)}{there}")
