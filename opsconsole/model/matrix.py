"""What must always hold, and what can fail: which checks see it, and which runbooks treat it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from opsconsole.model.verdict import Level, worst

if TYPE_CHECKING:
    from opsconsole.model.check import Standing

Loss = Literal["yes", "no", "partial"]

PLACES: Final = ("ci", "pre-deploy", "runtime")
"""Where an invariant can be enforced. At run time it is by checks, and by them alone."""

_LOSS: Final = {"yes": "data is lost", "no": "no data is lost", "partial": "some data is lost"}


@dataclass(frozen=True, slots=True)
class Invariant:
    """Something that must hold whatever happens. `enforced` are those of `PLACES` that refuse or see a breach."""

    name: str
    text: str
    checks: tuple[str, ...] = ()
    enforced: tuple[str, ...] = ()
    runbooks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A row of the failure matrix: what fails, how it shows, who sees it, and what comes of it.

    `by_itself` is what happens without anybody, `by_hand` what a person does beside the runbooks. `data_loss` is None
    where nobody has written it down.
    """

    component: str
    failure: str
    checks: tuple[str, ...] = ()
    symptoms: str = ""
    by_itself: str = ""
    by_hand: str = ""
    runbooks: tuple[str, ...] = ()
    data_loss: Loss | None = None

    @property
    def title(self) -> str:
        """The two in one, as people say it: "Redis down"."""
        return f"{self.component} {self.failure}"


Row = TypeVar("Row", Invariant, Failure)


def level_of(row: Invariant | Failure, standings: Mapping[str, Standing]) -> Level | None:
    """The worst level of its checks; None where no check sees it. One that was not judged is UNKNOWN."""
    if not row.checks:
        return None
    judged = (standings.get(name) for name in row.checks)
    return worst(one.level if one is not None else Level.UNKNOWN for one in judged)


def unseen(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Those that no check sees."""
    return tuple(row for row in rows if not row.checks)


def places_of(one: Invariant) -> tuple[str, ...]:
    """Where it is looked after, in the order of a change's way: at run time wherever a check sees it."""
    return tuple(place for place in PLACES if place in one.enforced or (place == "runtime" and one.checks))


def enforced(one: Invariant) -> str:
    """The same in words, with how much of the way that is."""
    places = places_of(one)
    share = round(100 * len(places) / len(PLACES))
    return f"enforced in {', '.join(places)} ({share} %)" if places else "enforced nowhere"


def told_of(row: Failure) -> list[str]:
    """What somebody has written about a failure, a line each."""
    told = [
        f"symptoms: {row.symptoms}" if row.symptoms else "",
        f"by itself: {row.by_itself}" if row.by_itself else "",
        f"by hand: {row.by_hand}" if row.by_hand else "",
        _LOSS[row.data_loss] if row.data_loss else "",
    ]
    return [line for line in told if line]
