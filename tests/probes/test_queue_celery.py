"""Celery's queues, as an on-call engineer sees them grow, stand still and drain."""

from __future__ import annotations

import pytest

from opsconsole.model.targets import QueueOf
from tests.lab.redis import LabRedis
from tests.probes.queues import CeleryApp, Looker, by_name, looker

__all__ = ["looker"]
pytestmark = pytest.mark.redis


async def test_every_priority_counts(redis_server: LabRedis, looker: Looker) -> None:
    app = CeleryApp(redis_server)
    for priority in (0, 0, 3, 6, 9, 9, 5):
        app.publish("ai", priority)
    seen = await looker.look(QueueOf(redis_server.url, "celery", ("ai", "billing")))
    assert {queue.name: queue.waiting for queue in seen.queues} == {"ai": 7, "billing": 0}
    assert seen.kind == "celery"


async def test_another_separator_and_a_key_prefix(redis_server: LabRedis, looker: Looker) -> None:
    app = CeleryApp(redis_server, prefix="shop:", separator=":")
    app.publish("ai")
    app.publish("ai", 3)
    app.take("ai")
    seen = await looker.look(QueueOf(redis_server.url, "celery", ("ai",), prefix="shop:", separator=":"))
    assert (seen.queues[0].waiting, seen.in_flight) == (1, 1)


async def test_what_a_worker_holds_is_in_flight_until_it_is_acknowledged(
    redis_server: LabRedis, looker: Looker
) -> None:
    app, of = CeleryApp(redis_server), QueueOf(redis_server.url, "celery", ("ai",))
    app.publish("ai")
    app.publish("ai")
    tag = app.take("ai")
    seen = await looker.look(of)
    assert (seen.queues[0].waiting, seen.in_flight) == (1, 1)
    app.acknowledge(tag)
    assert (await looker.look(of)).in_flight == 0


async def test_nobody_can_tell_how_many_workers_there_are(redis_server: LabRedis, looker: Looker) -> None:
    CeleryApp(redis_server).publish("ai")
    assert (await looker.look(QueueOf(redis_server.url, "celery", ("ai",)))).workers is None


async def test_the_age_of_the_oldest_is_remembered_from_look_to_look(redis_server: LabRedis, looker: Looker) -> None:
    app, of = CeleryApp(redis_server), QueueOf(redis_server.url, "celery", ("ai",))
    app.publish("ai")
    first = (await looker.look(of)).queues[0]
    assert (first.oldest, first.oldest_at_least) == (None, False), "one look alone knows no age"

    looker.clock.pass_(60)
    app.publish("ai")
    looker.clock.pass_(182)
    standing = (await looker.look(of)).queues[0]
    assert (standing.oldest, standing.oldest_at_least) == (242, True)

    app.take("ai")
    moved = (await looker.look(of)).queues[0]
    assert (moved.oldest, moved.oldest_at_least) == (0, True)


async def test_the_oldest_may_wait_behind_a_higher_priority(redis_server: LabRedis, looker: Looker) -> None:
    app, of = CeleryApp(redis_server), QueueOf(redis_server.url, "celery", ("ai",))
    app.publish("ai", priority=9)
    await looker.look(of)
    looker.clock.pass_(30)
    app.publish("ai")
    assert (await looker.look(of)).queues[0].oldest == 30


async def test_an_emptied_queue_has_no_age(redis_server: LabRedis, looker: Looker) -> None:
    app, of = CeleryApp(redis_server), QueueOf(redis_server.url, "celery", ("ai",))
    app.publish("ai")
    await looker.look(of)
    looker.clock.pass_(30)
    app.take("ai")
    empty = (await looker.look(of)).queues[0]
    assert (empty.waiting, empty.oldest) == (0, None)


async def test_without_names_all_bound_queues_are_read_and_those_of_remote_control_are_not(
    redis_server: LabRedis, looker: Looker
) -> None:
    app, of = CeleryApp(redis_server), QueueOf(redis_server.url, "celery")
    for queue in ("ai", "billing"):
        app.declare(queue)
    app.start_worker()
    app.publish("ai")
    assert {name: queue.waiting for name, queue in by_name(await looker.look(of)).items()} == {"ai": 1, "billing": 0}

    app.declare("mail")
    app.publish("mail")
    assert by_name(await looker.look(of)).keys() == {"ai", "billing"}
    assert by_name(await looker.look(of))["mail"].waiting == 1, "found by the next step through the keys"


async def test_only_commands_that_read_are_sent(redis_server: LabRedis, looker: Looker) -> None:
    app, of = CeleryApp(redis_server), QueueOf(redis_server.url, "celery", ("ai", "billing"))
    app.publish("ai", 3)
    before = redis_server.keys()
    redis_server.call("CONFIG", "RESETSTAT")
    await looker.look(of)
    await looker.look(of)
    assert set(redis_server.commands_seen()) <= {"hlen", "llen", "lindex", "lpos", "config", "info"}
    assert redis_server.keys() == before


async def test_a_round_is_one_round_trip(redis_server: LabRedis, looker: Looker) -> None:
    of = QueueOf(redis_server.url, "celery", ("ai", "billing", "default"))
    await looker.look(of)
    first = redis_server.reads()
    our_own = redis_server.reads() - first
    start = redis_server.reads()
    for _ in range(20):
        await looker.look(of)
    assert redis_server.reads() - start - our_own == 20
