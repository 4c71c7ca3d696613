"""What is to be read before a step, as Markdown: nothing that an author wrote between two steps is lost. Pure."""

from __future__ import annotations

import re
from typing import Final

from opsconsole.model.runbook import Runbook, Section, Step

_FIRST: Final = frozenset({"meaning", "impact", "значение", "смысл", "влияние", "последствия"})


def in_the_header(book: Runbook) -> tuple[Section, ...]:
    """The sections that say what is wrong and what it does to people, where they only say it: they are shown first."""
    return tuple(
        section
        for section in book.sections
        if not section.steps and section.title.strip().rstrip(":").lower() in _FIRST
    )


def before(book: Runbook, step: Step) -> str:
    """Everything since the step before `step`: prose, shown blocks, whole sections under their headings."""
    told: list[str] = []
    head = in_the_header(book)
    for section in book.sections:
        own: list[str] = []
        begun = False  # whether a step of this section came before, so that its heading has been seen
        for one in section.steps:
            own.append(one.prose)
            if one.index == step.index:
                return _joined([*told, _heading(section) if told and not begun else "", *own])
            if one.kind == "shown":
                own.append(_fenced(one.text))
            else:
                own, told, begun = [], [], True
        own.append(section.closing)
        if any(own) and section not in head:
            told += ["" if begun else _heading(section), *own]
    return _joined(told)


def after(book: Runbook) -> str:
    """What stands behind the last step: for who has done everything."""
    todo = book.todo
    if not todo:
        return ""
    place = next(n for n, section in enumerate(book.sections) if todo[-1] in section.steps)
    told: list[str] = []
    for number, section in enumerate(book.sections[place:]):
        steps = [one for one in section.steps if one.index > todo[-1].index]
        told.append(_heading(section) if number else "")
        for one in steps:
            told += [one.prose, _fenced(one.text)]
        told.append(section.closing)
    return _joined(told)


def _heading(section: Section) -> str:
    return f"{'#' * min(max(section.level, 1), 6)} {section.title}" if section.title else ""


def _fenced(text: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(longest + 1, 3)
    return f"{fence}\n{text}\n{fence}"


def _joined(pieces: list[str]) -> str:
    return "\n\n".join(piece for piece in pieces if piece.strip())
