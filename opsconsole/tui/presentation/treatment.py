"""What is wrong with one thing, and the runbooks that treat it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from opsconsole.tui.presentation.ages import age
from opsconsole.tui.presentation.spans import LEVEL_STYLES, line, words, wrap
from opsconsole.tui.presentation.subject import Subject
from opsconsole.tui.presentation.table import Row

FINDING: Final = "finding:"
BOOK: Final = "book:"
"""Beginnings of the keys of rows that open something: a check's name or a runbook's follows."""


def rows(subject: Subject, titles: Mapping[str, str], width: int) -> list[Row]:
    """Its findings, the worst first, then every runbook that the stack names for it, by its title where known."""
    now = subject.snapshot.at
    out = []
    for found in subject.findings:
        style = LEVEL_STYLES[found.level]
        told = line(
            (f"{found.level.sign} {found.level.name} ", style),
            *words(found.check, "strong"),
            (f" {age(now - found.since)}  ", "dim"),
            *words(found.reason, "", 600),
            *(
                line(("  → ", "key"), *words(titles.get(found.runbooks[0], found.runbooks[0]), "value"))
                if found.runbooks
                else ()
            ),
        )
        out.append(Row(f"{FINDING}{found.check}", tuple(wrap(told, width, "  ")), found.level))
    if not out:
        checks = len(subject.standings)
        told = line(
            (f"✓ nothing is wrong: {checks} check{'s' * (checks != 1)}" if checks else "no checks on it", "dim")
        )
        out.append(Row("fine", (told,)))
    for name, treats in _books(subject).items():
        what = f"treats {', '.join(treats)}" if treats else ""
        told = line(("→ ", "key"), *words(titles.get(name, name), "value"), "  ", *words(what, "dim"))
        out.append(Row(f"{BOOK}{name}", tuple(wrap(told, width, "  "))))
    return out


def _books(subject: Subject) -> dict[str, list[str]]:
    """Runbooks by name, with what each treats."""
    found: dict[str, list[str]] = {}
    service = subject.snapshot.stack.service(subject.name)
    for what, name in (service.runbooks if service is not None else {}).items():
        found.setdefault(name, []).append(what)
    for standing in subject.standings:
        for name in standing.check.runbooks:
            treats = found.setdefault(name, [])
            if standing.check.kind not in treats:
                treats.append(standing.check.kind)
    return found
