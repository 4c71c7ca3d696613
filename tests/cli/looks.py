"""Looks made by hand, for what is drawn from them."""

from __future__ import annotations

from pathlib import Path

from opsconsole.model.check import Check, Standing
from opsconsole.model.sample import Target
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.stack import Stack
from opsconsole.model.verdict import Level, Verdict

AT = 1767794531.0  # 2026-01-07 14:02:11 UTC


def standing(
    name: str, level: Level, reason: str = "", *, blocked_by: str | None = None, optional: bool = False, **more: object
) -> Standing:
    check = Check(
        name, name.rpartition(".")[2], Target("thing", name), None, optional=optional, runbooks=more.pop("runbooks", ())
    )
    return Standing(check, Verdict(level, reason, **more), level, AT, AT, blocked_by=blocked_by)


def look(*standings: Standing, name: str = "eatfit24", took: float = 0.31) -> Snapshot:
    stack = Stack(name, Path("/"), checks=tuple(s.check for s in standings))
    return Snapshot(stack, AT, standings={s.check.name: s for s in standings}, took=took)
