"""Rules about what the steps of a runbook do. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from opsconsole.model.runbook import Risk, Runbook, Section, Step
from opsconsole.model.text import one_line
from opsconsole.runbook.lint.where import line_of
from opsconsole.runbook.remarks import Remark
from opsconsole.runbook.risk import assess

_LOOKING: Final = re.compile(
    r"^[\W\d]*(?:(?:step|шаг)\s*\d+\W+)?(?:diagnos\w*|check(?:s|ing)?|verif\w*|диагности\w*|проверк\w*|проверить)\b",
    re.IGNORECASE,
)
_SECRET_NAME: Final = r"(?:password|passwd|pwd|token|secret|api[-_]?key|private[-_]?key|credential)s?"
_SECRET: Final = re.compile(
    rf"{_SECRET_NAME}['\"]?\s*[=:]\s*['\"]?(?![<$*{{x'\"]|%s|\\\d|\(\.)[^\s'\"]{{6,}}"
    r"|://[^\s:/@]+:(?![<$*{])[^\s@]{4,}@|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY",
    re.IGNORECASE,
)


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
            yield from _changes(section, step)


def _changes(section: Section, step: Step) -> Iterator[Remark]:
    for command in step.commands:
        if command.risk.changes:
            text = one_line(command.text, 60)
            what = "may change something" if command.risk is Risk.UNKNOWN else f"is a {command.risk.word}"
            message = f"{section.title} is expected to only look, but {text} {what} ({command.why})"
            known = command.risk is not Risk.UNKNOWN
            yield Remark(step.line, "change-in-diagnosis", message, "problem" if known else "warning")


def _suggestions(runbook: Runbook) -> Iterator[Remark]:
    for given in runbook.inputs:
        for command in assess(given.source or ""):
            if command.risk.changes:
                what = f"inputs.{given.name}.from: {one_line(command.text, 60)} may do more than look ({command.why})"
                yield Remark(given.line or 1, "change-in-input", what)


def _destroying(runbook: Runbook) -> Iterator[Remark]:
    for step in runbook.steps:
        if step.risk is Risk.DESTROY and step.options.undo is None and step.options.confirm != "type":
            message = "this cannot be taken back, and names neither an undo nor confirm=type"
            yield Remark(step.line, "destroy-without-undo", message)


def _secrets(runbook: Runbook) -> Iterator[Remark]:
    for step in runbook.steps:
        for text in dict.fromkeys(f"{step.text}\n{step.example}".split("\n")):
            if _SECRET.search(text):
                message = "this looks like a secret; make it an input with secret: true"
                yield Remark(line_of(runbook, step, text), "secret", message)
    for given in runbook.inputs:
        if given.secret and given.default:
            yield Remark(given.line or 1, "secret", f"the secret {given.name} has a default; a file is no place for it")


RULES: Final = (_diagnosis, _suggestions, _destroying, _secrets)
