"""Plain lists used as queues: one key each, by whatever program.

Nobody says at which end the old messages are. The first and the last are both remembered: the age of either is
a lower bound for that of the oldest, and of the end where new ones come in it stays at nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from opsconsole.model.readings import BrokerReading, Queue
from opsconsole.model.targets import QueueOf
from opsconsole.probes.brokers.exchange import Command, NothingThereError, Plan, Reply, content, number
from opsconsole.probes.brokers.sweep import Sweep, chunks, literally
from opsconsole.probes.brokers.tails import Tails, longest


class Plain:
    """The lists of one broker. Where nobody names them, all lists of the database are meant."""

    def __init__(self, of: QueueOf, monotonic: Callable[[], float]) -> None:
        self._of = of
        self._first, self._last = Tails(monotonic), Tails(monotonic)
        self._sweep = Sweep(f"{literally(of.prefix)}*", type="list")

    def plan(self, now: float) -> Plan[BrokerReading]:
        """See `Kind`."""
        sweeping = not self._of.queues
        if sweeping:
            yield from self._sweep.first()
        lists = list(self._of.queues) or sorted(self._sweep.found)
        if not lists:
            raise NothingThereError(f"there are no lists{self._sweep.searched}")
        commands: list[Command] = [self._sweep.step()] if sweeping else []
        for key in lists:
            commands += [("LLEN", key), ("LINDEX", key, 0), ("LINDEX", key, -1)]
        replies = yield commands
        if sweeping:
            self._sweep.take(replies[0])
        parts = chunks(replies[len(replies) - 3 * len(lists) :], 3)
        return BrokerReading("list", tuple(self._queue(key, part) for key, part in zip(lists, parts, strict=True)))

    def _queue(self, key: str, part: Sequence[Reply]) -> Queue:
        waiting = number(part[0], key)
        first, last = content(part[1], key), content(part[2], key)
        ages = [self._first.age(key, first), self._last.age(key, last)]
        alike = waiting > 1 and first == last  # messages that cannot be told apart have no age
        age = None if alike else longest(ages)
        return Queue(key, waiting, age, oldest_at_least=age is not None)


def open_kind(of: QueueOf, monotonic: Callable[[], float]) -> Plain:
    """See `opsconsole.probes.brokers`."""
    return Plain(of, monotonic)
