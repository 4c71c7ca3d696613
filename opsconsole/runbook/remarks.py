"""What lint has to say, and the rules by which it says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Severity = Literal["problem", "warning"]

RULES: Final = {
    "unknown-key": "a key of the front matter or of a block that is not known here; a misspelt one is a problem",
    "front-matter": "the front matter is not YAML, or a value in it makes no sense",
    "info-string": "the attributes of a block cannot be read, or a value makes no sense",
    "ops-check-off": "ops_check: off without the reason",
    "same-name": "two steps of one name",
    "unreachable": "a section or a step that nothing leads to",
    "broken-link": "a link or on_failure that leads nowhere",
    "decision": "a section marked {decision} without a list of links to sections",
    "unknown-undo": "undo names a step that is not there",
    "unknown-check": "check or treats names a check that the stack does not have",
    "unknown-contact": "escalate names somebody who is not among the stack's contacts",
    "unknown-stack": "the runbook is for another stack",
    "undeclared-input": "a placeholder that inputs does not describe",
    "unused-input": "an input that no step uses",
    "change-in-diagnosis": "a change where only looks are expected",
    "change-in-input": "a suggestion (from:) that changes something, since it is asked without being confirmed",
    "destroy-without-undo": "a step that destroys, with neither undo nor confirm=type",
    "when": "a condition that a run cannot work out, or a name in it that is not there",
    "risk-lowered": "risk= says less than the command does",
    "syntax": "what neither bash nor we can parse",
    "shellcheck": "what shellcheck says, where it is installed",
    "forbidden": "a command that the stack's guard refuses",
    "secret": "a value that looks like a secret",
}
"""Every rule by its name, and what it finds."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that lint has to say: the line (from 1), the rule's name, in words, and how bad it is."""

    line: int
    rule: str
    message: str
    severity: Severity = "problem"
