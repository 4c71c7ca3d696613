"""The rule about `when`: what it says has to be something that a run can work out (runbook/conditions.py). Pure."""

from __future__ import annotations

from collections.abc import Iterator

from opsconsole.model.runbook import Runbook
from opsconsole.model.stack import Stack
from opsconsole.model.text import one_line
from opsconsole.runbook.conditions import condition
from opsconsole.runbook.near import or_near
from opsconsole.runbook.remarks import Remark


def conditions(runbook: Runbook, stack: Stack | None) -> Iterator[Remark]:
    """Conditions that nobody can work out, and names in them that are not there."""
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
