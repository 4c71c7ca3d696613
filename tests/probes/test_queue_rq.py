"""RQ's queues: jobs that wait, run, failed; and workers that are still heard of."""

from __future__ import annotations

import pytest

from opsconsole.model.targets import QueueOf
from tests.lab.redis import LabRedis
from tests.probes.queues import Looker, RqApp, by_name, looker

__all__ = ["looker"]
pytestmark = pytest.mark.redis


async def test_the_age_is_that_of_the_first_job(redis_server: LabRedis, looker: Looker) -> None:
    app = RqApp(redis_server, looker.clock)
    app.enqueue("default")
    looker.clock.pass_(42)
    app.enqueue("default")
    queue = (await looker.look(QueueOf(redis_server.url, "rq", ("default",)))).queues[0]
    assert queue.waiting == 2
    assert queue.oldest == pytest.approx(42)
    assert not queue.oldest_at_least


async def test_a_job_whose_time_has_run_out_is_not_running_any_more(redis_server: LabRedis, looker: Looker) -> None:
    app, of = RqApp(redis_server, looker.clock), QueueOf(redis_server.url, "rq", ("default",))
    app.enqueue("default")
    app.enqueue("default")
    app.start("default", expires_in=60)
    app.start("default", expires_in=600)
    assert (await looker.look(of)).in_flight == 2
    before = redis_server.keys()
    looker.clock.pass_(120)
    assert (await looker.look(of)).in_flight == 1
    assert redis_server.keys() == before, "counting tidied nothing up"


async def test_scheduled_and_failed(redis_server: LabRedis, looker: Looker) -> None:
    now = looker.clock()
    RqApp(redis_server, looker.clock).enqueue("default")
    redis_server.call("ZADD", "rq:scheduled:default", now - 5, "due", now + 60, "later")
    redis_server.call("ZADD", "rq:failed:default", now + 1e6, "kept", now - 5, "expired", "+inf", "for ever")
    queue = (await looker.look(QueueOf(redis_server.url, "rq", ("default",)))).queues[0]
    assert (queue.delayed, queue.dead) == (2, 2)


async def test_only_workers_that_were_heard_of_lately_count(redis_server: LabRedis, looker: Looker) -> None:
    app = RqApp(redis_server, looker.clock)
    app.enqueue("default")
    app.worker("gone", "default")
    looker.clock.pass_(500)
    app.worker("here", "high", "default")
    app.worker("elsewhere", "reports")
    app.worker("ended", "default")
    redis_server.call("HSET", "rq:worker:ended", "death", "2026-09-21T00:00:00.000000Z")
    redis_server.call("SADD", "rq:workers", "rq:worker:expired")
    assert (await looker.look(QueueOf(redis_server.url, "rq", ("default",)))).workers == 1


async def test_without_names_all_queues_are_read_and_a_new_one_is_seen_at_once(
    redis_server: LabRedis, looker: Looker
) -> None:
    app, of = RqApp(redis_server, looker.clock), QueueOf(redis_server.url, "rq")
    app.enqueue("default")
    assert by_name(await looker.look(of)).keys() == {"default"}
    app.enqueue("mail")
    app.start("default")
    seen = by_name(await looker.look(of))
    assert (seen["default"].waiting, seen["mail"].waiting) == (0, 1)
