"""`opsconsole status --matrix`: which check sees which invariant and which failure, and how it stands now. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from opsconsole.cli.status_text import Paper, both_ends, folded, painted
from opsconsole.model.check import Standing
from opsconsole.model.matrix import PLACES, Failure, Invariant, enforced, level_of, places_of, told_of, unseen
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.text import one_line

_UNSEEN: Final = "no check sees this"


def render(snapshot: Snapshot, paper: Paper) -> str:
    """Invariants, then the failure matrix; each row with its sign, its checks as they stand, and its runbooks."""
    stack, standings = snapshot.stack, snapshot.standings
    if not stack.invariants and not stack.matrix:
        return "the stack file has no [[invariant]] and no [[matrix]]\n"
    lines: list[str] = []
    if stack.invariants:
        lines.append(_title("Invariants", stack.invariants, paper))
        for one in stack.invariants:
            lines += _row(one, f"{one.name}: {one.text}", [enforced(one)], standings, paper)
    if stack.matrix:
        lines += [""] if lines else []
        lines.append(_title("Failure matrix", stack.matrix, paper))
        for row in stack.matrix:
            lines += _row(row, row.title, told_of(row), standings, paper)
    return "\n".join(lines) + "\n"


def as_data(snapshot: Snapshot) -> dict[str, Any]:
    """The same as plain values, for `--format json`: two lists, and how many of each no check sees."""
    stack, standings = snapshot.stack, snapshot.standings
    return {
        "invariants": [
            {
                **_shared(one, standings),
                "name": one.name,
                "text": one_line(one.text, 500),
                "enforced": list(places_of(one)),
                "coverage": round(100 * len(places_of(one)) / len(PLACES)),
            }
            for one in stack.invariants
        ],
        "matrix": [
            {
                **_shared(row, standings),
                "component": row.component,
                "failure": row.failure,
                "symptoms": row.symptoms,
                "by_itself": row.by_itself,
                "by_hand": row.by_hand,
                "data_loss": row.data_loss,
            }
            for row in stack.matrix
        ],
        "unseen": {"invariants": len(unseen(stack.invariants)), "matrix": len(unseen(stack.matrix))},
    }


def _shared(row: Invariant | Failure, standings: Mapping[str, Standing]) -> dict[str, Any]:
    level = level_of(row, standings)
    return {
        "level": level.name if level is not None else None,
        "checks": [
            {"name": name, "level": standings[name].level.name if name in standings else None} for name in row.checks
        ],
        "runbooks": list(row.runbooks),
    }


def _title(title: str, rows: Sequence[Invariant] | Sequence[Failure], paper: Paper) -> str:
    seen = sum(bool(row.checks) for row in rows)
    return both_ends(title, f"{seen} of {len(rows)} seen by a check", paper)


def _row(
    row: Invariant | Failure, title: str, about: Iterable[str], standings: Mapping[str, Standing], paper: Paper
) -> list[str]:
    level = level_of(row, standings)
    sign = painted(level.sign, level, paper) if level is not None else "-"
    checks = ", ".join(_check(name, standings) for name in row.checks) or _UNSEEN
    treats = [f"→ {', '.join(row.runbooks)}"] if row.runbooks else []
    first, *more = folded(one_line(title, 500), paper, 2)
    below = [line for told in (checks, *about, *treats) for line in folded(one_line(told, 500), paper, 4)]
    return [f"{sign} {first}", *(f"  {line}" for line in more), *(f"    {line}" for line in below)]


def _check(name: str, standings: Mapping[str, Standing]) -> str:
    standing = standings.get(name)
    if standing is None:
        return f"{name} not looked at"
    return f"{name} {'not judged' if standing.blocked_by else standing.level.name}"
