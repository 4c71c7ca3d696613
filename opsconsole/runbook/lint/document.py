"""Rules about a runbook as a document: where its links lead, what can be reached, what is asked for. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

from opsconsole.model.runbook import Runbook, Section, Step
from opsconsole.model.trouble import Trouble
from opsconsole.runbook.anchors import section_at
from opsconsole.runbook.library import Library
from opsconsole.runbook.links import follow
from opsconsole.runbook.marks import canonical
from opsconsole.runbook.near import or_near
from opsconsole.runbook.remarks import Remark


def links(runbook: Runbook, library: Library) -> Iterator[Remark]:
    """Links to other runbooks and files; those within the document were looked at when it was read."""
    for section in runbook.sections:
        for link in section.links:
            goal = follow(link.target, runbook, library) if not link.target.startswith("#") else None
            if isinstance(goal, Trouble):
                ours = not link.target.startswith("/")  # the pages of a site are somewhere else
                yield Remark(link.line, "broken-link", str(goal), "problem" if ours else "warning")


def _failure_targets(runbook: Runbook) -> Iterator[Remark]:
    for step in runbook.steps:
        target = step.options.on_failure or ""
        if target.startswith("#") and section_at(target, runbook.sections) is None:
            near = or_near(target[1:], [section.anchor for section in runbook.sections])
            yield Remark(step.line, "broken-link", f"on_failure leads to {target}, and no section is called so{near}")


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
            yield Remark(given.line or 1, "unused-input", f"no step uses the input {given.name}", "warning")


def _unreachable(runbook: Runbook) -> Iterator[Remark]:
    """What a run never comes to: it goes on from step to step, from a decision only to its answers.

    A link in the text leads somewhere too, since whoever reads it may go there.
    """
    reached = _reached(runbook)
    for section in runbook.sections:
        todo = [step for step in section.steps if step.kind != "shown"]
        lost = [step for step in todo if step.index not in reached]
        if lost and len(lost) == len(todo) and not all(step.options.on_demand for step in todo):
            message = f"no step, decision or link leads to {section.title or 'the beginning'}"
            yield Remark(section.line, "unreachable", message, "warning")
            continue
        for step in lost:
            why = "is only done on demand" if step.options.on_demand else "stands behind a decision that goes elsewhere"
            message = f"{step.name} {why}, and no undo, decision or on_failure leads to it"
            yield Remark(step.line, "unreachable", message, "warning")


def _reached(runbook: Runbook) -> set[int]:
    """The indices of the steps that something leads to."""
    steps = runbook.todo
    undoes = {step.options.undo for step in steps if step.options.undo}
    usual = [number for number, step in enumerate(steps) if not step.options.on_demand and step.name not in undoes]
    open_ends = [_begin(runbook, target, steps) for target in _read_on(runbook)] + usual[:1]
    reached: set[int] = set()
    seen: set[int] = set()
    while open_ends:
        at = open_ends.pop()
        if at is None or at in seen:
            continue
        seen.add(at)
        step = steps[at]
        reached.add(step.index)
        open_ends += [number for number, other in enumerate(steps) if other.name == step.options.undo]
        open_ends.append(_begin(runbook, step.options.on_failure or "", steps))
        if step.kind == "decision":
            open_ends += [_begin(runbook, target, steps) for _, target in step.choices]
        else:
            open_ends += usual[bisect_right(usual, at) :][:1]
    return reached


def _read_on(runbook: Runbook) -> set[str]:
    """The links within the document that are there to be read on; a decision's are its answers."""
    return {link.target for section in runbook.sections for link in section.links if _opens(section, link.target)}


def _opens(section: Section, target: str) -> bool:
    return target.startswith("#") and not any(target == choice for step in section.steps for _, choice in step.choices)


def _begin(runbook: Runbook, target: str, steps: tuple[Step, ...]) -> int | None:
    """The first step at or behind the section that `target` leads to."""
    section = section_at(target, runbook.sections) if target.startswith("#") else None
    if section is None:
        return None
    return next((number for number, step in enumerate(steps) if step.line >= section.line), None)


RULES: Final = (_failure_targets, _undeclared, _unused, _unreachable)
