"""What people are told of a stack by `watch`, and by what ways. Frozen values and two ports; standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias

from opsconsole.model.verdict import Level

if TYPE_CHECKING:
    from opsconsole.model.snapshot import Snapshot

TELEGRAM_API = "https://api.telegram.org"


class News(StrEnum):
    """What is new of a check or a service. All but HAPPENED are about where a check stands."""

    BEGAN = "began"
    """It was all right, and is not."""
    WORSE = "worse"
    BETTER = "better"
    """Not as bad as it was told, but not all right."""
    RECOVERED = "recovered"
    REMINDER = "reminder"
    """Nothing changed: it still is as bad as it was told."""
    NO_DATA = "no data"
    """It cannot be looked at any more. Whether it is good or bad is not known."""
    FLAPPING = "flapping"
    """It changes too often to tell each time. Nothing more is said of it until it is steady."""
    HAPPENED = "happened"
    """An event, which has no end: a restart, an OOM, a container made anew."""


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of news, told once by each way.

    `id` is its own for ever, so that whoever receives it can tell a repetition. `check` is the check, for HAPPENED what
    it is about (a service's name); `service` is the part of it before the dot. `level` is where it stands now (OK for
    RECOVERED and for an event that is no harm by itself), `was` what people were told before. `reason`, `measured` and
    `expected` are a verdict's words. `since` is when it began to stand so (for RECOVERED: when it was all right again;
    for HAPPENED: when it happened), `at` when that was noticed, both in epoch seconds. `began` is, for RECOVERED, since
    when it had been bad. `runbook` is the name of the first runbook that treats it ("" for none). `consequences` are
    the checks that need this one and can therefore not be judged: of them nothing else is said. `again`: it may have
    been delivered before, because we were cut off while it was being sent.
    """

    id: str
    news: News
    check: str
    service: str
    level: Level
    reason: str
    since: float
    at: float
    was: Level = Level.OK
    measured: str = ""
    expected: str = ""
    began: float | None = None
    runbook: str = ""
    consequences: tuple[str, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class Digest:
    """All that is to be told at once, in one message: the worst first. `id` is the same for the same items.

    `at` is when it was put together (epoch seconds). `test`: nothing happened, somebody tries whether it arrives.
    """

    id: str
    stack: str
    host: str
    at: float
    items: tuple[Item, ...]
    test: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """It was taken."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It was not taken; `why` in one plain line without any secret in it.

    `retry_after`: seconds in which it is of no use to try again. `for_good`: trying the same again is of no use until
    somebody changes something (a wrong token, a chat that is gone). `unsure`: it may have arrived after all (a time-out
    after everything was sent); it is sent again all the same, since an alert twice is better than none.
    """

    why: str
    retry_after: float | None = None
    for_good: bool = False
    unsure: bool = False


Outcome: TypeAlias = Sent | Failed


class Sender(Protocol):
    """One way to tell people (Telegram, a webhook). It never raises for what the world does: that is an outcome."""

    @property
    def name(self) -> str:
        """What it is called in the state file and in messages: `telegram`, `webhook`, `apprise 1`."""

    async def send(self, digest: Digest) -> Outcome:
        """Send it, within about ten seconds. Called once at a time."""

    async def close(self) -> None:
        """Let go of what was opened."""


class Publisher(Protocol):
    """Something that shows where everything stands, and is told in every round (a Prometheus text file)."""

    @property
    def name(self) -> str:
        """What it is called in messages: `textfile`."""

    async def publish(self, snapshot: Snapshot) -> Outcome:
        """Show `snapshot`, whose standings are those that count after damping. Publishing twice does no harm."""

    async def close(self) -> None:
        """Let go of what was opened."""


@dataclass(frozen=True, slots=True)
class Telegram:
    """A bot's chat. `token` is a reference (`env:NAME`, `file:/path`); `chat` is one, or the chat's number or @name."""

    token: str
    chat: str
    api: str = TELEGRAM_API


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where JSON is posted. `url` may be a reference, as may the values of `headers` (pairs)."""

    url: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Once:
    """From one moment to another, both in epoch seconds."""

    begins: float
    ends: float


@dataclass(frozen=True, slots=True)
class Weekly:
    """On `days` (0 is Monday; empty: every day) from `at` (seconds after midnight) for `lasts` seconds.

    By the clock of `zone` ("Europe/Berlin"), None for the box's own.
    """

    days: frozenset[int]
    at: int
    lasts: float
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A time in which nothing is told of `checks` (full names, or services for all of theirs; empty: of everything)."""

    when: Once | Weekly
    checks: tuple[str, ...] = ()
    because: str = ""


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """The `[alerts]` of a stack file. Times in seconds.

    `every` is how often `watch --once` is run: a timer is written for it, and a watch that is silent for twice as long
    is stale. `remind` None: no reminders. `recover`: so many good looks in a row before something counts as recovered.
    `flapping`: so many changes within so many seconds. `grace`: after a boot of the box nothing is told for so long.
    `ping` is the address of a dead man's switch, or a reference to it.
    """

    every: float = 300.0
    remind: float | None = None
    recover: int = 2
    flapping: tuple[int, float] = (6, 3600.0)
    grace: float = 0.0
    ping: str | None = None
    maintenance: tuple[Maintenance, ...] = ()
    telegram: Telegram | None = None
    webhook: Webhook | None = None
    textfile: str | None = None
    apprise: tuple[str, ...] = ()
