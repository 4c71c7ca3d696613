"""How verdicts become what counts: `for`, `needs`, and who speaks for a target that cannot be read. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from opsconsole.model.check import Check, Standing
from opsconsole.model.verdict import Level, Verdict

_IN_THE_WAY = (Level.DOWN, Level.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Count:
    """What counts of a check, left out of account what stands in its way: the level, since when, and the bad streak."""

    level: Level
    since: float
    streak: int


def counted(before: Count | None, verdict: Verdict, at: float, rounds: int) -> Count:
    """What counts after one more verdict: a bad level after `rounds` bad rounds in a row, a good one at once.

    Until a streak is long enough, what counted before goes on counting; at the very start that is OK.
    """
    streak = 0 if verdict.level is Level.OK else (before.streak if before else 0) + 1
    held = before.level if before else Level.OK
    level = verdict.level if streak == 0 or streak >= rounds else held
    if before is None or level is not before.level:
        return Count(level, at, streak)
    return Count(level, min(before.since, at), streak)  # a level cannot have begun after now: the clock was set back


def in_order(checks: Iterable[Check]) -> tuple[Check, ...]:
    """The checks such that each comes after all that it needs or looks at beside itself, and otherwise as given.

    Names that nobody bears, and needs that go in a circle, are the loader's to refuse; here they are passed over.
    """
    by_name = {check.name: check for check in checks}
    done: dict[str, Check] = {}
    begun: set[str] = set()

    def visit(check: Check) -> None:
        if check.name in begun:
            return
        begun.add(check.name)
        for name in (*check.needs, *check.beside):
            if name in by_name:
                visit(by_name[name])
        done[check.name] = check

    for check in by_name.values():
        visit(check)
    return tuple(done.values())


def in_the_way(check: Check, standings: Mapping[str, Standing]) -> str | None:
    """The first check that `check` needs and that is blocked, DOWN or UNKNOWN, be it only since this round."""
    for name in check.needs:
        needed = standings.get(name)
        if needed is None:
            continue
        if needed.blocked_by or needed.level in _IN_THE_WAY or needed.verdict.level in _IN_THE_WAY:
            return name
    return None


def not_seen(check: Check, standings: Mapping[str, Standing], known: Mapping[str, object]) -> str | None:
    """The first check that `check` needs and that was not judged yet."""
    return next((name for name in check.needs if name in known and name not in standings), None)


def standing(check: Check, verdict: Verdict, count: Count, at: float) -> Standing:
    """Where a check stands when nothing is in its way."""
    return Standing(check, verdict, count.level, count.since, at, count.streak)


def blocked(
    check: Check, verdict: Verdict, before: Standing | None, by: str, at: float, count: Count | None
) -> Standing:
    """Where a check stands that cannot be judged because of another one: UNKNOWN, and no finding of its own."""
    since = min(before.since, at) if before and before.level is Level.UNKNOWN else at
    return Standing(check, verdict, Level.UNKNOWN, since, at, count.streak if count else 0, by)


def held_up(before: Standing, by: str, at: float) -> Standing:
    """The same check, not looked at again, now that another one came into its way at `at`."""
    since = before.since if before.level is Level.UNKNOWN else at
    return replace(before, level=Level.UNKNOWN, since=since, blocked_by=by)
