"""How one look at a stack reads as text. Pure."""

from __future__ import annotations

import textwrap
import time
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from opsconsole.model.check import Standing, finding
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level, worst

if TYPE_CHECKING:
    from opsconsole.model.matrix import Failure

_COLOURS: Final = {Level.OK: "32", Level.UNKNOWN: "35", Level.DEGRADED: "33", Level.DOWN: "1;31"}
_GAP: Final = "   "
_UNBOUND: Final = 100  # where the right edge lies when nobody looks at columns
_NARROWEST: Final = 24  # columns; a reason that would get fewer stands below its name


@dataclass(frozen=True, slots=True)
class Paper:
    """What is written on: its width in columns (None: endless), and whether it shows colours."""

    width: int | None = None
    colours: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    level: Level
    name: str
    reason: str
    runbooks: str
    below: tuple[str, ...] = ()


def render(
    snapshot: Snapshot, host: str, paper: Paper, *, asked: Collection[str] | None = None, everything: bool = False
) -> str:
    """The table: a head line, a line for each finding with the worst first, a line of counts.

    Of the checks `asked` for every one has its line, also where it is OK; `everything` does that for all.
    """
    shown = [s for s in worst_first(snapshot) if asked is None or s.check.name in asked]
    rows = [
        _row(s, snapshot.stack.matrix)
        for s in shown
        if asked is not None or everything or (s.level is not Level.OK and not s.blocked_by)
    ]
    lines = [_head(snapshot, host, worst(s.level for s in shown), paper)]
    lines += _table(rows, paper)
    lines.append(_counts(shown, snapshot.took, paper))
    return "\n".join(lines) + "\n"


def worst_first(snapshot: Snapshot) -> list[Standing]:
    """Every standing: the worst first, of those the ones that nothing blocks, then as in the stack."""
    return sorted(snapshot.standings.values(), key=lambda s: (-s.level, s.blocked_by is not None))


def reason_of(standing: Standing) -> str:
    """Why it stands where it stands, in one line."""
    if standing.blocked_by:
        return f"not judged, because of {one_line(standing.blocked_by)}"
    verdict = standing.verdict
    reason = one_line(verdict.reason or verdict.measured, 500)
    optional = standing.level is Level.UNKNOWN and standing.check.optional
    return f"{reason} (optional)" if optional else reason


def _row(standing: Standing, matrix: Sequence[Failure]) -> _Row:
    found = finding(standing, matrix)
    runbooks = ", ".join(found.runbooks) if found else ""
    below = tuple(f"matrix: {_failure(row)}" for row in found.matrix) if found else ()
    return _Row(standing.level, one_line(standing.check.name), reason_of(standing), runbooks, below)


def _failure(row: Failure) -> str:
    treats = f" → {', '.join(row.runbooks)}" if row.runbooks else ""
    return one_line(f"{row.title}{treats}", 300)


def _head(snapshot: Snapshot, host: str, level: Level, paper: Paper) -> str:
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(snapshot.at))
    name = one_line(snapshot.stack.name)
    what = host if name == host else f"{name} on {host}"  # what discovery finds is called as the box is
    return both_ends(f"{what} at {stamp} UTC", level.name, paper, level)


def _counts(standings: Sequence[Standing], took: float, paper: Paper) -> str:
    free = [s.level for s in standings if not s.blocked_by]
    words = {Level.OK: "OK", Level.DOWN: "down", Level.DEGRADED: "degraded", Level.UNKNOWN: "unknown"}
    parts = [f"{level.sign} {free.count(level)} {word}" for level, word in words.items() if level in free]
    if len(free) < len(standings):
        parts.append(f"{len(standings) - len(free)} not judged")
    return both_ends(_GAP.join(parts) or "no checks", f"in {took:.2f} s", paper)


def both_ends(left: str, right: str, paper: Paper, level: Level | None = None) -> str:
    """A line with something at its left and something at its right edge; the latter in the colour of `level`."""
    width = paper.width or _UNBOUND
    gap = max(width - cells(left) - cells(right), 2)
    return left + " " * gap + (painted(right, level, paper) if level is not None else right)


def _table(rows: Sequence[_Row], paper: Paper) -> list[str]:
    if not rows:
        return []
    names = max(cells(row.name) for row in rows)
    books = max(cells(row.runbooks) for row in rows)
    if paper.width is None:
        # Columns are for people, who have a width; for a pipe one long reason must not push out all others.
        reasons = min(max(cells(row.reason) for row in rows), 60)
        return [
            line
            for row in rows
            for line in (
                _line(row, names, row.reason, reasons, row.runbooks, paper),
                *(f"    {one}" for one in row.below),
            )
        ]
    room = paper.width - 2 - names - len(_GAP)
    beside = room - books - len(_GAP) >= _NARROWEST if books else True
    reasons = room - (books + len(_GAP) if books and beside else 0)
    lines = []
    for row in rows:
        lines += _wrapped(row, names, reasons, paper, beside=beside)
    return lines


def _wrapped(row: _Row, names: int, reasons: int, paper: Paper, *, beside: bool) -> list[str]:
    """A row on paper of a given width: what does not fit goes on in the lines below, nothing is cut off."""
    below = reasons < _NARROWEST
    width = max((paper.width or 0) - 4, 8) if below else reasons
    indent = " " * (4 if below else 2 + names + len(_GAP))
    pieces = textwrap.wrap(row.reason, width, break_on_hyphens=False) or [""]
    if below:
        lines = [f"{painted(row.level.sign, row.level, paper)} {row.name}"]
    else:
        lines = [_line(row, names, pieces.pop(0), reasons, row.runbooks if beside else "", paper)]
    lines += [indent + piece for piece in pieces]
    if row.runbooks and (below or not beside):
        lines += [indent + piece for piece in textwrap.wrap(f"→ {row.runbooks}", width, break_on_hyphens=False)]
    for told in row.below:
        lines += [indent + piece for piece in textwrap.wrap(told, width, break_on_hyphens=False)]
    return lines


def folded(text: str, paper: Paper, indent: int) -> list[str]:
    """`text` in as many lines as it takes on paper with `indent` columns left free; at least one."""
    if paper.width is None:
        return [text]
    return textwrap.wrap(text, max(paper.width - indent, 8), break_on_hyphens=False) or [""]


def _line(row: _Row, names: int, reason: str, reasons: int, runbooks: str, paper: Paper) -> str:
    sign = painted(row.level.sign, row.level, paper)
    line = f"{sign} {_padded(row.name, names)}{_GAP}{_padded(reason, reasons) if runbooks else reason}"
    return f"{line}{_GAP}{runbooks}" if runbooks else line.rstrip()


def painted(text: str, level: Level, paper: Paper) -> str:
    """`text` in the colour of `level`, where the paper shows colours."""
    return f"\x1b[{_COLOURS[level]}m{text}\x1b[0m" if paper.colours else text


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cells(text))


def cells(text: str) -> int:
    """How many columns `text` takes on a terminal."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) != 0 for character in text)
