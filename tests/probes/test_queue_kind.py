"""The kind of a queue is found out where nobody says it."""

from __future__ import annotations

import pytest

from opsconsole.model.targets import QueueOf
from tests.lab.redis import LabRedis
from tests.probes.queues import CeleryApp, DramatiqApp, Looker, RqApp, looker

__all__ = ["looker"]
pytestmark = pytest.mark.redis


async def test_each_library_is_known_by_its_keys(redis_server: LabRedis, looker: Looker) -> None:
    async def kind(*queues: str) -> str:
        return (await looker.look(QueueOf(redis_server.url, None, queues))).kind

    redis_server.call("LPUSH", "jobs", "1")
    assert await kind("jobs") == "list"

    redis_server.call("XADD", "events", "*", "n", 1)
    assert await kind("events") == "stream"

    RqApp(redis_server, looker.clock).enqueue("default")
    assert await kind("default") == "rq"

    DramatiqApp(redis_server, looker.clock).enqueue("mail")
    assert await kind("mail") == "dramatiq"

    app = CeleryApp(redis_server)
    app.publish("ai", 3)
    assert await kind("ai") == "celery", "by the list of a priority"
    app.declare("billing")
    app.publish("billing")
    assert await kind("billing") == "celery", "by its binding"


@pytest.mark.parametrize("library", ["celery", "dramatiq", "rq"])
async def test_without_names_too(redis_server: LabRedis, looker: Looker, library: str) -> None:
    if library == "celery":
        app = CeleryApp(redis_server)
        app.declare("default")
        app.publish("default")
    elif library == "dramatiq":
        DramatiqApp(redis_server, looker.clock).enqueue("default")
    else:
        RqApp(redis_server, looker.clock).enqueue("default")
    seen = await looker.look(QueueOf(redis_server.url))
    assert (seen.kind, seen.queues[0].name, seen.queues[0].waiting) == (library, "default", 1)


async def test_a_list_beside_another_librarys_keys_stays_a_list(redis_server: LabRedis, looker: Looker) -> None:
    RqApp(redis_server, looker.clock).enqueue("default")
    redis_server.call("LPUSH", "jobs", "1")
    assert (await looker.look(QueueOf(redis_server.url, None, ("jobs",)))).kind == "list"


async def test_queues_that_left_no_trace_are_empty_and_their_kind_is_looked_for_again(
    redis_server: LabRedis, looker: Looker
) -> None:
    of = QueueOf(redis_server.url, None, ("mail",))
    assert (await looker.look(of)).queues[0].waiting == 0
    DramatiqApp(redis_server, looker.clock).enqueue("mail")
    seen = await looker.look(of)
    assert (seen.kind, seen.queues[0].waiting) == ("dramatiq", 1)


async def test_a_key_that_changes_its_nature_is_found_out_anew(redis_server: LabRedis, looker: Looker) -> None:
    of = QueueOf(redis_server.url, None, ("jobs",))
    redis_server.call("LPUSH", "jobs", "1")
    assert (await looker.look(of)).kind == "list"
    redis_server.call("DEL", "jobs")
    redis_server.call("XADD", "jobs", "*", "n", 1)
    assert "holds a stream, which is no list queue" in (await looker.trouble(of)).reason
    assert (await looker.look(of)).kind == "stream"


async def test_nothing_at_all_is_no_empty_queue(redis_server: LabRedis, looker: Looker) -> None:
    problem = await looker.trouble(QueueOf(redis_server.url))
    assert problem.reason == (
        f"no queues of Celery, Dramatiq or RQ are known at {redis_server.url}; name them with queues = […]"
    )


async def test_a_large_database_is_searched_within_bounds_and_never_with_keys(
    redis_server: LabRedis, looker: Looker
) -> None:
    redis_server.call("EVAL", "for i = 1, 150000 do redis.call('SET', 'key' .. i, 1) end", 0)
    problem = await looker.trouble(QueueOf(redis_server.url, "celery"))
    assert "among the first 100 000 keys" in problem.reason
    seen = redis_server.commands_seen()
    assert seen["scan"] <= 101
    assert "keys" not in seen
