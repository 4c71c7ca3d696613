"""A whole runbook, to be read before it is begun. Pure."""

from __future__ import annotations

from opsconsole.model.runbook import Runbook, Step
from opsconsole.model.text import one_line, plain
from opsconsole.tui.presentation.prose import prose
from opsconsole.tui.presentation.spans import Line, cut, line, words, wrap
from opsconsole.tui.presentation.steps import label, risk_line


def document(book: Runbook, width: int) -> list[Line]:
    """All sections with their steps, in the order of the document."""
    out: list[Line] = []
    number = 0
    for section in book.sections:
        if out:
            out.append(())
        out.append(line(("#" * min(section.level, 3) + " ", "dim"), (one_line(section.title), "heading")))
        if not section.steps:
            out += prose(section.prose, width)
        for step in section.steps:
            if step.kind != "shown":
                number += 1
            out += [*prose(step.prose, width), (), *_step(step, number, width)]
    for fault in book.faults:
        out += wrap(line(("! ", "degraded"), *words(f"line {fault.line}: {fault.message}", "degraded", 300)), width)
    return out


def _step(step: Step, number: int, width: int) -> list[Line]:
    if step.kind == "tick":
        return wrap(line((f"{number:>2} ", "dim"), ("☐ ", "key"), *words(step.text, "", 300)), width, "     ")
    code = [line("    ", (each.expandtabs(4), "code")) for each in plain(step.text).rstrip("\n").split("\n")]
    if step.kind == "shown":
        return code
    why = ", ".join(dict.fromkeys(command.why for command in step.commands if command.risk is step.risk))
    head = (*line((f"{number:>2} ", "dim"), (label(step), "strong"), "  "), *risk_line(step.risk, why))
    return [*wrap(head, width, "   "), *(cut(each, width) for each in code)]
