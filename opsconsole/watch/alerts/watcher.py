"""A watch at work: takes in what was seen, keeps the state on disk, and sends what is due by every way at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from opsconsole.model.alerts import AlertSettings, Digest, Failed, Item, News, Outcome, Publisher, Sender, Sent
from opsconsole.model.check import Standing
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.stack import Stack
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level
from opsconsole.watch.alerts import post
from opsconsole.watch.alerts.box import Boot
from opsconsole.watch.alerts.keep import Keep
from opsconsole.watch.alerts.lives import lives
from opsconsole.watch.alerts.rounds import Look, Round, advance, counted
from opsconsole.watch.alerts.state import Silence

_SELDOM: Final = 30.0
"""Seconds between two writes of the state where nothing but the length of streaks has changed."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How people, programs and a dead man's switch are told. `ping` gives what went wrong in a line, "" for nothing."""

    senders: Sequence[Sender] = ()
    publishers: Sequence[Publisher] = ()
    ping: Callable[[], Awaitable[str]] | None = None

    async def close(self) -> None:
        """Let go of all of them."""
        for sender in self.senders:
            await sender.close()
        for publisher in self.publishers:
            await publisher.close()


@dataclass(frozen=True, slots=True)
class Habits:
    """`patience`, `apart` and `grace`: see `advance`. `gap`: seconds between two digests by one way."""

    patience: float = 0.0
    apart: float = 0.0
    gap: float = 0.0
    grace: float = 0.0


