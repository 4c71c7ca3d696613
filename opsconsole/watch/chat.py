"""One moment of a stack in words, for the chat of those who are called: as plain text or as Markdown. Pure.

The worst first, then what is well with its figures; lists, since few chats draw tables.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final

from opsconsole.model.check import Finding, Standing, finding
from opsconsole.model.markup import code
from opsconsole.model.markup import text as literal
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.model.verdict import Level, worst

_WELL_AT_MOST: Final = 40
"""Checks that are OK and are named one by one; beyond that only how many they are."""

_FIGURE: Final = 20
"""Characters of the longest figure."""


def as_text(snapshot: Snapshot, host: str, asked: Collection[str] | None = None) -> str:
    """A head line, a line for each finding, what is not judged, and what is well; of the checks `asked` for only."""
    shown = _shown(snapshot, asked)
    lines = [f"{_what(snapshot, host)}: {_level(shown).name}, {_counts(shown)} ({_moment(snapshot)})"]
    for one in _findings(shown, snapshot):
        lines.append(f"{one.level.sign} {one.level.name} {one_line(one.check)}: {'; '.join(_about(one, snapshot.at))}")
    well = [" ".join(filter(None, (one_line(s.check.name), _figure(s)))) for s in _well(shown)]
    lines += [f"✓ {', '.join(well)}"] if well else []
    return "\n".join(lines) + "\n"


def as_markdown(snapshot: Snapshot, host: str, asked: Collection[str] | None = None) -> str:
    """The same as Markdown; text from outside means nothing in it but itself."""
    shown = _shown(snapshot, asked)
    head = f"**{literal(_what(snapshot, host))}: {_level(shown).name}**, {_counts(shown)} ({_moment(snapshot)})"
    lines = [head, ""]
    for one in _findings(shown, snapshot):
        about = "; ".join(map(literal, _about(one, snapshot.at)))
        lines.append(f"- {one.level.sign} **{one.level.name}** {code(one.check)}: {about}")
    well = [" ".join(filter(None, (code(s.check.name), literal(_figure(s))))) for s in _well(shown)]
    lines += [f"- ✓ {', '.join(well)}"] if well else []
    return "\n".join(lines).rstrip() + "\n"


def _shown(snapshot: Snapshot, asked: Collection[str] | None) -> list[Standing]:
    return [s for s in snapshot.standings.values() if asked is None or s.check.name in asked]


def _what(snapshot: Snapshot, host: str) -> str:
    name = one_line(snapshot.stack.name)
    return host if name == host else f"{name} on {host}"


def _moment(snapshot: Snapshot) -> str:
    return datetime.fromtimestamp(snapshot.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _level(shown: Sequence[Standing]) -> Level:
    return worst(s.level for s in shown)


def _counts(shown: Sequence[Standing]) -> str:
    """What is not OK first; what waits for another check is counted by itself."""
    if not shown:
        return "no checks"
    free = [s.level for s in shown if not s.blocked_by]
    words = {Level.DOWN: "down", Level.DEGRADED: "degraded", Level.UNKNOWN: "unknown", Level.OK: "OK"}
    parts = [f"{free.count(level)} {word}" for level, word in words.items() if level in free]
    blocked = len(shown) - len(free)
    return ", ".join([*parts, *([f"{blocked} not judged"] if blocked else [])])


def _findings(shown: Sequence[Standing], snapshot: Snapshot) -> list[Finding]:
    names = {s.check.name for s in shown}
    return [found for found in snapshot.findings if found.check in names]


def _about(found: Finding, now: float) -> list[str]:
    """Why, since when, and what treats it."""
    age = now - found.since
    since = f"for {duration(age)}" if age >= 1 else ""
    runbook = f"runbook {', '.join(found.runbooks)}" if found.runbooks else "no runbook"
    return [part for part in (one_line(found.reason, 500), since, runbook) if part]


def _well(shown: Sequence[Standing]) -> list[Standing]:
    well = [s for s in shown if finding(s) is None and not s.blocked_by]
    return well if len(well) <= _WELL_AT_MOST else []


def _figure(standing: Standing) -> str:
    """What was measured, where it is a figure: `312 M`, not a command line."""
    measured = one_line(standing.verdict.measured, 60)
    return measured if measured[:1].isdigit() and len(measured) <= _FIGURE else ""
