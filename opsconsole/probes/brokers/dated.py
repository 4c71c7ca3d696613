"""Queues that are one list each, whose messages say when they were enqueued: what Dramatiq's and RQ's share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from opsconsole.model.readings import Queue
from opsconsole.probes.brokers.arrivals import Arrivals, Ends
from opsconsole.probes.brokers.exchange import Command, Reply, content, number
from opsconsole.probes.brokers.tails import Tails


class DatedLists:
    """What is remembered of one broker's lists from look to look. Messages are taken at index 0, and come in at -1."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._tails = Tails(monotonic)
        self._arrivals = Arrivals(newest=-1)
        self._enqueued: dict[str, tuple[bytes, float | None]] = {}

    def ask(self, keys: Sequence[str]) -> dict[str, Command]:
        """For some of `keys` one command each; their replies are the `places` of `queue`."""
        return self._arrivals.ask(keys)

    def unknown(self, oldest: Iterable[tuple[str, Reply]]) -> list[tuple[str, bytes]]:
        """The keys, with the id of their oldest message, of which it is not known yet when that was enqueued."""
        ids = ((key, content(reply, key)) for key, reply in oldest)
        return [(key, id) for key, id in ids if id and self._enqueued.get(key, (b"",))[0] != id]

    def learn(self, key: str, id: bytes, at: float | None) -> None:
        """The oldest of `key` was enqueued at `at` (epoch seconds; None where it does not say)."""
        self._enqueued[key] = (id, at)

    def queue(self, name: str, key: str, ends: Sequence[Reply], now: float, places: Mapping[str, Reply]) -> Queue:
        """The queue `name` at `key`, of which `ends` are the replies to LLEN, LINDEX 0 and LINDEX -1.

        Where no message says when it was enqueued, the oldest waits at least as long as it has been seen to.
        """
        length, oldest, newest = ends
        waiting, id = number(length, key), content(oldest, key)
        remembered = self._tails.age(key, id)
        since = self._enqueued.get(key, (b"", None))[1] if id else None
        age = remembered if since is None else max(0.0, now - since)
        flow = self._arrivals.take(key, Ends(waiting, id, content(newest, key)), places)
        seen = Queue(name, waiting, age, oldest_at_least=since is None and age is not None)
        return seen if flow is None else replace(seen, added=flow.added, taken=flow.taken, unsure=flow.unsure)
