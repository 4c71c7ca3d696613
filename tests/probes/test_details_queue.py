"""What lies in a queue: tasks by their names from a bounded sample, messages only when asked, and Redis as it was."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import AsyncIterator

import pytest

from opsconsole.model.detail import Messages, Shape
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.targets import QueueKind, QueueOf
from opsconsole.probes.base import World
from opsconsole.probes.details import Details
from opsconsole.probes.details.headers import headers_of
from opsconsole.probes.details.payload import CUT, readable
from tests.lab.redis import LabRedis
from tests.probes.queues import Clock, DramatiqApp, RqApp

READS = {
    "llen", "lrange", "memory", "hstrlen", "hget", "xlen", "xinfo", "xrange", "select", "auth",
    "config", "info", "dump", "keys",  # these are the test's own
}  # fmt: skip


@pytest.fixture
async def details() -> AsyncIterator[Details]:
    world = World()
    yield Details(world)
    await world.close()


async def shape(details: Details, server: LabRedis, kind: QueueKind, queue: str) -> Shape:
    found = await details.shape(QueueOf(server.url, kind, (queue,)), kind, queue)
    assert isinstance(found, Shape), found
    return found


async def messages(details: Details, server: LabRedis, kind: QueueKind, queue: str) -> Messages:
    found = await details.messages(QueueOf(server.url, kind, (queue,)), kind, queue)
    assert isinstance(found, Messages), found
    return found


def push(server: LabRedis, queue: str, task: str, priority: int = 0, **headers: object) -> None:
    body = "W1s3XSwgeyJ0b2tlbiI6ICJodW50ZXIyIn0sIHt9XQ=="  # [[7], {"token": "hunter2"}, {}]
    message = {"body": body, "content-type": "application/json", "headers": {"task": task, **headers}, "properties": {}}
    server.call("LPUSH", f"{queue}\x06\x16{priority}" if priority else queue, json.dumps(message))


@pytest.mark.redis
async def test_celery_tasks_are_told_by_share_from_both_ends_and_all_priorities(
    redis_server: LabRedis, details: Details
) -> None:
    for number in range(200):
        push(redis_server, "ai", "old.task" if number < 100 else "new.task")
    push(redis_server, "ai", "urgent.task", priority=3, retries=2)
    before = redis_server.keys()
    redis_server.call("CONFIG", "RESETSTAT")
    found = await shape(details, redis_server, "celery", "ai")
    assert found.waiting == 201
    assert found.looked_at == 101
    assert dict(found.names) == {"old.task": 50, "new.task": 50, "urgent.task": 1}
    assert found.retried == 1
    assert set(redis_server.commands_seen()) <= READS, "looking sends nothing that writes"
    assert redis_server.keys() == before, "and leaves everything as it was"


@pytest.mark.redis
async def test_the_next_messages_are_those_that_are_taken_next_with_their_secrets_hidden(
    redis_server: LabRedis, details: Details
) -> None:
    for number in range(9):
        push(redis_server, "ai", f"task.{number}")
    before = redis_server.keys()
    found = await messages(details, redis_server, "celery", "ai")
    assert [one.name for one in found.shown] == [f"task.{number}" for number in range(5)]
    assert json.loads(found.shown[0].text) == {"args": [7], "kwargs": {"token": "***"}}
    assert (found.waiting, found.masked) == (9, 5)
    assert "hunter2" not in repr(found)
    assert redis_server.keys() == before


@pytest.mark.redis
async def test_dramatiq_and_rq_and_streams_and_lists_are_told_by_what_names_their_tasks(
    redis_server: LabRedis, details: Details
) -> None:
    clock = Clock()
    dramatiq, rq = DramatiqApp(redis_server, clock), RqApp(redis_server, clock)
    for _ in range(3):
        dramatiq.enqueue("mails", options={"retries": 1})
    job = rq.enqueue("low")
    redis_server.call(
        "HSET", f"rq:job:{job}", "description", "shop.tasks.pay(17, token='hunter2')", "data", b"\x80\x04."
    )
    redis_server.call("XADD", "events", "*", "type", "order.paid", "id", "7")
    redis_server.call(
        "RPUSH", "plain", '{"job": "resize", "file": "a.png"}', '{"a": 1, "b": 2}', "not json", b"\xff\xfe"
    )
    before = redis_server.keys()
    assert (await shape(details, redis_server, "dramatiq", "mails")).names == (("pay", 3),)
    assert (await shape(details, redis_server, "dramatiq", "mails")).retried == 3
    assert (await shape(details, redis_server, "rq", "low")).names == (("shop.tasks.pay", 1),)
    assert (await shape(details, redis_server, "stream", "events")).names == (("order.paid", 1),)
    plain = await shape(details, redis_server, "list", "plain")
    assert (plain.names, plain.unnamed) == ((("resize", 1),), 3)
    assert plain.fields == ("(not JSON)", "a", "b")
    (read,) = (await messages(details, redis_server, "rq", "low")).shown
    assert read.text == "shop.tasks.pay(17, token=***) (its data is pickled, and is not unpacked)"
    assert (await messages(details, redis_server, "list", "plain")).shown[3].text.startswith("(no text: b'\\xff\\xfe'")
    assert redis_server.keys() == before


@pytest.mark.redis
async def test_a_queue_of_huge_messages_is_not_fetched(redis_server: LabRedis, details: Details) -> None:
    for _ in range(6):
        redis_server.call("LPUSH", "big", "x" * (4 << 20))
    tracemalloc.start()
    try:
        found = await shape(details, redis_server, "celery", "big")
        read = await messages(details, redis_server, "celery", "big")
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (found.waiting, found.looked_at) == (6, 0)
    assert found.bytes_each is not None
    assert found.bytes_each > 4 << 20
    assert read.shown == ()
    assert most < 1 << 20, "nothing of them came here"


@pytest.mark.redis
async def test_what_cannot_be_asked_says_why(redis_server: LabRedis, details: Details) -> None:
    redis_server.call("SET", "ai", "no list")
    wrong = await details.shape(QueueOf(redis_server.url, "celery", ("ai",)), "celery", "ai")
    assert isinstance(wrong, Problem)
    assert "ai" in wrong.reason
    gone = await details.shape(QueueOf("redis://127.0.0.1:1/0", "celery", ("ai",)), "celery", "ai")
    assert isinstance(gone, Problem)
    assert gone.kind is ProblemKind.REFUSED
    assert (await shape(details, redis_server, "celery", "empty")) == Shape(0, 0, whence="all of them")


# --- headers and payloads, pure -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "body", "name"),
    [
        ("celery", b'{"headers": {"task": "a.b"}, "body": "x"}', "a.b"),
        ("celery", b'{"headers": {}, "body": "eyJ0YXNrIjogIm9sZC5vbmUifQ=="}', "old.one"),  # protocol 1
        ("celery", b'{"headers": null, "body": 7}', ""),
        ("celery", b"[1, 2]", ""),
        ("dramatiq", b'{"actor_name": "pay", "options": null}', "pay"),
        ("dramatiq", b"\x80\x04", ""),
        ("rq", b"shop.pay(1, 'x')", "shop.pay"),
        ("list", b'{"class": "Mailer", "args": []}', "Mailer"),
        ("list", b'{"type": "\\u001b[31mred"}', "red"),
        ("list", b"[" * 100_000, ""),
    ],
)
def test_the_name_of_a_task_is_told_by_headers_alone(kind: QueueKind, body: bytes, name: str) -> None:
    assert headers_of(kind, body).name == name


@pytest.mark.parametrize(
    ("kind", "body", "text", "hidden"),
    [
        (
            "list",
            b'{"password": "x", "n": {"api_key": [1], "ok": 1}}',
            '{"password": "***", "n": {"api_key": "***", "ok": 1}}',
            2,
        ),
        ("list", b'{"to": "redis://u:p@h/0", "password": ""}', '{"to": "redis://***@h/0", "password": ""}', 1),
        ("list", b'["eyJhbGciOiJIUzI1NiJ9.e30.abc"]', '["***"]', 1),
        ("list", b"token=hunter2 rest", "token=*** rest", 1),
        ("list", b"\x1b[2Jcleared", "cleared", 0),
        (
            "celery",
            b'{"content-type": "application/x-python-serialize", "body": "gASV"}',
            "(packed as application/x-python-serialize, 4 bytes; is not unpacked)",
            0,
        ),
        (
            "dramatiq",
            b'{"args": [1], "kwargs": {"secret": [2]}, "options": {}}',
            '{"args": [1], "kwargs": {"secret": "***"}}',
            1,
        ),
    ],
)
def test_a_message_is_read_without_its_secrets(kind: QueueKind, body: bytes, text: str, hidden: int) -> None:
    assert readable(kind, body) == (text, hidden, False)


def test_a_long_message_is_cut_and_says_so() -> None:
    text, _, cut = readable("list", b"word " * 1000)
    assert (len(text), cut) == (CUT, True)
    assert text.endswith("…")
