"""OPS-checks as plain JSON values, as a journal keeps them. Pure."""

from __future__ import annotations

from typing import Any

from opsconsole.model.check import Finding
from opsconsole.model.run import Entry, OpsCheck
from opsconsole.model.verdict import Level


def ops_check_data(check: OpsCheck) -> dict[str, Any]:
    """What the journal keeps of an OPS-check."""
    return {
        "label": check.label,
        "level": check.level.name,
        "problem": check.problem,
        "levels": {name: level.name for name, level in check.levels.items()},
        "findings": [
            {
                "check": found.check,
                "level": found.level.name,
                "reason": found.reason,
                "since": found.since,
                "measured": found.measured,
                "expected": found.expected,
                "runbooks": list(found.runbooks),
            }
            for found in check.findings
        ],
    }


def ops_check_from(entry: Entry) -> OpsCheck:
    """The OPS-check that an entry holds; one that failed has no levels and is UNKNOWN."""
    data = entry.data
    return OpsCheck(
        entry.at,
        data["label"],
        Level[data.get("level", "UNKNOWN")],
        {name: Level[level] for name, level in data.get("levels", {}).items()},
        tuple(
            Finding(
                raw["check"],
                Level[raw["level"]],
                raw["reason"],
                raw["since"],
                raw["measured"],
                raw["expected"],
                tuple(raw["runbooks"]),
            )
            for raw in data.get("findings", ())
        ),
        data.get("problem", ""),
    )
