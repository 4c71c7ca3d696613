"""Rounds of a watch, told in a few words: what was seen of which check, and what came of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from opsconsole.checks.restarts import Life
from opsconsole.model.alerts import AlertSettings, Item
from opsconsole.model.check import Check, Standing
from opsconsole.model.sample import Target
from opsconsole.model.verdict import Level, Verdict
from opsconsole.watch.alerts import post
from opsconsole.watch.alerts.rounds import Look, Round, advance
from opsconsole.watch.alerts.state import Silence, State

OK, UNKNOWN, DEGRADED, DOWN = Level.OK, Level.UNKNOWN, Level.DEGRADED, Level.DOWN

START = 1_767_225_600.0  # 2026-01-01 00:00 UTC


def check(name: str, **more: object) -> Check:
    return Check(name, "told", Target("thing", name), None, **more)  # type: ignore[arg-type]


def seen(of: Check, level: Level, at: float, by: str | None = None) -> Standing:
    verdict = Verdict(level, f"told {level.name}", "1", "2")
    return Standing(of, verdict, UNKNOWN if by else level, at, at, blocked_by=by)


class Story:
    """One watch with its checks. Each `round` is a look, `every` seconds after the last one."""

    def __init__(self, *checks: Check, every: float = 300.0, **settings: object) -> None:
        self.checks = {one.name: one for one in checks}
        self.settings = AlertSettings(**settings)  # type: ignore[arg-type]
        self.state = State(mark="m")
        self.every = every
        self.at = START
        self.boot = "one"
        self.booted = START - 86400
        self.silences: tuple[Silence, ...] = ()
        self.lives: dict[str, Life] = {}
        self.patience = 0.0
        self.apart = 0.0
        self.grace = 0.0
        self.last = Round(self.state)
        self._number = count(1)

    def round(self, blocked: dict[str, str] | None = None, /, **levels: Level) -> list[str]:
        """What is told after a look at these levels; a check's name has `_` for the dot. See `said`."""
        named = {name.replace("_", "."): level for name, level in levels.items()}
        return self.look({n: seen(self.checks[n], lv, self.at, (blocked or {}).get(n)) for n, lv in named.items()})

    def look(self, standings: dict[str, Standing]) -> list[str]:
        look = Look(self.at, self.checks, standings, dict(self.lives), self.boot, self.booted, self.silences)
        self.last = advance(self.state, look, self.settings, patience=self.patience, apart=self.apart, grace=self.grace)
        self.state = post.posted(self.last.state, self.last.items)
        self.at += self.every
        return [said(item) for item in self.last.items]

    def lived(self, name: str, life: Life | None = None, **more: object) -> list[str]:
        """What is told after a look that saw this life of a service and nothing else."""
        self.lives[name] = life or replace(self.lives[name], **more)  # type: ignore[arg-type]
        return self.look({})


def said(item: Item) -> str:
    """`worker.process began DOWN` or `worker happened: was started again`."""
    if item.news == "happened":
        return f"{item.check} happened: {item.reason}"
    return f"{item.check} {item.news} {item.level.name}"