class Watcher:
    """What one stack's watch knows and does. Used from one event loop, by who holds the claim.

    `complain` is called with one line for each thing that is wrong with the watch itself.
    """

    def __init__(
        self, stack: Stack, host: str, ways: Ways, keep: Keep, clock: Callable[[], float], *,
        habits: Habits, complain: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._stack = stack
        self._host = host
        self._ways = ways
        self._keep = keep
        self._clock = clock
        self._habits = habits
        self._complain = complain
        self._settings = stack.alerts or AlertSettings()
        self._checks = {check.name: check for check in stack.checks}
        self._saved_at = 0.0
        self._unsaved = ""
        self._unpublished: dict[str, str] = {}
        state, trouble = keep.load()
        self.state = post.with_ways(state, [sender.name for sender in ways.senders], clock())
        if trouble:
            complain(trouble)
            self._news_of_ourselves(trouble)

    @property
    def failing(self) -> dict[str, str]:
        """The ways that fail now, and why; and the state, where it cannot be written."""
        failing = {name: outbox.why for name, outbox in self.state.outboxes.items() if outbox.failures}
        return failing | self._unpublished | ({"state file": self._unsaved} if self._unsaved else {})

    def saw(
        self, snapshot: Snapshot, boot: Boot, silences: Sequence[Silence] = (), ooms: dict[str, float] | None = None
    ) -> Round:
        """Take in one look: what is new waits for its ways to be told, and that is on disk when this returns."""
        before = self.state
        look = Look(
            at=snapshot.at,
            checks=self._checks,
            standings=snapshot.standings,
            lives=lives(snapshot.latest, before.lives, ooms or {}),
            boot=boot.id,
            booted=boot.at,
            silences=tuple(silences),
        )
        habits = self._habits
        found = advance(before, look, self._settings, patience=habits.patience, apart=habits.apart, grace=habits.grace)
        self.state = post.posted(found.state, found.items)
        told = {name: track.level for name, track in before.tracks.items()}
        moved = any(track.level is not told.get(name) for name, track in self.state.tracks.items())
        if found.items or moved or look.lives != before.lives or self._clock() - self._saved_at > _SELDOM:
            self._save()
        return found

    def due(self) -> list[Sender]:
        """The ways by which something is to be sent now."""
        now, outboxes = self._clock(), self.state.outboxes
        return [one for one in self._ways.senders if post.due(outboxes[one.name], now, self._habits.gap)]

    def next_due(self) -> float | None:
        """Seconds until something is due, None where nothing waits."""
        return post.next_due(self.state, self._clock(), self._habits.gap)

    async def send(self, senders: Sequence[Sender]) -> None:
        """Send by all of these at the same time: one that fails, or hangs, keeps no other from it."""
        for sender in senders:
            self.state = post.begun(self.state, sender.name)
        if senders:
            self._save()  # what is about to be sent is on disk before its first byte leaves
            await asyncio.gather(*(self._send(sender) for sender in senders))

    async def deliver(self) -> None:
        """Send all that is due; what one way's failure gives the others to tell is sent as well."""
        while senders := self.due():
            await self.send(senders)

    def counted(self, snapshot: Snapshot) -> list[Standing]:
        """Where all checks stand as it counts, also those that were not looked at this time."""
        return list(counted(self.state, self._stack.checks, snapshot.standings))

    async def publish(self, snapshot: Snapshot) -> None:
        """Show where everything stands, as it counts."""
        standings = {standing.check.name: standing for standing in self.counted(snapshot)}
        shown = replace(snapshot, standings=standings)
        for publisher, outcome in zip(
            self._ways.publishers,
            await asyncio.gather(*(publisher.publish(shown) for publisher in self._ways.publishers)),
            strict=True,
        ):
            self._unpublished.pop(publisher.name, None)
            if isinstance(outcome, Failed):
                self._unpublished[publisher.name] = outcome.why
                self._complain(f"{publisher.name}: {outcome.why}")

    async def ping(self) -> None:
        """Tell the dead man's switch that all is well with the watch, which it is not while anything cannot be sent."""
        if self._ways.ping is None or self.failing:
            return
        if why := await self._ways.ping():
            self._complain(f"the dead man's switch: {why}")

    async def close(self) -> None:
        """The state as it is now is on disk, and nothing stays open."""
        self._save()
        await self._ways.close()

    async def _send(self, sender: Sender) -> None:
        digest = post.digest(self.state, sender.name, self._stack.name, self._host, self._clock())
        outcome = await _outcome(sender, self._with_warning(digest))
        self.state = post.settled(self.state, sender.name, outcome, self._clock())
        self._save()
        if isinstance(outcome, Failed):
            self._complain(f"{sender.name}: {outcome.why}")

    def _with_warning(self, digest: Digest) -> Digest:
        if not self._unsaved:
            return digest
        reason = f"the watch cannot write its state ({self._unsaved}): the same may come again"
        at = digest.at
        item = Item(f"{digest.id}-unsaved", News.HAPPENED, "watch", "watch", Level.DEGRADED, reason, at, at)
        return replace(digest, items=(*digest.items, item))

    def _news_of_ourselves(self, reason: str) -> None:
        now = self._clock()
        count = self.state.count + 1
        item = Item(f"{self.state.mark}-{count}", News.HAPPENED, "watch", "watch", Level.DEGRADED, reason, now, now)
        self.state = post.posted(replace(self.state, count=count), [item])

    def _save(self) -> None:
        try:
            self._keep.save(self.state)
        except OSError as fault:
            if not self._unsaved:
                self._complain(f"{self._keep.path}: cannot be written: {fault.strerror}; what is told may come again")
            self._unsaved = one_line(fault.strerror or type(fault).__name__)
        else:
            self._unsaved, self._saved_at = "", self._clock()


async def _outcome(sender: Sender, digest: Digest) -> Outcome:
    try:
        return await sender.send(digest)
    except Exception as fault:  # a fault of ours in one way must not take the others' voice
        return Failed(f"our own fault: {type(fault).__name__}", unsure=True)


async def tried(ways: Ways, stack: str, host: str, now: float) -> dict[str, Outcome]:
    """Send a trial by each way; what came of it, by the way's name."""
    reason = "a trial by hand: nothing is wrong"
    item = Item(f"trial-{now:.0f}", News.HAPPENED, "watch", "watch", Level.OK, reason, now, now)
    digest = Digest(f"trial-{now:.0f}", stack, host, now, (item,), test=True)
    outcomes = await asyncio.gather(*(_outcome(sender, digest) for sender in ways.senders))
    found = dict(zip((sender.name for sender in ways.senders), outcomes, strict=True))
    if ways.ping is not None:
        why = await ways.ping()
        found["ping"] = Failed(why) if why else Sent()
    return found
