"""One look at a stack as Nagios and its kin take it from a plugin: a line, the figures, and what is wrong. Pure.

Its exit codes are those of `status` anyway. `|` begins the figures, so it stands nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from opsconsole.cli.exits import Exit, exit_of
from opsconsole.cli.status_text import reason_of, worst_first
from opsconsole.model.check import Standing
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.text import one_line
from opsconsole.model.trouble import Trouble
from opsconsole.model.verdict import Level
from opsconsole.watch.exposition import number
from opsconsole.watch.figures import Figure, Unit, figures_of

_WORDS: Final = {Exit.OK: "OK", Exit.DEGRADED: "WARNING", Exit.DOWN: "CRITICAL", Exit.UNKNOWN: "UNKNOWN"}
"""As Nagios calls its four codes."""
_COUNTED: Final = ((Level.DOWN, "down"), (Level.DEGRADED, "degraded"), (Level.UNKNOWN, "unknown"), (Level.OK, "OK"))
_UNITS: Final[dict[Unit, str]] = {"bytes": "B", "seconds": "s", "percent": "%", "": ""}
_LONGEST: Final = 8000
"""Bytes; Nagios cuts at 8 KiB wherever that falls, also in the middle of a figure."""
_FIRST: Final = 300
"""Characters of the first line before its figures: it is what goes out as a message."""


def render(snapshot: Snapshot, asked: Collection[str] | None = None) -> str:
    """The whole answer with a newline at its end. With `asked` only those checks are in it.

    What is too much is left out from the end, findings and figures alike, and the findings left out are counted.
    """
    shown = [s for s in worst_first(snapshot) if asked is None or s.check.name in asked]
    found = [s for s in shown if s.level is not Level.OK and not s.blocked_by]
    headline = _headline(snapshot, shown, found)
    counts = list(_counts(snapshot, shown))
    findings = _findings(found)
    figures = [_perfdata(s, one) for s in shown for one in figures_of(s.check, snapshot.latest.get(s.check.target))]
    room = _LONGEST - len(f"{headline} | {' '.join(counts)}\n".encode())
    told = _as_many(findings, room * 2 // 3)
    kept = _that_fit(figures, room - _size(told))
    return "\n".join([f"{headline} | {' '.join([*counts, *kept])}", *told]) + "\n"


def unknown(troubles: Sequence[Trouble]) -> str:
    """What is said where nothing could be looked at: the first fault in the first line, then all of them."""
    lines = [_text(str(trouble), 500) for trouble in troubles]
    return "\n".join([f"UNKNOWN - {lines[0]}", *_as_many(lines[1:], _LONGEST - 1000)]) + "\n"


def _headline(snapshot: Snapshot, shown: Sequence[Standing], found: Sequence[Standing]) -> str:
    code = exit_of(shown)
    levels = [s.level for s in shown if not s.blocked_by]
    counts = ", ".join(f"{levels.count(level)} {word}" for level, word in _COUNTED if level in levels) or "no checks"
    worst = f"; {found[0].check.name}: {reason_of(found[0])}" if found else ""
    return _text(f"{snapshot.stack.name} {_WORDS[code]} - {counts}{worst}", _FIRST)


def _counts(snapshot: Snapshot, shown: Sequence[Standing]) -> Iterator[str]:
    levels = [s.level for s in shown if not s.blocked_by]
    yield f"down={levels.count(Level.DOWN)};;0;0"
    yield f"degraded={levels.count(Level.DEGRADED)};0;;0"
    yield f"unknown={levels.count(Level.UNKNOWN)};;;0"
    yield f"ok={levels.count(Level.OK)};;;0"
    yield f"time={snapshot.took:.3f}s;;;0"


def _findings(found: Sequence[Standing]) -> list[str]:
    lines = []
    for standing in found:
        books = f" -> {', '.join(standing.check.runbooks)}" if standing.check.runbooks else ""
        lines.append(_text(f"{standing.level.name} {standing.check.name}: {reason_of(standing)}{books}", 600))
    return lines


def _perfdata(standing: Standing, figure: Figure) -> str:
    """`'label'=value[unit];degraded;down`, where the value may be anything up to a threshold, or from it on."""
    label = _text(f"{standing.check.name} {figure.name}", 120).replace("=", ":").replace("'", "''")
    limits = [_range(limit, below=figure.below) for limit in (figure.degraded, figure.down)]
    return f"'{label}'={_short(figure.value)}{_UNITS[figure.unit]};{';'.join(limits)}".rstrip(";")


def _range(limit: float | None, *, below: bool) -> str:
    if limit is None:
        return ""
    return f"{_short(limit)}:" if below else _short(limit)


def _short(value: float) -> str:
    """No more exact than a microsecond, and never with an exponent."""
    text = number(value)
    return text if text.lstrip("-").isdigit() else f"{value:.6f}".rstrip("0").rstrip(".")


def _text(text: str, most: int) -> str:
    return one_line(text.replace("|", "/"), most)


def _as_many(lines: Sequence[str], room: int) -> list[str]:
    """The lines that fit, and how many did not."""
    kept = _that_fit(lines, room)
    if len(kept) == len(lines):
        return kept
    kept = _that_fit(lines, room - 40)
    return [*kept, f"and {len(lines) - len(kept)} more findings"]


def _size(pieces: Sequence[str]) -> int:
    """Bytes of the pieces, each with what parts it from the next."""
    return sum(len(piece.encode()) + 1 for piece in pieces)


def _that_fit(pieces: Sequence[str], room: int) -> list[str]:
    """The first pieces that fit into `room` bytes, each with what parts it from the next."""
    kept = []
    for piece in pieces:
        room -= len(piece.encode()) + 1
        if room < 0:
            break
        kept.append(piece)
    return kept
