"""What is wrong, or not safe, in a runbook that was read without trouble.

A warning is advice; a problem is something that will go wrong, or should not be run as it stands.
"""

from __future__ import annotations

from typing import Final

from opsconsole.model.runbook import Runbook
from opsconsole.model.stack import Stack
from opsconsole.runbook.library import Library
from opsconsole.runbook.lint import commands, document, shells, stacks
from opsconsole.runbook.lint.conditions import conditions
from opsconsole.runbook.remarks import RULES, Remark, Severity

__all__ = ["RULES", "Remark", "Severity", "lint"]

_ALWAYS: Final = (*document.RULES, *commands.RULES, shells.syntax, shells.shellcheck)


def lint(runbook: Runbook, stack: Stack | None = None, library: Library | None = None) -> list[Remark]:
    """All remarks on `runbook`, by line.

    With a `stack`, also what only that can tell (checks, contacts, forbidden commands), and with a `library`, whether
    links to other runbooks lead anywhere. `bash -n` and shellcheck are asked about the text; nothing of it is run.
    """
    found = [_from_reading(fault.line, fault.rule, fault.message) for fault in runbook.faults]
    for rule in _ALWAYS:
        found += rule(runbook)
    found += conditions(runbook, stack)
    if library is not None:
        found += document.links(runbook, library)
    if stack is not None:
        for needs_stack in stacks.RULES:
            found += needs_stack(runbook, stack)
    return sorted(dict.fromkeys(found), key=lambda remark: (remark.line, remark.rule))


def _from_reading(line: int, rule: str, message: str) -> Remark:
    """Keys that other tools read do no harm, so a key that is not known is only a warning, unless it looks misspelt."""
    mild = rule == "unknown-key" and "did you mean" not in message
    return Remark(line, rule, message, "warning" if mild else "problem")
