"""What tests of queues share: a look by the real probe, and messages as Celery, Dramatiq and RQ write them.

The formats are those of the libraries themselves (kombu/transport/redis.py, dramatiq's dispatch.lua, rq/job.py), put
down here once more on purpose: nothing is taken from the probe.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from opsconsole.model.readings import BrokerReading, Queue
from opsconsole.model.sample import Problem, Target
from opsconsole.model.targets import QueueOf
from opsconsole.probes.base import World
from opsconsole.probes.queue import QueueProbe
from tests.lab.redis import LabRedis


class Clock:
    """Seconds that pass when told to; epoch seconds and remembered ones alike."""

    def __init__(self, now: float = 1_790_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += seconds


class Looker:
    """The probe, as a collector uses it: one look after the other."""

    def __init__(self, world: World | None = None, environ: dict[str, str] | None = None) -> None:
        self.clock = Clock()
        world = world or World()
        world.clock = self.clock
        self.world = world
        self.probe = QueueProbe(world, self.clock, {} if environ is None else environ)

    async def look(self, of: QueueOf, timeout: float = 5.0) -> BrokerReading:
        sample = (await self.probe.read([Target("queue", "q", of)], timeout))[0]
        assert sample.problem is None, sample.problem
        assert isinstance(sample.value, BrokerReading)
        return sample.value

    async def trouble(self, of: QueueOf, timeout: float = 5.0) -> Problem:
        sample = (await self.probe.read([Target("queue", "q", of)], timeout))[0]
        assert sample.problem is not None, sample.value
        return sample.problem


@pytest.fixture
async def looker() -> AsyncIterator[Looker]:
    looking = Looker()
    yield looking
    await looking.probe.close()
    await looking.world.close()


def by_name(reading: BrokerReading) -> dict[str, Queue]:
    return {queue.name: queue for queue in reading.queues}


class CeleryApp:
    """Publishes and takes as Celery does through kombu."""

    def __init__(self, server: LabRedis, prefix: str = "", separator: str = "\x06\x16") -> None:
        self.server, self.prefix, self.separator = server, prefix, separator

    def declare(self, queue: str) -> None:
        member = self.separator.join((queue, "", queue))
        self.server.call("SADD", f"{self.prefix}_kombu.binding.{queue}", member)

    def start_worker(self) -> None:
        """The queues that a worker declares for remote control and events."""
        for exchange, queue in (("celery.pidbox", "celery@box.celery.pidbox"), ("celeryev", "celeryev.12345")):
            self.server.call("SADD", f"_kombu.binding.{exchange}", self.separator.join(("", "", queue)))

    def publish(self, queue: str, priority: int = 0) -> str:
        task = str(uuid.uuid4())
        message = {
            "body": "W1tdLCB7fSwge31d",
            "content-encoding": "utf-8",
            "content-type": "application/json",
            "headers": {"lang": "py", "task": "shop.pay", "id": task, "retries": 0, "eta": None},
            "properties": {
                "correlation_id": task,
                "delivery_info": {"exchange": "", "routing_key": queue},
                "delivery_tag": str(uuid.uuid4()),
                "priority": priority,
            },
        }
        key = f"{queue}{self.separator}{priority}" if priority else queue
        self.server.call("LPUSH", self.prefix + key, json.dumps(message))
        return task

    def take(self, queue: str) -> str:
        """What a worker does: it pops at the right and notes the message as not yet acknowledged."""
        message = self.server.call("RPOP", self.prefix + queue)
        tag = json.loads(message)["properties"]["delivery_tag"]
        self.server.call("ZADD", f"{self.prefix}unacked_index", 1_790_000_000, tag)
        self.server.call("HSET", f"{self.prefix}unacked", tag, json.dumps([json.loads(message), "", queue]))
        return str(tag)

    def acknowledge(self, tag: str) -> None:
        self.server.call("ZREM", f"{self.prefix}unacked_index", tag)
        self.server.call("HDEL", f"{self.prefix}unacked", tag)


class DramatiqApp:
    """Does what dramatiq's dispatch.lua does."""

    def __init__(self, server: LabRedis, clock: Clock, namespace: str = "dramatiq") -> None:
        self.server, self.clock, self.space = server, clock, namespace

    def _beat(self, who: str) -> None:
        self.server.call("ZADD", f"{self.space}:__heartbeats__", int(self.clock() * 1000), who)

    def enqueue(self, queue: str, by: str = "web", options: dict[str, int] | None = None) -> str:
        self._beat(by)
        id = str(uuid.uuid4())
        message = {
            "queue_name": queue,
            "actor_name": "pay",
            "args": [],
            "kwargs": {},
            "options": {"redis_message_id": id, **(options or {})},
            "message_id": str(uuid.uuid4()),
            "message_timestamp": int(self.clock() * 1000),
        }
        self.server.call("HSET", f"{self.space}:{queue}.msgs", id, json.dumps(message))
        self.server.call("RPUSH", f"{self.space}:{queue}", id)
        return id

    def fetch(self, queue: str, worker: str) -> str | None:
        self._beat(worker)
        id = self.server.call("LPOP", f"{self.space}:{queue}")
        if id is None:
            return None
        self.server.call("SADD", f"{self.space}:__acks__.{worker}.{queue}", id)
        return str(id.decode())

    def ack(self, queue: str, worker: str, id: str) -> None:
        self._beat(worker)
        self.server.call("SREM", f"{self.space}:__acks__.{worker}.{queue}", id)
        self.server.call("HDEL", f"{self.space}:{queue}.msgs", id)

    def bury(self, queue: str, worker: str, id: str) -> None:
        self._beat(worker)
        message = self.server.call("HGET", f"{self.space}:{queue}.msgs", id)
        self.server.call("SREM", f"{self.space}:__acks__.{worker}.{queue}", id)
        self.server.call("ZADD", f"{self.space}:{queue}.XQ", int(self.clock() * 1000), id)
        self.server.call("HSET", f"{self.space}:{queue}.XQ.msgs", id, message)
        self.server.call("HDEL", f"{self.space}:{queue}.msgs", id)


class RqApp:
    """Writes the keys that RQ writes."""

    def __init__(self, server: LabRedis, clock: Clock) -> None:
        self.server, self.clock = server, clock

    def _stamp(self) -> str:
        return datetime.fromtimestamp(self.clock(), UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def enqueue(self, queue: str) -> str:
        id = str(uuid.uuid4())
        self.server.call("SADD", "rq:queues", f"rq:queue:{queue}")
        self.server.call("HSET", f"rq:job:{id}", "status", "queued", "origin", queue, "enqueued_at", self._stamp())
        self.server.call("RPUSH", f"rq:queue:{queue}", id)
        return id

    def start(self, queue: str, expires_in: float = 180) -> str:
        id = self.server.call("LPOP", f"rq:queue:{queue}").decode()
        self.server.call("ZADD", f"rq:wip:{queue}", self.clock() + expires_in, f"{id}:{uuid.uuid4()}")
        return str(id)

    def worker(self, name: str, *queues: str) -> None:
        key = f"rq:worker:{name}"
        self.server.call("SADD", "rq:workers", key)
        self.server.call("HSET", key, "birth", self._stamp(), "queues", ",".join(queues), "state", "idle")
        self.beat(name)

    def beat(self, name: str) -> None:
        self.server.call("HSET", f"rq:worker:{name}", "last_heartbeat", self._stamp())
