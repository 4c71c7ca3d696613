"""What comes into a queue and what goes out of it, counted between two looks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.model.readings import Queue
from opsconsole.model.targets import QueueOf
from opsconsole.probes.brokers.arrivals import Arrivals, Ends, came
from opsconsole.probes.brokers.exchange import Refusal
from tests.lab.redis import LabRedis, RedisLab
from tests.probes.queues import CeleryApp, DramatiqApp, Looker, RqApp, looker

__all__ = ["looker"]


def told(queue: Queue) -> tuple[int | None, int | None, int]:
    return queue.added, queue.taken, queue.unsure


Does = Callable[[], object]


def celery(server: LabRedis, looker: Looker) -> tuple[Does, Does]:
    app = CeleryApp(server)
    return lambda: app.publish("jobs"), lambda: app.take("jobs")


def dramatiq(server: LabRedis, looker: Looker) -> tuple[Does, Does]:
    app = DramatiqApp(server, looker.clock)
    return lambda: app.enqueue("jobs"), lambda: app.fetch("jobs", "worker")


def rq(server: LabRedis, looker: Looker) -> tuple[Does, Does]:
    app = RqApp(server, looker.clock)
    return lambda: app.enqueue("jobs"), lambda: app.start("jobs")


@pytest.mark.redis
@pytest.mark.parametrize("kind", [celery, dramatiq, rq])
async def test_what_comes_and_goes_is_counted_while_messages_wait(
    redis_server: LabRedis, looker: Looker, kind: Callable[[LabRedis, Looker], tuple[Does, Does]]
) -> None:
    put, take = kind(redis_server, looker)
    of = QueueOf(redis_server.url, kind.__name__, ("jobs",))  # type: ignore[arg-type]
    for _ in range(4):
        put()
    assert told((await looker.look(of)).queues[0]) == (0, 0, 0)
    for does in (put, take, put, take, put, take):
        does()
    queue = (await looker.look(of)).queues[0]
    assert (queue.waiting, told(queue)) == (4, (3, 3, 0)), "a depth that stands still hides what moves"
    assert told((await looker.look(of)).queues[0]) == (3, 3, 0)


@pytest.mark.redis
@pytest.mark.parametrize("kind", [celery, dramatiq, rq])
async def test_when_all_that_waited_is_gone_the_count_is_a_lower_bound(
    redis_server: LabRedis, looker: Looker, kind: Callable[[LabRedis, Looker], tuple[Does, Does]]
) -> None:
    put, take = kind(redis_server, looker)
    of = QueueOf(redis_server.url, kind.__name__, ("jobs",))  # type: ignore[arg-type]
    put()
    put()
    await looker.look(of)
    for does in (take, take, put, take, put, put, put):
        does()
    assert told((await looker.look(of)).queues[0]) == (3, 2, 1), "of four that came, one was taken unseen"


@pytest.mark.redis
async def test_every_priority_of_celery_counts(redis_server: LabRedis, looker: Looker) -> None:
    app, of = CeleryApp(redis_server), QueueOf(redis_server.url, "celery", ("ai",))
    for priority in (0, 3):
        app.publish("ai", priority)
    await looker.look(of)
    for priority in (0, 3, 3):
        app.publish("ai", priority)
    assert told((await looker.look(of)).queues[0]) == (3, 0, 0)


@pytest.mark.redis
async def test_a_message_too_large_to_be_searched_for_leaves_a_lower_bound(
    redis_server: LabRedis, looker: Looker
) -> None:
    of = QueueOf(redis_server.url, "celery", ("ai",))
    redis_server.call("LPUSH", "ai", "x" * 20_000)
    await looker.look(of)
    redis_server.call("CONFIG", "RESETSTAT")
    redis_server.call("LPUSH", "ai", "small")
    assert told((await looker.look(of)).queues[0]) == (1, 0, 1)
    assert "lpos" not in redis_server.commands_seen()


@pytest.mark.redis
async def test_a_server_that_does_not_let_us_search_leaves_the_rates_out(redis_lab: RedisLab, looker: Looker) -> None:
    server = redis_lab.start("--rename-command", "LPOS", "")
    app, of = CeleryApp(server), QueueOf(server.url, "celery", ("ai",))
    app.publish("ai")
    await looker.look(of)
    app.publish("ai")
    for _ in range(2):
        queue = (await looker.look(of)).queues[0]
        assert (queue.waiting, told(queue)) == (2, (None, None, 0))


@pytest.mark.redis
async def test_of_plain_lists_nobody_knows_the_ends(redis_server: LabRedis, looker: Looker) -> None:
    of = QueueOf(redis_server.url, "list", ("jobs",))
    redis_server.call("LPUSH", "jobs", "tick", "tick")
    await looker.look(of)
    assert told((await looker.look(of)).queues[0]) == (None, None, 0)


@pytest.mark.redis
async def test_of_a_stream_the_server_counts_itself(redis_server: LabRedis, looker: Looker) -> None:
    of = QueueOf(redis_server.url, "stream", ("events",))
    redis_server.call("XGROUP", "CREATE", "events", "g", "0", "MKSTREAM")
    redis_server.call("XADD", "events", "*", "n", 1)
    if b"entries-added" not in redis_server.call("XINFO", "STREAM", "events"):
        pytest.skip("streams are counted by Redis 7 and later")
    assert told((await looker.look(of)).queues[0]) == (0, 0, 0)
    for number in range(3):
        redis_server.call("XADD", "events", "*", "n", number)
    redis_server.call("XREADGROUP", "GROUP", "g", "c", "COUNT", 4, "STREAMS", "events", ">")
    assert told((await looker.look(of)).queues[0]) == (3, 4, 0)


def ends(waiting: list[int]) -> Ends:
    old, new = (str(waiting[0]).encode(), str(waiting[-1]).encode()) if waiting else (None, None)
    return Ends(len(waiting), old, new)


@given(st.lists(st.lists(st.booleans(), max_size=12), max_size=8), st.sampled_from([0, -1]))
def test_the_count_is_right_or_says_that_it_is_a_lower_bound(rounds: list[list[bool]], newest: int) -> None:
    arrivals = Arrivals(newest)  # type: ignore[arg-type]
    queue, put, taken, unsure = [0, 1], 2, 0, 0
    flow = arrivals.take("q", ends(queue), {})
    for does in rounds:
        for puts in does:
            if puts:
                queue.append(put)
                put += 1
            elif queue:
                queue.pop(0)
                taken += 1
        places: dict[str, int | None] = {}
        for command in arrivals.ask(["q"]).values():
            in_server = queue if newest == -1 else queue[::-1]
            mark = int(command[2])
            places["q"] = in_server.index(mark) if mark in in_server else None
        flow = arrivals.take("q", ends(queue), places)
        assert flow is not None
        assert flow.added <= put - 2
        assert flow.taken <= taken
        assert flow.added - flow.taken == len(queue) - 2
        assert flow.unsure or (flow.added, flow.taken) == (put - 2, taken)
        assert flow.unsure >= unsure
        unsure = flow.unsure


def test_a_newest_message_that_was_removed_by_itself_is_not_taken_for_a_drained_queue() -> None:
    assert came(Ends(5, b"old", b"cancelled"), Ends(4, b"old", b"new"), None) == (0, False)


def test_what_is_put_back_at_the_old_end_is_no_loss() -> None:
    assert came(Ends(1, b"a", b"a"), Ends(3, b"z", b"b"), 1) == (2, False)


def test_what_a_server_refuses_once_is_not_asked_again() -> None:
    arrivals = Arrivals(0)
    arrivals.take("q", Ends(1, b"a", b"a"), {})
    assert arrivals.take("q", Ends(1, b"a", b"a"), {"q": Refusal("ERR unknown command 'LPOS'")}) is None
    assert arrivals.ask(["q"]) == {}
