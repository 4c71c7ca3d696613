"""One look at a stack as JSON. The shape is a promise: keys may be added, none is renamed or dropped.

stack       name of the stack
host        name of the box
at          when, RFC 3339 in UTC
took        what the look cost, in seconds
level       the worst level of all checks: "OK", "UNKNOWN", "DEGRADED" or "DOWN"
exit        the exit code of the command: 0, 1, 2 or 3
counts      {"OK": n, "UNKNOWN": n, "DEGRADED": n, "DOWN": n} over all checks; one that is blocked is UNKNOWN
checks      one object a check, the worst first:
    name        its name ("celery-worker.memory")
    kind        what it expects something of ("memory", "process", "health", …)
    level       as above
    reason      why, one line
    measured    what was seen, with its unit; may be ""
    expected    what it should be, with its unit; may be ""
    runbooks    names of the runbooks that treat it
    optional    true where UNKNOWN does not change the exit code
    blocked_by  the check that this one needs and that is not OK, or null
    matrix      the rows of the failure matrix that it sees, each {"component", "failure", "runbooks", "data_loss"}

With --matrix also:

invariants  one object each: name, text, level (null where no check sees it), checks [{"name", "level"}], runbooks,
            enforced (of "ci", "pre-deploy", "runtime"), coverage (the share of these three, in per cent)
matrix      one object a row: component, failure, symptoms, by_itself, by_hand, data_loss ("yes", "no", "partial", null)
            and, as above, level, checks, runbooks
unseen      {"invariants": n, "matrix": n}: how many no check sees
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from opsconsole.cli.exits import exit_of
from opsconsole.cli.status_text import reason_of, worst_first
from opsconsole.model.check import Standing
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level, worst

if TYPE_CHECKING:
    from opsconsole.model.matrix import Failure


def as_json(snapshot: Snapshot, host: str, asked: Collection[str] | None = None, *, matrix: bool = False) -> str:
    """The whole answer, indented, with a newline at its end. With `asked` only those checks are in it."""
    from msgspec import json

    data = as_data(snapshot, host, asked)
    if matrix:
        from opsconsole.cli import status_matrix

        data |= status_matrix.as_data(snapshot)
    return json.format(json.encode(data), indent=2).decode() + "\n"


def as_data(snapshot: Snapshot, host: str, asked: Collection[str] | None = None) -> dict[str, Any]:
    """The same as plain values."""
    shown = [s for s in worst_first(snapshot) if asked is None or s.check.name in asked]
    levels = [standing.level for standing in shown]
    return {
        "stack": snapshot.stack.name,
        "host": host,
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(snapshot.at)),
        "took": round(snapshot.took, 3),
        "level": worst(levels).name,
        "exit": int(exit_of(shown)),
        "counts": {level.name: levels.count(level) for level in Level},
        "checks": [_check(standing, snapshot.stack.matrix) for standing in shown],
    }


def _check(standing: Standing, matrix: Sequence[Failure]) -> dict[str, Any]:
    return {
        "name": standing.check.name,
        "kind": standing.check.kind,
        "level": standing.level.name,
        "reason": reason_of(standing),
        "measured": one_line(standing.verdict.measured, 500),
        "expected": one_line(standing.verdict.expected, 500),
        "runbooks": list(standing.check.runbooks),
        "optional": standing.check.optional,
        "blocked_by": standing.blocked_by,
        "matrix": [
            {
                "component": row.component,
                "failure": row.failure,
                "runbooks": list(row.runbooks),
                "data_loss": row.data_loss,
            }
            for row in matrix
            if standing.check.name in row.checks
        ],
    }
