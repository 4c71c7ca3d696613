"""What can fail and what must hold, each with who sees it, how that stands now, and what treats it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from opsconsole.model.check import Standing
from opsconsole.model.matrix import Failure, Invariant, enforced, level_of, told_of
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level
from opsconsole.tui.presentation.spans import LEVEL_STYLES, Line, Span, cut, line, sign, words, wrap
from opsconsole.tui.presentation.table import Column, Row, Rows, headed

_COLUMNS: Final = (
    Column(keep=9),  # sign
    Column(keep=8, title="now"),
    Column(keep=4, title="kind"),
    Column(keep=7, least=20, title="what"),
    Column(keep=5, least=12, grow=True, title="seen by"),
    Column(keep=8, least=18, title="runbook"),
)
_NARROW: Final = 60
"""Cells below which a row takes two lines."""

_UNSEEN: Final = "no check sees this"

Standings = Mapping[str, Standing]


def key_of(row: Failure | Invariant) -> str:
    """The same as long as the stack file has the row."""
    return f"failure\n{row.title}" if isinstance(row, Failure) else f"invariant\n{row.name}"


def rows(listed: Sequence[Failure | Invariant], standings: Standings, width: int) -> Rows:
    """A row for each, the worst first, then those that nobody sees, then what is well; the cursor's tells the rest."""
    ordered = sorted(listed, key=lambda one: _order(level_of(one, standings)))
    if width < _NARROW:
        return Rows.under((), [_row(one, _folded(one, standings, width), standings, width) for one in ordered])
    head, drawn = headed(_COLUMNS, [_cells(one, standings) for one in ordered], width)
    return Rows.under(head, [_row(one, (each,), standings, width) for one, each in zip(ordered, drawn, strict=True)])


def _order(level: Level | None) -> int:
    return -int(level) if level else (0 if level is None else 1)


def _row(one: Failure | Invariant, lines: tuple[Line, ...], standings: Standings, width: int) -> Row:
    level = level_of(one, standings)
    return Row(
        key_of(one),
        lines,
        level=level or Level.OK,
        values={"now": None if level is None else int(level), "kind": _kind(one), "what": _title(one)},
        more=tuple(_more(one, standings, width)),
        words=f"{_title(one)} {' '.join(one.checks)} {' '.join(one.runbooks)}",
    )


def _kind(one: Failure | Invariant) -> str:
    return "failure" if isinstance(one, Failure) else "invariant"


def _title(one: Failure | Invariant) -> str:
    return one_line(one.title if isinstance(one, Failure) else f"{one.name}: {one.text}", 300)


def _now(one: Failure | Invariant, standings: Standings) -> Line:
    level = level_of(one, standings)
    if level is None:
        return line(("UNSEEN", "unknown"))
    return line((level.name, LEVEL_STYLES[level] or "good"))


def _mark(one: Failure | Invariant, standings: Standings) -> Line:
    level = level_of(one, standings)
    return line(("–", "unknown")) if level is None else sign(level)


def _cells(one: Failure | Invariant, standings: Standings) -> list[Line]:
    return [
        _mark(one, standings),
        _now(one, standings),
        line((_kind(one), "dim")),
        words(_title(one), "strong", 300),
        _seen_by(one),
        words(f"→ {', '.join(one.runbooks)}" if one.runbooks else "", "key"),
    ]


def _seen_by(one: Failure | Invariant) -> Line:
    return words(", ".join(one.checks), "dim", 300) if one.checks else line((_UNSEEN, "unknown"))


def _folded(one: Failure | Invariant, standings: Standings, width: int) -> tuple[Line, ...]:
    head = line(*_mark(one, standings), " ", *_now(one, standings), " ", *words(_title(one), "strong", 300))
    treats = line("  ", *words(f"→ {', '.join(one.runbooks)}", "key")) if one.runbooks else ()
    return (cut(head, width), *((cut(treats, width),) if treats else ()))


def _more(one: Failure | Invariant, standings: Standings, width: int) -> list[Line]:
    """What is known of a row, below it: each of its checks as it stands, then what somebody has written."""
    told = told_of(one) if isinstance(one, Failure) else [enforced(one)]
    lines = [_check(name, standings.get(name)) for name in one.checks] or [line((_UNSEEN, "unknown"))]
    lines += [words(each, "dim", 600) for each in told]
    lines += [words(f"→ {', '.join(one.runbooks)}", "key", 300)] if one.runbooks else []
    return [(Span("    "), *each) for entry in lines for each in wrap(entry, max(width - 4, 10), "  ")]


def _check(name: str, standing: Standing | None) -> Line:
    if standing is None:
        return line(("? ", "unknown"), *words(name), (" not looked at", "dim"))
    if standing.blocked_by:
        return line(
            ("? ", "unknown"), *words(name), "  ", *words(f"not judged, because of {standing.blocked_by}", "dim")
        )
    style = LEVEL_STYLES[standing.level]
    return line(
        (f"{standing.level.sign} ", style or "good"),
        *words(name),
        "  ",
        *words(standing.verdict.reason or standing.verdict.measured, style or "dim", 300),
    )
