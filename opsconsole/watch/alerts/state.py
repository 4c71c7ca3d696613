"""All that a watch knows from one round to the next, as one frozen value. Times in epoch seconds."""

from __future__ import annotations

from dataclasses import dataclass, field

from opsconsole.checks.restarts import Life
from opsconsole.model.alerts import Item
from opsconsole.model.verdict import Level


@dataclass(frozen=True, slots=True)
class Track:
    """One check: what counts of it after damping, and what people were told.

    `level` counts since `since`; UNKNOWN stands for no data, beneath which the streaks wait as they were. `bad`, `good`
    and `unseen` are looks in a row, each with the time of the first; `eased` are looks in a row that were better than
    `level`. `at` is the newest look that was counted. `told` is the level that people know of, since `told_at`; `began`
    is since when it has not been all right. `changes` are the times of its last changes of level.
    """

    level: Level = Level.OK
    since: float = 0.0
    at: float = 0.0
    bad: int = 0
    bad_at: float = 0.0
    good: int = 0
    good_at: float = 0.0
    unseen: int = 0
    unseen_at: float = 0.0
    eased: int = 0
    told: Level = Level.OK
    told_at: float = 0.0
    began: float | None = None
    changes: tuple[float, ...] = ()
    flapping: bool = False


@dataclass(frozen=True, slots=True)
class Restless:
    """When something happened to a service of late, and whether it happens too often to tell each time."""

    times: tuple[float, ...] = ()
    flapping: bool = False


@dataclass(frozen=True, slots=True)
class Outbox:
    """What has still to go by one way. All are ids of items, the oldest first.

    `sending` is what is under way: it is on disk before the first byte leaves, so that after a crash it is known to be
    `unsure`: it may have arrived. Nothing is tried before `not_before`. `failures` in a row, the last one's `why`;
    `failing_since` None while all goes well. `complained`: the other ways were told of it.
    """

    pending: tuple[str, ...] = ()
    sending: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    not_before: float = 0.0
    sent_at: float = 0.0
    failures: int = 0
    failing_since: float | None = None
    why: str = ""
    complained: bool = False
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Silence:
    """Somebody wants to hear nothing of `name` (a check, or a service for all of its checks) until then."""

    name: str
    until: float
    because: str
    by: str
    since: float


@dataclass(frozen=True, slots=True)
class State:
    """`mark` makes the ids of items unique, `count` is how many there were. `news` are the items that an outbox holds.

    `boot` is the kernel's name for the time since the last boot. `ran_at` is when the last round was.
    """

    mark: str = ""
    count: int = 0
    ran_at: float = 0.0
    boot: str = ""
    tracks: dict[str, Track] = field(default_factory=dict)
    lives: dict[str, Life] = field(default_factory=dict)
    restless: dict[str, Restless] = field(default_factory=dict)
    news: dict[str, Item] = field(default_factory=dict)
    outboxes: dict[str, Outbox] = field(default_factory=dict)
