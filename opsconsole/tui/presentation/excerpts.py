"""What is copied of what is on the screen: in words that stand by themselves in a chat. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from opsconsole.model.check import Finding
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.tui.presentation.spans import Line, text
from opsconsole.tui.presentation.table import ROOMY

DRAWN_AT: Final = ROOMY - 1
"""Cells at which a row of the overview is drawn to be copied: just without the columns that need titles above them."""

WHOLE: Final = 400
"""Cells at which nothing of a row is cut."""

_DRAWN: Final = str.maketrans(dict.fromkeys("▕▏▎▍▌▋▊▉█┊▁▂▃▄▅▆▇", " "))
"""What bars and curves are drawn with: in a chat they say nothing."""


def of_lines(lines: Iterable[Line]) -> str:
    """Lines as text, without the blanks that only fill them up."""
    return "\n".join(text(each).rstrip() for each in lines)


def of_row(lines: Iterable[Line]) -> str:
    """A row of a table without its bars and curves, its columns no further apart than words."""
    return "\n".join(filter(None, (" ".join(text(each).translate(_DRAWN).split()) for each in lines)))


def of_finding(found: Finding, now: float) -> str:
    """A finding in full: `DOWN worker.process: runs gunicorn, expected celery; for 2 m 05 s; runbook wrong-process`."""
    parts = [
        f"{found.level.name} {one_line(found.check)}: {one_line(found.reason, 600)}",
        f"for {duration(max(now - found.since, 0))}",
        f"runbook {', '.join(found.runbooks)}" if found.runbooks else "",
    ]
    return "; ".join(filter(None, parts))
