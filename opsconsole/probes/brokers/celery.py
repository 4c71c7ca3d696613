"""Celery's queues, as kombu keeps them in Redis.

Source of the key names: kombu/transport/redis.py. A queue `q` is a list, into which new messages are pushed at the
left; messages of other priorities lie in lists of their own, called `q`, separator, priority. What a worker has taken
and not yet acknowledged is in one hash for all queues of the database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from opsconsole.model.readings import BrokerReading, Queue
from opsconsole.model.targets import QueueOf
from opsconsole.probes.brokers.arrivals import Arrivals, Ends, together
from opsconsole.probes.brokers.exchange import Command, NothingThereError, Plan, Reply, content, names, number
from opsconsole.probes.brokers.sweep import Sweep, chunks, literally
from opsconsole.probes.brokers.tails import Tails, longest

PRIORITIES: Final = range(1, 10)
"""kombu's `priority_steps` are 0, 3, 6 and 9 where nobody chose others. An empty list has no key and costs nothing, so
all that are usual are looked at. 0 is the queue's own name."""

BINDING: Final = "_kombu.binding."


class Celery:
    """The queues of one broker. Which there are, where nobody says, is known by their bindings."""

    def __init__(self, of: QueueOf, monotonic: Callable[[], float]) -> None:
        self._of = of
        self._tails = Tails(monotonic)
        self._arrivals = Arrivals(newest=0)
        self._bindings = Sweep(f"{literally(of.prefix)}{BINDING}*", is_of_tasks)
        self._known: dict[str, None] = dict.fromkeys(of.queues)

    def plan(self, now: float) -> Plan[BrokerReading]:
        """See `Kind`."""
        if not self._of.queues:
            yield from self._learn()
        if not self._known:
            raise NothingThereError(f"no Celery queues are known{self._bindings.searched}")
        commands: list[Command] = [("HLEN", f"{self._of.prefix}unacked")]
        for name in self._known:
            for key in self._keys(name):
                commands += [("LLEN", key), ("LINDEX", key, -1), ("LINDEX", key, 0)]
        asked = self._arrivals.ask([key for name in self._known for key in self._keys(name)])
        in_flight, *lists = yield [*commands, *asked.values()]
        places = dict(zip(asked, lists[len(commands) - 1 :], strict=True))
        parts = chunks(lists[: len(commands) - 1], 3 * (1 + len(PRIORITIES)))
        queues = [self._queue(name, part, places) for name, part in zip(self._known, parts, strict=True)]
        return BrokerReading("celery", tuple(queues), number(in_flight, f"{self._of.prefix}unacked"))

    def _queue(self, name: str, part: Sequence[Reply], places: Mapping[str, Reply]) -> Queue:
        waiting, ages, flows = 0, [], []
        for key, (length, tail, head) in zip(self._keys(name), chunks(part, 3), strict=True):
            ends = Ends(number(length, key), content(tail, key), content(head, key))
            waiting += ends.waiting
            ages.append(self._tails.age(key, ends.oldest))
            flows.append(self._arrivals.take(key, ends, places))
        age, flow = longest(ages), together(flows)
        seen = Queue(name, waiting, age, oldest_at_least=age is not None)
        return seen if flow is None else replace(seen, added=flow.added, taken=flow.taken, unsure=flow.unsure)

    def _keys(self, name: str) -> list[str]:
        own = f"{self._of.prefix}{name}"
        return [own, *(f"{own}{self._of.separator}{priority}" for priority in PRIORITIES)]

    def _learn(self) -> Plan[None]:
        """Which queues are bound: all at the first look, later one more step through the keys."""
        yield from self._bindings.first()
        bindings = list(self._bindings.found)
        step, *members = yield [self._bindings.step(), *(("SMEMBERS", key) for key in bindings)]
        self._bindings.take(step)
        for key, reply in zip(bindings, members, strict=True):
            bound = (queue_bound(member, self._of.separator) for member in names(reply, key))
            self._known.update(dict.fromkeys(sorted(name for name in bound if name)))


def is_of_tasks(binding: str) -> bool:
    """Whether a binding is of an exchange for tasks; workers have others for events and for remote control."""
    exchange = binding.partition(BINDING)[2]
    return not (exchange.endswith("pidbox") or exchange.startswith("celeryev"))


def queue_bound(member: str, separator: str) -> str:
    """The queue in a member of a binding, which is routing key, pattern and queue with separators between."""
    parts = member.split(separator)
    return parts[2] if len(parts) == 3 else ""


def open_kind(of: QueueOf, monotonic: Callable[[], float]) -> Celery:
    """See `opsconsole.probes.brokers`."""
    return Celery(of, monotonic)
