"""Rows and titles of what could not be read: never a number that is not known, always the reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from opsconsole.model.verdict import Level
from opsconsole.tui.presentation.spans import LEVEL_STYLES, Line, Span, cut, fit, fit_name, line, sign, words

if TYPE_CHECKING:
    from opsconsole.model.sample import Sample, Target
    from opsconsole.model.snapshot import Snapshot


def unread(level: Level, name: str, sample: Sample | None, width: int) -> Line:
    """The row of a target that has never been read: its reason, or that it is being looked at."""
    if sample is None or sample.problem is None:
        why = line(("looking…", "dim"))
    else:
        why = words(sample.problem.reason, LEVEL_STYLES[level] or "dim")
    head = (*fit(sign(level), 1), Span(" "), *fit_name(words(name), min(max(len(name), 14), 24)), Span("  "))
    return cut((*head, *why), width)


def title_reason(snapshot: Snapshot, targets: Iterable[Target]) -> str:
    """Why a whole pane cannot be read, where that is one and the same for all of it; else empty."""
    reasons = set()
    for target in targets:
        sample = snapshot.latest.get(target)
        if sample is None or sample.problem is None:
            return ""
        reasons.add(sample.problem.reason)
    return reasons.pop() if len(reasons) == 1 else ""
