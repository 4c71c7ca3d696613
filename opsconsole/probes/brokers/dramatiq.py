"""Dramatiq's queues, as its broker keeps them in Redis.

Source of the key names: dramatiq/brokers/redis/dispatch.lua. A queue `q` is a list of ids, taken at the left; the
messages are in the hash `q.msgs` until they are acknowledged. Those for later are the same under `q.DQ`, the dead
in the sorted set `q.XQ`. Whoever speaks to the broker, worker or not, leaves a heartbeat in one sorted set.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from opsconsole.model.readings import BrokerReading, Queue
from opsconsole.model.targets import QueueOf
from opsconsole.probes.brokers.dated import DatedLists
from opsconsole.probes.brokers.exchange import Command, NothingThereError, Plan, Reply, content, names, number, text
from opsconsole.probes.brokers.sweep import Sweep, chunks, literally

FRESH: Final = 60.0
"""Seconds after which dramatiq itself takes a worker for dead (`heartbeat_timeout` of its RedisBroker)."""

_MOST_WORKERS: Final = 100
_PARTS: Final = 6


class Dramatiq:
    """The queues of one broker. Which there are, where nobody says, is known by their messages."""

    def __init__(self, of: QueueOf, monotonic: Callable[[], float]) -> None:
        self._of = of
        self._space = of.prefix or "dramatiq"
        self._lists = DatedLists(monotonic)
        self._sweep = Sweep(f"{literally(self._space)}:*", lambda key: not key.startswith(f"{self._space}:__"))
        self._known: dict[str, None] = dict.fromkeys(of.queues)
        self._workers: set[str] = set()

    def plan(self, now: float) -> Plan[BrokerReading]:
        """See `Kind`."""
        sweeping = not self._of.queues
        if sweeping:
            yield from self._sweep.first()
            self._known.update(dict.fromkeys(sorted(self._name(key) for key in self._sweep.found)))
        if not self._known:
            raise NothingThereError(f"no dramatiq queues are known{self._sweep.searched}")
        known, beats = list(self._known), f"{self._space}:__heartbeats__"
        commands: list[Command] = [self._sweep.step()] if sweeping else []
        commands.append(("ZRANGEBYSCORE", beats, f"({round((now - FRESH) * 1000)}", "+inf"))
        for name in known:
            commands += self._look(f"{self._space}:{name}")
        asked = self._lists.ask([f"{self._space}:{name}" for name in known])
        replies = list((yield [*commands, *asked.values()]))
        places = dict(zip(asked, replies[len(commands) :], strict=True))
        del replies[len(commands) :]
        if sweeping:
            self._sweep.take(replies.pop(0))
        fresh = names(replies[0], beats)[:_MOST_WORKERS]
        parts = chunks(replies[1:], _PARTS)
        yield from self._second(known, [part[1] for part in parts], fresh)
        in_flight, queues = 0, []
        for name, part in zip(known, parts, strict=True):
            queues.append(self._queue(name, part, now, places))
            key = f"{self._space}:{name}"
            in_flight += max(0, number(part[3], f"{key}.msgs") - number(part[0], key))
        return BrokerReading("dramatiq", tuple(queues), in_flight, self._counted(fresh))

    def _look(self, key: str) -> list[Command]:
        return [
            ("LLEN", key),
            ("LINDEX", key, 0),
            ("LINDEX", key, -1),
            ("HLEN", f"{key}.msgs"),
            ("HLEN", f"{key}.DQ.msgs"),
            ("ZCARD", f"{key}.XQ"),
        ]

    def _second(self, known: Sequence[str], oldest: Sequence[Reply], fresh: Sequence[str]) -> Plan[None]:
        """The second round trip, where there is news: since when the oldest wait, and who of the fresh works."""
        new = self._lists.unknown((f"{self._space}:{name}", reply) for name, reply in zip(known, oldest, strict=True))
        unproven = [worker for worker in fresh if worker not in self._workers]
        acks = [
            (worker, f"{self._space}:__acks__.{worker}.{name}{suffix}")
            for worker in unproven
            for name in known
            for suffix in ("", ".DQ")
        ]
        if not new and not acks:
            return
        replies = yield [
            *(("HGET", f"{key}.msgs", id) for key, id in new),
            *(("EXISTS", key) for _, key in acks),
        ]
        for (key, id), reply in zip(new, replies, strict=False):
            self._lists.learn(key, id, enqueued(content(reply, f"{key}.msgs")))
        for (worker, key), reply in zip(acks, replies[len(new) :], strict=True):
            if number(reply, key):
                self._workers.add(worker)

    def _queue(self, name: str, part: Sequence[Reply], now: float, places: Mapping[str, Reply]) -> Queue:
        key = f"{self._space}:{name}"
        *ends, _, delayed, dead = part
        return replace(
            self._lists.queue(name, key, ends, now, places),
            delayed=number(delayed, f"{key}.DQ.msgs"),
            dead=number(dead, f"{key}.XQ"),
        )

    def _counted(self, fresh: Sequence[str]) -> int | None:
        """None of them is certain. Some are told only when each of them has been seen to hold a message."""
        self._workers.intersection_update(fresh)
        return len(fresh) if all(beat in self._workers for beat in fresh) else None

    def _name(self, key: str) -> str:
        name = key.removeprefix(f"{self._space}:").removesuffix(".msgs")
        return name.removesuffix(".DQ").removesuffix(".XQ")


def enqueued(message: bytes | None) -> float | None:
    """When a message was enqueued, in epoch seconds; None where that cannot be told.

    `message_timestamp` (milliseconds) is that of the first time: a message that is tried again has waited less.
    """
    try:
        told = json.loads(text(message)) if message else {}
        stamp, again = told["message_timestamp"], told.get("options", {}).get("retries", 0)
        return None if again else float(stamp) / 1000
    except (ValueError, TypeError, KeyError, AttributeError):
        return None  # it is not JSON: the program has an encoder of its own


def open_kind(of: QueueOf, monotonic: Callable[[], float]) -> Dramatiq:
    """See `opsconsole.probes.brokers`."""
    return Dramatiq(of, monotonic)
