"""The library of runbooks as rows. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from opsconsole.model.runbook import Risk, Runbook
from opsconsole.tui.presentation.spans import EMPTY, Line, line, words
from opsconsole.tui.presentation.table import Column, Row, Rows, Value, headed

_COLUMNS: Final = (
    Column(keep=9, least=20, title="runbook"),
    Column(keep=5, align="right", title="steps"),
    Column(keep=6, title="risk"),
    Column(keep=7, least=12, grow=True, title="treats"),
)


def rows(books: Sequence[Runbook], width: int) -> Rows:
    """A row for each runbook, keyed by its place."""
    cells = [(words(book.title, "strong"), _steps(book), _risk(book), _treats(book)) for book in books]
    head, drawn = headed(_COLUMNS, cells, width, gap=2)
    return Rows.under(
        head,
        [
            Row(str(number), (each,), values=_values(book), words=f"{book.name} {book.title}")
            for number, (book, each) in enumerate(zip(books, drawn, strict=True))
        ],
    )


def _values(book: Runbook) -> dict[str, Value]:
    return {
        "runbook": book.title,
        "steps": len(book.todo) if book.digest else None,
        "risk": _worst(book).value if book.digest else None,
        "treats": ", ".join(book.treats) or None,
    }


def _worst(book: Runbook) -> Risk:
    return max((step.risk for step in book.todo), default=Risk.READ)


def _steps(book: Runbook) -> Line:
    if not book.digest:
        return line(("unreadable", "down"))
    count = len(book.todo)
    return line((f"{count} step{'s' if count != 1 else ''}", "dim"))


def _risk(book: Runbook) -> Line:
    if not book.digest:
        return EMPTY
    worst = _worst(book)
    said = {Risk.READ: "only looks", Risk.UNKNOWN: "may change", Risk.CHANGE: "changes", Risk.DESTROY: "destroys"}
    return line((said[worst], f"risk-{worst.word}" if worst is not Risk.DESTROY else "down"))


def _treats(book: Runbook) -> Line:
    if not book.digest and book.faults:
        return words(book.faults[0].message, "down")
    if book.faults:
        many = f"{len(book.faults)} faults" if len(book.faults) > 1 else "1 fault"
        return words(f"{many}; see opsconsole runbook lint {book.name}", "degraded")
    return words("treats " + ", ".join(book.treats) if book.treats else "", "dim")
