"""Plain lists and streams."""

from __future__ import annotations

import time

import pytest

from opsconsole.model.targets import QueueOf
from tests.lab.redis import LabRedis
from tests.probes.queues import Looker, by_name, looker

__all__ = ["looker"]
pytestmark = pytest.mark.redis


@pytest.mark.parametrize(("put", "take"), [("LPUSH", "RPOP"), ("RPUSH", "LPOP")])
async def test_a_list_ages_whichever_end_is_the_old_one(
    redis_server: LabRedis, looker: Looker, put: str, take: str
) -> None:
    of = QueueOf(redis_server.url, "list", ("jobs",))
    redis_server.call(put, "jobs", "job 1")
    await looker.look(of)
    looker.clock.pass_(60)
    redis_server.call(put, "jobs", "job 2")
    grown = (await looker.look(of)).queues[0]
    assert (grown.waiting, grown.oldest, grown.oldest_at_least) == (2, 60, True)
    redis_server.call(take, "jobs")
    redis_server.call(put, "jobs", "job 3")
    assert (await looker.look(of)).queues[0].oldest == 0


async def test_messages_that_are_all_alike_have_no_age(redis_server: LabRedis, looker: Looker) -> None:
    of = QueueOf(redis_server.url, "list", ("ticks",))
    redis_server.call("LPUSH", "ticks", "tick", "tick")
    await looker.look(of)
    looker.clock.pass_(60)
    assert (await looker.look(of)).queues[0].oldest is None


async def test_a_list_without_a_key_is_empty(redis_server: LabRedis, looker: Looker) -> None:
    queue = (await looker.look(QueueOf(redis_server.url, "list", ("jobs",)))).queues[0]
    assert (queue.name, queue.waiting, queue.oldest) == ("jobs", 0, None)


async def test_without_names_every_list_is_a_queue_and_stays_one_when_it_is_empty(
    redis_server: LabRedis, looker: Looker
) -> None:
    of = QueueOf(redis_server.url, "list")
    redis_server.call("LPUSH", "a", "1")
    redis_server.call("LPUSH", "b", "1")
    redis_server.call("SET", "c", "no list")
    assert by_name(await looker.look(of)).keys() == {"a", "b"}
    redis_server.call("DEL", "a")
    assert by_name(await looker.look(of))["a"].waiting == 0


async def test_of_a_stream_with_groups_the_slowest_counts(redis_server: LabRedis, looker: Looker) -> None:
    now = int(looker.clock() * 1000)
    for group in ("fast", "slow"):
        redis_server.call("XGROUP", "CREATE", "events", group, "0", "MKSTREAM")
    for age in (40, 30, 20, 10):
        redis_server.call("XADD", "events", now - age * 1000, "n", age)
    redis_server.call("XREADGROUP", "GROUP", "fast", "c1", "COUNT", 4, "STREAMS", "events", ">")
    redis_server.call("XREADGROUP", "GROUP", "slow", "c1", "COUNT", 1, "STREAMS", "events", ">")
    seen = await looker.look(QueueOf(redis_server.url, "stream", ("events",)))
    queue = seen.queues[0]
    assert (queue.waiting, queue.oldest, queue.oldest_at_least) == (3, 30, False)
    assert seen.in_flight == 5


async def test_entries_that_nobody_took_are_counted_where_the_server_knows_no_lag(
    redis_server: LabRedis, looker: Looker
) -> None:
    for number in range(1, 6):
        redis_server.call("XADD", "events", f"{number}-0", "n", number)
    redis_server.call("XGROUP", "CREATE", "events", "g", "2-0")  # an id in the middle: the lag is unknown
    redis_server.call("XDEL", "events", "4-0")
    of = QueueOf(redis_server.url, "stream", ("events",))
    first = (await looker.look(of)).queues[0]
    assert (first.waiting, first.waiting_at_least, first.oldest) == (2, False, None)
    looker.clock.pass_(7)
    later = (await looker.look(of)).queues[0]
    assert (later.oldest, later.oldest_at_least) == (7, True), "ids that are no times"


async def test_of_a_stream_without_groups_all_entries_wait(redis_server: LabRedis, looker: Looker) -> None:
    looker.clock.now = time.time()
    redis_server.call("XADD", "events", "*", "n", 1)
    looker.clock.pass_(9)
    seen = await looker.look(QueueOf(redis_server.url, "stream"))
    assert (seen.queues[0].name, seen.queues[0].waiting, seen.in_flight) == ("events", 1, None)
    assert seen.queues[0].oldest == pytest.approx(9, abs=2)


async def test_a_stream_that_is_not_there_yet_is_empty(redis_server: LabRedis, looker: Looker) -> None:
    seen = await looker.look(QueueOf(redis_server.url, "stream", ("events",)))
    assert (seen.queues[0].waiting, seen.queues[0].oldest) == (0, None)
