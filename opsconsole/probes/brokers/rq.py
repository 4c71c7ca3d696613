"""RQ's queues.

Source of the key names: rq/queue.py, rq/registry.py, rq/worker.py. A queue `q` is the list `rq:queue:q` of job ids,
taken at the left; each job is a hash. Registries are sorted sets whose scores say when an entry *expires*, and are
tidied by those who count them through the library; so what has expired is left out of the count here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from opsconsole.model.readings import BrokerReading, Queue
from opsconsole.model.targets import QueueOf
from opsconsole.probes.brokers.dated import DatedLists
from opsconsole.probes.brokers.exchange import Command, NothingThereError, Plan, Reply, content, items, names, number
from opsconsole.probes.brokers.sweep import chunks

FRESH: Final = 480.0
"""Seconds that RQ gives a worker between two heartbeats: its `worker_ttl` of 420, and 60 of grace."""

QUEUES: Final = "rq:queues"
WORKERS: Final = "rq:workers"

_PREFIX: Final = "rq:queue:"
_MOST_WORKERS: Final = 200
_PARTS: Final = 6


class Rq:
    """The queues of one broker. RQ itself keeps a set of all of them, and one of the workers."""

    def __init__(self, of: QueueOf, monotonic: Callable[[], float]) -> None:
        self._of = of
        self._lists = DatedLists(monotonic)
        self._known: dict[str, None] = dict.fromkeys(of.queues)
        self._workers: list[str] = []

    def plan(self, now: float) -> Plan[BrokerReading]:
        """See `Kind`. Queues and workers that are new since the last look are seen by the second round trip."""
        known = list(self._known)
        asked = self._lists.ask([f"{_PREFIX}{name}" for name in known])
        fixed: list[Command] = [("SMEMBERS", QUEUES), ("SMEMBERS", WORKERS), *self._looks(known, now)]
        first = yield [*fixed, *asked.values()]
        places = dict(zip(asked, first[len(fixed) :], strict=True))
        if not self._of.queues:
            found = sorted(key.removeprefix(_PREFIX) for key in names(first[0], QUEUES))
            self._known.update(dict.fromkeys(found))
        if not self._known:
            raise NothingThereError("no RQ queues are known")
        workers = sorted(names(first[1], WORKERS))[:_MOST_WORKERS]
        parts = dict(zip(known, chunks(first[2 : len(fixed)], _PARTS), strict=True))
        new = [name for name in self._known if name not in parts]
        if new:
            parts |= dict(zip(new, chunks((yield self._looks(new, now)), _PARTS), strict=True))
        heartbeats = yield from self._second(parts, workers)
        queues = tuple(self._queue(name, parts[name], now, places) for name in self._known)
        in_flight = sum(number(part[3], f"rq:wip:{name}") for name, part in parts.items())
        return BrokerReading("rq", queues, in_flight, self._counted(heartbeats, now))

    def _looks(self, known: Sequence[str], now: float) -> list[Command]:
        commands: list[Command] = []
        for name in known:
            key, alive = f"{_PREFIX}{name}", f"({now:.0f}"
            commands += [
                ("LLEN", key),
                ("LINDEX", key, 0),
                ("LINDEX", key, -1),
                ("ZCOUNT", f"rq:wip:{name}", alive, "+inf"),
                ("ZCARD", f"rq:scheduled:{name}"),  # scored by when they are due, which may have passed
                ("ZCOUNT", f"rq:failed:{name}", alive, "+inf"),
            ]
        return commands

    def _second(self, parts: dict[str, Sequence[Reply]], workers: Sequence[str]) -> Plan[list[Reply]]:
        """When the oldest jobs were enqueued, as far as that is not known yet, and the workers' heartbeats."""
        new = self._lists.unknown((f"{_PREFIX}{name}", part[1]) for name, part in parts.items())
        if not new and not workers:
            return []
        replies = yield [
            *(("HGET", b"rq:job:" + id, "enqueued_at") for _, id in new),
            *(("HMGET", worker, "last_heartbeat", "queues", "death") for worker in workers),
        ]
        for (key, id), reply in zip(new, replies, strict=False):
            self._lists.learn(key, id, moment(content(reply, "a job of RQ")))
        return list(replies[len(new) :])

    def _queue(self, name: str, part: Sequence[Reply], now: float, places: Mapping[str, Reply]) -> Queue:
        *ends, _, scheduled, failed = part
        return replace(
            self._lists.queue(name, f"{_PREFIX}{name}", ends, now, places),
            delayed=number(scheduled, f"rq:scheduled:{name}"),
            dead=number(failed, f"rq:failed:{name}"),
        )

    def _counted(self, heartbeats: Sequence[Reply], now: float) -> int:
        """Workers that were heard of lately, are not known to have ended, and take from one of these queues."""
        count = 0
        for reply in heartbeats:
            fields = [
                field.decode(errors="replace") if isinstance(field, bytes) else ""
                for field in items(reply, "a worker of RQ")
            ]
            if len(fields) != 3 or fields[2]:
                continue
            heard = moment(fields[0].encode())
            takes = not self._of.queues or not fields[1] or any(name in self._known for name in fields[1].split(","))
            count += takes and heard is not None and now - heard < FRESH
        return count


def moment(told: bytes | None) -> float | None:
    """Epoch seconds of `2026-03-01T10:20:30.123456Z`, as RQ writes times (UTC); None for anything else."""
    try:
        at = datetime.fromisoformat((told or b"").decode())
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def open_kind(of: QueueOf, monotonic: Callable[[], float]) -> Rq:
    """See `opsconsole.probes.brokers`."""
    return Rq(of, monotonic)
