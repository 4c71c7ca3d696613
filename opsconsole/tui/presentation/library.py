"""The library of runbooks as rows. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from opsconsole.model.runbook import Risk, Runbook
from opsconsole.tui.presentation.spans import EMPTY, Line, line, words
from opsconsole.tui.presentation.table import Column, Row, lay_out

_COLUMNS: Final = (
    Column(keep=9, least=20),  # title
    Column(keep=5, align="right"),  # steps
    Column(keep=6),  # risk
    Column(keep=7, least=12, grow=True),  # treats
)


def rows(books: Sequence[Runbook], width: int) -> list[Row]:
    """A row for each runbook, keyed by its place."""
    cells = [(words(book.title, "strong"), _steps(book), _risk(book), _treats(book)) for book in books]
    drawn = lay_out(_COLUMNS, cells, width, gap=2)
    return [Row(str(number), (each,)) for number, each in enumerate(drawn)]


def _steps(book: Runbook) -> Line:
    if not book.digest:
        return line(("unreadable", "down"))
    count = len(book.todo)
    return line((f"{count} step{'s' if count != 1 else ''}", "dim"))


def _risk(book: Runbook) -> Line:
    if not book.digest:
        return EMPTY
    worst = max((step.risk for step in book.todo), default=Risk.READ)
    said = {Risk.READ: "only looks", Risk.UNKNOWN: "may change", Risk.CHANGE: "changes", Risk.DESTROY: "destroys"}
    return line((said[worst], f"risk-{worst.word}" if worst is not Risk.DESTROY else "down"))


def _treats(book: Runbook) -> Line:
    if not book.digest and book.faults:
        return words(book.faults[0].message, "down")
    if book.faults:
        many = f"{len(book.faults)} faults" if len(book.faults) > 1 else "1 fault"
        return words(f"{many}; see opsconsole runbook lint {book.name}", "degraded")
    return words("treats " + ", ".join(book.treats) if book.treats else "", "dim")
