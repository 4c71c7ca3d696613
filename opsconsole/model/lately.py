"""What changed on a box lately: boots, sign-ins, deploys, starts, files, packages, runs. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

Kind = Literal["boot", "sign-in", "deploy", "start", "file", "package", "run"]

PLURALS: Final[dict[Kind, str]] = {
    "boot": "boots",
    "sign-in": "sign-ins",
    "deploy": "deploys",
    "start": "starts",
    "file": "changed files",
    "package": "packages",
    "run": "runs",
}
"""Every kind of change, in the order in which people ask for them, and what several are called."""

SPAN: Final = 86400.0
"""Seconds before a finding that count as lately."""

ALIKE: Final[dict[Kind, float]] = {"sign-in": 1800.0, "package": 1800.0}
"""Seconds within which changes that differ in what they are about alone are told as one, where it is not `_ALIKE`."""

_ALIKE: Final = 20.0

_NAMED: Final = 4
_AFTER: Final = 4
_OF_ITS_OWN: Final = 4


@dataclass(frozen=True, slots=True)
class Change:
    """Something that changed: `subjects` did or suffered `what`, from `at` to `last` (epoch seconds), so many `times`.

    Both are plain text on one line. `services` are those of the stack that it is about, where it is about any.
    """

    at: float
    kind: Kind
    subjects: tuple[str, ...]
    what: str
    services: tuple[str, ...] = ()
    times: int = 1
    until: float | None = None

    @property
    def last(self) -> float:
        """When the last of them was."""
        return self.at if self.until is None else self.until

    @property
    def words(self) -> str:
        """All of it but the time."""
        named, more = self.subjects[:_NAMED], len(self.subjects) - _NAMED
        listed = ", ".join(named) + (f" and {more} more" if more > 0 else "")
        again = f" ({self.times} times)" if self.times > len(self.subjects) else ""
        return f"{listed} {self.what}{again}".strip()


@dataclass(frozen=True, slots=True)
class Unseen:
    """A kind of change of which not all, or nothing, can be told; why, in one line."""

    kind: Kind
    reason: str


@dataclass(frozen=True, slots=True)
class Lately:
    """What changed from `begin` on, as it was known `at` (epoch seconds): the newest first.

    `earlier` has the newest change before `begin` of each kind that has none since; `unseen` what cannot be told.
    """

    at: float
    begin: float
    changes: tuple[Change, ...] = ()
    earlier: tuple[Change, ...] = ()
    unseen: tuple[Unseen, ...] = ()


def gathered(changes: Iterable[Change], unseen: Iterable[Unseen], begin: float, now: float) -> Lately:
    """All that was told, in order: alike ones as one, what is older than `begin` only where its kind has no newer.

    A change of the future is one of a clock that was wrong; it is left as it is, at the top.
    """
    every = _joined(sorted(dict.fromkeys(changes), key=lambda change: (change.at, change.kind, change.subjects)))
    newest_first = sorted(every, key=lambda change: -change.last)
    recent = tuple(change for change in newest_first if change.last >= begin)
    kinds = {change.kind for change in recent}
    earlier: dict[Kind, Change] = {}
    for change in newest_first:
        if change.kind not in kinds:
            earlier.setdefault(change.kind, change)
    return Lately(now, begin, recent, tuple(earlier.values()), tuple(dict.fromkeys(unseen)))


def _joined(changes: Sequence[Change]) -> list[Change]:
    """Changes, the oldest first, with those that follow each other closely and say the same made one."""
    out: list[Change] = []
    open_now: dict[tuple[Kind, str], int] = {}
    for change in changes:
        key = change.kind, change.what
        place = open_now.get(key)
        if place is not None and change.at - out[place].last <= ALIKE.get(change.kind, _ALIKE):
            before = out[place]
            out[place] = replace(
                before,
                subjects=tuple(dict.fromkeys((*change.subjects, *before.subjects))),  # the newest is named first
                services=tuple(dict.fromkeys((*change.services, *before.services))),
                times=before.times + change.times,
                until=change.last,
            )
        else:
            open_now[key] = len(out)
            out.append(change)
    return out


def nearest(changes: Sequence[Change], moment: float, most: int, service: str = "") -> list[Change]:
    """Of `changes` the `most` that are nearest to `moment`, in the order they have.

    What came before it may be its cause, what came after at most its consequence: that counts as if it were further
    away. What is about `service`, which is in trouble, counts as nearer.
    """

    def far(change: Change) -> float:
        apart = moment - change.last if change.last <= moment else (change.last - moment) * _AFTER
        if change.at <= moment <= change.last:
            apart = 0.0
        return apart / _OF_ITS_OWN if service and service in change.services else apart

    chosen: Collection[int] = {id(change) for change in sorted(changes, key=far)[:most]}
    return [change for change in changes if id(change) in chosen]


def silent(lately: Lately) -> list[Kind]:
    """The kinds of which nothing is known to have happened, and nothing says that we could not see it."""
    told = {change.kind for change in (*lately.changes, *lately.earlier)} | {one.kind for one in lately.unseen}
    return [kind for kind in PLURALS if kind not in told]
