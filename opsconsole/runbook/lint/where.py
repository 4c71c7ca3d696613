"""The line of the file where a text of a step stands."""

from __future__ import annotations

from opsconsole.model.runbook import Runbook, Step


def line_of(runbook: Runbook, step: Step, text: str) -> int:
    """The line (from 1) of `text`, one line of `step`; that of the step where it is not found as it is."""
    wanted = text.strip()
    lines = runbook.source.split("\n")
    found = (number for number in range(step.line - 1, len(lines)) if wanted and wanted in lines[number])
    return next(found, step.line - 1) + 1
