"""Redis streams, read by consumer groups or by anybody.

What waits is what a group has not been given yet; of several groups the slowest counts. What it was given and has not
acknowledged is in flight. Without groups all entries wait. The id of an entry begins with its time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from opsconsole.model.readings import BrokerReading, Queue
from opsconsole.model.targets import QueueOf
from opsconsole.probes.brokers.exchange import (
    Command,
    NothingThereError,
    Plan,
    Refusal,
    Reply,
    items,
    number,
    pairs,
    text,
)
from opsconsole.probes.brokers.sweep import Sweep, chunks, literally
from opsconsole.probes.brokers.tails import Tails

COUNTED: Final = 500
"""Entries that are counted one by one where the server knows no lag (before Redis 7, or after deletions)."""

_EARLIEST: Final = 946_684_800_000
"""2000-01-01 in milliseconds: an id below that is no time but a number of the program's own."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of readers: what it was given last, how much of that it has not acknowledged, how far it is behind."""

    delivered: str
    pending: int
    lag: int | None


class Streams:
    """The streams of one broker. Where nobody names them, all streams of the database are meant."""

    def __init__(self, of: QueueOf, monotonic: Callable[[], float]) -> None:
        self._of = of
        self._tails = Tails(monotonic)
        self._sweep = Sweep(f"{literally(of.prefix)}*", type="stream")
        self._began: dict[str, tuple[int, int | None, int | None]] = {}

    def plan(self, now: float) -> Plan[BrokerReading]:
        """See `Kind`."""
        sweeping = not self._of.queues
        if sweeping:
            yield from self._sweep.first()
        keys = list(self._of.queues) or sorted(self._sweep.found)
        if not keys:
            raise NothingThereError(f"there are no streams{self._sweep.searched}")
        commands: list[Command] = [self._sweep.step()] if sweeping else []
        for key in keys:
            commands += [("XLEN", key), ("XINFO", "GROUPS", key), ("XINFO", "STREAM", key)]
        replies = yield commands
        if sweeping:
            self._sweep.take(replies[0])
        lengths, groups, written = [], [], []
        for key, (length, told, stream) in zip(keys, chunks(replies[len(replies) - 3 * len(keys) :], 3), strict=True):
            written.append(_written(stream))
            lengths.append(number(length, key))
            groups.append(groups_of(told, key))
        return (yield from self._behind(keys, lengths, groups, written, now))

    def _behind(
        self,
        keys: Sequence[str],
        lengths: Sequence[int],
        groups: Sequence[Sequence[Group]],
        written: Sequence[int | None],
        now: float,
    ) -> Plan[BrokerReading]:
        """The second round trip: for each stream the oldest entry that waits, and where need be how many do."""
        slowest = [min(found, key=lambda group: moment(group.delivered), default=None) for found in groups]
        after = yield [first_after(key, group) for key, group in zip(keys, slowest, strict=True)]
        queues = []
        for key, length, group, total, reply in zip(keys, lengths, slowest, written, after, strict=True):
            entries = items(reply, key)
            waiting, at_least = length, False
            if group is not None:
                waiting = group.lag if group.lag is not None else len(entries)
                at_least = group.lag is None and len(entries) == COUNTED
            age, known = self._age(key, entries, now)
            seen = Queue(key, waiting, age, oldest_at_least=not known and age is not None, waiting_at_least=at_least)
            added, taken = self._flow(key, total, None if group is None else group.lag)
            queues.append(replace(seen, added=added, taken=taken))
        in_flight = sum(group.pending for found in groups for group in found) if any(groups) else None
        return BrokerReading("stream", tuple(queues), in_flight)

    def _flow(self, key: str, total: int | None, lag: int | None) -> tuple[int | None, int | None]:
        """How many were added and given to the slowest group since the first look; exact where the server counts.

        A stream that was made anew, or whose group was set back, begins anew.
        """
        if total is None:
            return None, None
        read = None if lag is None else total - lag
        first, first_read, last_read = self._began.get(key, (total, read, read))
        if total < first or (read is None) != (first_read is None) or (read or 0) < (last_read or 0):
            first, first_read = total, read
        self._began[key] = (first, first_read, read)
        return total - first, None if read is None or first_read is None else read - first_read

    def _age(self, key: str, entries: Sequence[Reply], now: float) -> tuple[float | None, bool]:
        """The age of the first entry, and whether that is more than a lower bound."""
        id = _id(entries[0]) if entries else None
        remembered = self._tails.age(key, None if id is None else id.encode())
        if id is None:
            return None, True
        written, _ = moment(id)
        return (max(0.0, now - written / 1000), True) if written > _EARLIEST else (remembered, False)


def moment(id: str) -> tuple[int, int]:
    """An id as two numbers that can be compared; the first is in milliseconds where the server made it."""
    first, _, second = id.partition("-")
    return (int(first), int(second or 0)) if first.isdigit() and (not second or second.isdigit()) else (0, 0)


def _written(told: Reply) -> int | None:
    """All entries that were ever added, which Redis 7 counts; None before that, and without a key."""
    added = pairs(told).get("entries-added")
    return added if isinstance(added, int) else None


def groups_of(told: Reply, key: str) -> list[Group]:
    """The groups that read a stream, from the reply to XINFO GROUPS."""
    if isinstance(told, Refusal) and "no such key" in told.text:
        return []  # an empty stream may have no key
    return [_group(pairs(one)) for one in items(told, key)]


def _group(fields: Mapping[str, Reply]) -> Group:
    delivered, pending, lag = fields.get("last-delivered-id"), fields.get("pending"), fields.get("lag")
    return Group(
        text(delivered) if isinstance(delivered, bytes) else "0-0",
        pending if isinstance(pending, int) else 0,
        lag if isinstance(lag, int) else None,
    )


def first_after(key: str, group: Group | None, count: int | None = None) -> Command:
    """The first entry that waits, or the first `count`; with a group whose lag nobody knows, as many as are counted."""
    if group is None:
        return ("XRANGE", key, "-", "+", "COUNT", count or 1)
    time, number = moment(group.delivered)
    # An id without its second part means the first of that millisecond; "(" (not including) came with Redis 6.2 only.
    most = count or (1 if group.lag is not None else COUNTED)
    return ("XRANGE", key, f"{time}-{number + 1}", "+", "COUNT", most)


def _id(entry: Reply) -> str | None:
    first = entry[0] if isinstance(entry, list) and entry else None
    return text(first) if isinstance(first, bytes) else None


def open_kind(of: QueueOf, monotonic: Callable[[], float]) -> Streams:
    """See `opsconsole.probes.brokers`."""
    return Streams(of, monotonic)
