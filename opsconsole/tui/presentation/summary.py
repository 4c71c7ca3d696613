"""What somebody wants to know of a runbook first: what it treats, what that means, how long it may take, whom to call.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from opsconsole.model.runbook import Runbook
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.runbook.between import in_the_header
from opsconsole.tui.presentation.prose import prose
from opsconsole.tui.presentation.spans import Line, line, words, wrap

_LEAD: Final = 10
"""Cells that the words in front take."""


def summary(book: Runbook, width: int, contacts: Mapping[str, str]) -> list[Line]:
    """The lines above a runbook."""
    out: list[Line] = []
    if book.treats:
        out += _fact("treats", words(", ".join(book.treats), "value", 400), width)
    if book.rto is not None:
        out += _fact("within", line((duration(book.rto), "value")), width)
    out += escalation(book, contacts, width)
    for section in in_the_header(book):
        out += _said(one_line(section.title, 40).rstrip(":").lower(), prose(section.prose, max(width - _LEAD, 20)))
    return out


def escalation(book: Runbook, contacts: Mapping[str, str], width: int) -> list[Line]:
    """Whom to call where this runbook does not help; nothing where it does not say."""
    if not book.escalate:
        return []
    contact = contacts.get(book.escalate)
    name = one_line(book.escalate, 60)
    known = words(contact, "value", 300) if contact else line(("no contact of that name in the stack file", "degraded"))
    return _fact("escalate", (*line((f"{name}  ", "strong")), *known), width)


def _fact(lead: str, said: Line, width: int) -> list[Line]:
    return wrap((*line((f"{lead:<{_LEAD}}", "dim")), *said), width, " " * _LEAD)


def _said(lead: str, lines: list[Line]) -> list[Line]:
    return [
        (*line((f"{lead:<{_LEAD - 1}} " if not number else " " * _LEAD, "dim")), *each) if each else ()
        for number, each in enumerate(lines)
    ]
