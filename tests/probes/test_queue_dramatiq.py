"""Dramatiq's queues: what waits, what is delayed and dead, and who works."""

from __future__ import annotations

import pytest

from opsconsole.model.targets import QueueOf
from tests.lab.redis import LabRedis
from tests.probes.queues import DramatiqApp, Looker, by_name, looker

__all__ = ["looker"]
pytestmark = pytest.mark.redis


async def test_the_age_is_that_of_the_first_message_by_its_own_time(redis_server: LabRedis, looker: Looker) -> None:
    app = DramatiqApp(redis_server, looker.clock)
    app.enqueue("mail")
    looker.clock.pass_(90)
    app.enqueue("mail")
    queue = (await looker.look(QueueOf(redis_server.url, "dramatiq", ("mail",)))).queues[0]
    assert (queue.waiting, queue.oldest, queue.oldest_at_least) == (2, 90, False)


async def test_a_message_that_is_tried_again_has_not_waited_since_it_was_first_sent(
    redis_server: LabRedis, looker: Looker
) -> None:
    DramatiqApp(redis_server, looker.clock).enqueue("mail", options={"retries": 2})
    looker.clock.pass_(3600)
    of = QueueOf(redis_server.url, "dramatiq", ("mail",))
    assert (await looker.look(of)).queues[0].oldest is None
    looker.clock.pass_(5)
    later = (await looker.look(of)).queues[0]
    assert (later.oldest, later.oldest_at_least) == (5, True)


async def test_fetched_delayed_and_dead_are_kept_apart(redis_server: LabRedis, looker: Looker) -> None:
    app, of = DramatiqApp(redis_server, looker.clock), QueueOf(redis_server.url, "dramatiq", ("mail",))
    for _ in range(4):
        app.enqueue("mail")
    app.enqueue("mail.DQ")
    held, doomed = app.fetch("mail", "w1"), app.fetch("mail", "w1")
    assert held
    assert doomed
    app.bury("mail", "w1", doomed)
    app.fetch("mail.DQ", "w1")  # a worker keeps what is delayed in its own memory until its time
    seen = await looker.look(of)
    queue = seen.queues[0]
    assert (queue.waiting, seen.in_flight, queue.delayed, queue.dead) == (2, 1, 1, 1)


async def test_a_producer_is_no_worker(redis_server: LabRedis, looker: Looker) -> None:
    app, of = DramatiqApp(redis_server, looker.clock), QueueOf(redis_server.url, "dramatiq", ("mail",))
    app.enqueue("mail", by="web")
    assert (await looker.look(of)).workers is None, "there is a fresh heartbeat, but nobody knows whose"

    looker.clock.pass_(70)
    assert (await looker.look(of)).workers == 0, "no heartbeat is fresh: nobody works"

    id = app.fetch("mail", "w1")
    assert id
    assert (await looker.look(of)).workers == 1, "it holds a message, so it is a worker"
    app.ack("mail", "w1", id)
    assert (await looker.look(of)).workers == 1, "and stays one"

    looker.clock.pass_(70)
    assert (await looker.look(of)).workers == 0


async def test_without_names_queues_are_known_by_their_messages(redis_server: LabRedis, looker: Looker) -> None:
    app = DramatiqApp(redis_server, looker.clock)
    app.enqueue("mail")
    app.enqueue("report.DQ")
    app.fetch("mail", "w1")
    seen = by_name(await looker.look(QueueOf(redis_server.url, "dramatiq")))
    assert seen.keys() == {"mail", "report"}
    assert (seen["mail"].waiting, seen["report"].delayed) == (0, 1)


async def test_a_namespace_of_its_own(redis_server: LabRedis, looker: Looker) -> None:
    DramatiqApp(redis_server, looker.clock, "shop").enqueue("mail")
    seen = await looker.look(QueueOf(redis_server.url, "dramatiq", ("mail",), prefix="shop"))
    assert seen.queues[0].waiting == 1


async def test_messages_in_an_encoding_of_the_program_are_counted_all_the_same(
    redis_server: LabRedis, looker: Looker
) -> None:
    id = DramatiqApp(redis_server, looker.clock).enqueue("mail")
    redis_server.call("HSET", "dramatiq:mail.msgs", id, b"\x80\x04\x95 pickled \xff")
    queue = (await looker.look(QueueOf(redis_server.url, "dramatiq", ("mail",)))).queues[0]
    assert (queue.waiting, queue.oldest) == (1, None)


async def test_nothing_is_written(redis_server: LabRedis, looker: Looker) -> None:
    app = DramatiqApp(redis_server, looker.clock)
    app.enqueue("mail")
    app.fetch("mail", "w1")
    before = redis_server.keys()
    await looker.look(QueueOf(redis_server.url, None))
    assert redis_server.keys() == before
