"""A broker that cannot be asked: each reason has its own line, and no line tells a secret."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from opsconsole.model.sample import Problem, ProblemKind, Target
from opsconsole.model.targets import QueueOf
from opsconsole.model.verdict import Level
from tests.lab.redis import LabRedis, RedisLab, free_port
from tests.probes.queues import CeleryApp, Looker, looker
from tests.support.parts import lack
from tests.support.waiting import wait_for

__all__ = ["looker"]
pytestmark = pytest.mark.redis


def ai(url: str, password: str | None = None) -> QueueOf:
    return QueueOf(url, "celery", ("ai",), password)


async def test_refused_and_back_again(redis_lab: RedisLab, looker: Looker) -> None:
    server = redis_lab.start()
    CeleryApp(server).publish("ai")
    assert (await looker.look(ai(server.url))).queues[0].waiting == 1

    server.stop()
    problem = await looker.trouble(ai(server.url))
    assert problem == Problem(ProblemKind.REFUSED, f"{server.url} refuses connections; is it running?")
    assert problem.kind.level is Level.DOWN

    server.start()
    assert (await looker.look(ai(server.url))).queues[0].waiting == 0


async def test_a_restart_between_two_looks_is_no_trouble(redis_lab: RedisLab, looker: Looker) -> None:
    server = redis_lab.start()
    await looker.look(ai(server.url))
    server.stop()
    server.start()
    await looker.look(ai(server.url))


async def test_passwords(redis_lab: RedisLab, looker: Looker, tmp_path: Path) -> None:
    server = redis_lab.start(password="5ecret")
    none = await looker.trouble(ai(server.url))
    assert none.kind is ProblemKind.DENIED
    assert none.reason == f'{server.url} wants a password and none is given; name it with password = "env:NAME"'
    assert none.kind.level is Level.UNKNOWN

    wrong = await looker.trouble(ai(f"redis://:hunter2@127.0.0.1:{server.port}/0"))
    assert wrong.kind is ProblemKind.DENIED
    assert wrong.reason == (
        f"redis://:***@127.0.0.1:{server.port}/0 does not take the password (or the user) that is given"
    )

    file = tmp_path / "password"
    file.write_text("5ecret\n")
    await looker.look(ai(server.url, f"file:{file}"))
    await looker.look(ai(f"redis://:5ecret@127.0.0.1:{server.port}/0"))


async def test_a_password_reference_is_followed_late_and_named_when_it_leads_nowhere(
    redis_lab: RedisLab, tmp_path: Path
) -> None:
    server = redis_lab.start(password="5ecret")
    environ: dict[str, str] = {}
    looking = Looker(environ=environ)
    missing = await looking.trouble(ai(server.url, "env:REDIS_PASSWORD"))
    assert missing == Problem(ProblemKind.DENIED, "the secret env:REDIS_PASSWORD is not set in this environment")
    environ["REDIS_PASSWORD"] = "5ecret"
    await looking.look(ai(server.url, "env:REDIS_PASSWORD"))

    gone = await looking.trouble(ai(server.url, f"file:{tmp_path / 'nothing'}"))
    assert gone.reason == f"the secret file {tmp_path / 'nothing'} cannot be read: No such file or directory"
    written_out = await looking.trouble(ai(server.url, "hunter2"))
    assert "hunter2" not in written_out.reason
    await looking.probe.close()


async def test_a_password_where_none_is_wanted(redis_server: LabRedis, looker: Looker) -> None:
    problem = await looker.trouble(ai(f"redis://:hunter2@127.0.0.1:{redis_server.port}/0"))
    assert problem.kind is ProblemKind.DENIED
    assert "has no password set, but one is given" in problem.reason
    assert "hunter2" not in problem.reason


async def test_a_user_who_may_not_look(redis_lab: RedisLab, looker: Looker) -> None:
    server = redis_lab.start()
    server.call("ACL", "SETUSER", "ops", "on", ">pw", "~*", "+ping")
    problem = await looker.trouble(ai(f"redis://ops:pw@127.0.0.1:{server.port}/0"))
    assert problem.kind is ProblemKind.DENIED
    assert "redis://ops:***@127.0.0.1" in problem.reason
    assert "does not let this user look" in problem.reason


async def test_a_key_of_a_wrong_type_is_named_with_what_it_holds(redis_server: LabRedis, looker: Looker) -> None:
    redis_server.call("HSET", "ai", "a", "1")
    problem = await looker.trouble(ai(redis_server.url))
    assert problem == Problem(
        ProblemKind.UNREADABLE,
        f"key 'ai' at {redis_server.url} holds a hash, which is no celery queue; is kind = 'celery' right?",
    )
    redis_server.call("DEL", "ai")
    await looker.look(ai(redis_server.url))


@pytest.mark.parametrize("kind", ["dramatiq", "rq", "stream", "list"])
async def test_a_wrong_type_under_every_kind(redis_server: LabRedis, looker: Looker, kind: str) -> None:
    key = {"dramatiq": "dramatiq:ai", "rq": "rq:queue:ai"}.get(kind, "ai")
    redis_server.call("SET", key, "text")
    problem = await looker.trouble(QueueOf(redis_server.url, kind, ("ai",)))  # type: ignore[arg-type]
    assert f"key {key!r} at {redis_server.url} holds a string, which is no {kind} queue" in problem.reason


async def test_a_server_that_is_still_loading(redis_lab: RedisLab, looker: Looker) -> None:
    server = redis_lab.start(*redis_lab.debugging)
    # It looks up from loading every 2 MiB: enough of them, and each slow enough to be met.
    server.call("EVAL", "for i = 1, 15000 do redis.call('SET', 'key' .. i, string.rep('x', 1000)) end", 0)
    server.call("CONFIG", "SET", "rdbcompression", "no")
    server.call("CONFIG", "SET", "key-load-delay", "100")  # microseconds a key
    with socket.create_connection(("127.0.0.1", server.port)) as loading:
        loading.sendall(b"DEBUG RELOAD\r\n")

        async def trouble() -> Problem | None:
            return (await looker.probe.read([Target("queue", "q", ai(server.url))], 5.0))[0].problem

        problem = await wait_for("the server to begin loading", trouble)
        assert problem == Problem(
            ProblemKind.REFUSED, f"{server.url} is still loading its data set and serves nobody yet"
        )


async def test_a_replica_is_read_like_any_other(redis_lab: RedisLab, looker: Looker) -> None:
    master = redis_lab.start("--repl-diskless-sync-delay", "0")
    CeleryApp(master).publish("ai")
    replica = redis_lab.start("--replicaof", "127.0.0.1", str(master.port))
    await wait_for("the replica to have the message", lambda: replica.call("LLEN", "ai") == 1)
    assert (await looker.look(ai(replica.url))).queues[0].waiting == 1


async def test_a_replica_without_its_master(redis_lab: RedisLab, looker: Looker) -> None:
    lost = redis_lab.start("--replicaof", "127.0.0.1", str(free_port()), "--replica-serve-stale-data", "no")
    problem = await looker.trouble(ai(lost.url))
    assert problem.kind is ProblemKind.REFUSED
    assert problem.reason.startswith(f"{lost.url} is a replica that lost its master")


async def test_a_server_that_hangs_costs_its_time_out_and_no_more(redis_server: LabRedis, looker: Looker) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        good = QueueOf(redis_server.url, "list", ("jobs",))
        hung, seen = await looker.probe.read([Target("queue", "a", ai(url)), Target("queue", "b", good)], 0.3)
    assert hung.problem == Problem(ProblemKind.TIMEOUT, f"{url} did not answer within 300 ms")
    assert seen.problem is None
    assert seen.took < hung.took


async def test_a_late_reply_is_not_taken_for_that_of_the_next_look(redis_server: LabRedis, looker: Looker) -> None:
    of = QueueOf(redis_server.url, "list", ("jobs",))
    redis_server.call("LPUSH", "jobs", "1", "2", "3")
    await looker.look(of)
    redis_server.call("CLIENT", "PAUSE", 400)
    assert (await looker.trouble(of, timeout=0.1)).kind is ProblemKind.TIMEOUT
    redis_server.call("LPUSH", "jobs", "4")
    assert (await looker.look(of)).queues[0].waiting == 4


async def test_a_name_that_nobody_knows(looker: Looker) -> None:
    problem = await looker.trouble(ai("redis://no-such-host.invalid:6379/0"))
    assert problem.kind.level is Level.UNKNOWN
    assert problem.reason.startswith("the host name in redis://no-such-host.invalid:6379/0 is not known here")


@pytest.mark.parametrize(
    "said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00" * 300_000, b":many\r\n", b"$lots\r\n", b"*?\r\n"]
)
async def test_something_that_is_no_redis(looker: Looker, said: bytes) -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"
    problem = await looker.trouble(ai(url))
    server.close()
    assert problem == Problem(ProblemKind.GARBLED, f"{url} answers, but not as a Redis does; is the port right?")


async def test_a_server_that_breaks_off_in_the_middle_of_a_reply(looker: Looker) -> None:
    async def begin(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"*2\r\n$5\r\nab")
        writer.close()

    server = await asyncio.start_server(begin, "127.0.0.1", 0)
    url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"
    problem = await looker.trouble(ai(url))
    server.close()
    assert problem == Problem(ProblemKind.REFUSED, f"{url} closed the connection")


async def test_an_address_that_is_none(looker: Looker) -> None:
    problem = await looker.trouble(ai("amqp://guest:hunter2@localhost"))
    assert problem.kind is ProblemKind.UNREADABLE
    assert problem.reason.startswith("'amqp://guest:***@localhost' is no address of a Redis")


# --- other ways to a server -----------------------------------------------------------------------------------


async def test_a_unix_socket_and_another_database(redis_server: LabRedis, looker: Looker) -> None:
    redis_server.call("LPUSH", "jobs", "1", db=3)
    of = QueueOf(f"unix://{redis_server.socket_path}?db=3", "list", ("jobs",))
    assert (await looker.look(of)).queues[0].waiting == 1
    gone = await looker.trouble(ai("unix:///nowhere/redis.sock"))
    assert gone == Problem(ProblemKind.GONE, "unix:///nowhere/redis.sock: there is no such socket; is it running?")


async def test_what_was_refused_is_refused_in_the_same_words_at_every_look(redis_lab: RedisLab, looker: Looker) -> None:
    """Where the kind has to be found out, a look that was refused must not count as one that found nothing."""
    server = redis_lab.start(password="5ecret")
    of = QueueOf(server.url, None, ())
    reasons = [(await looker.trouble(of)).reason for _ in range(5)]
    assert set(reasons) == {reasons[0]}
    assert "wants a password and none is given" in reasons[0]


async def test_refusals_come_through_a_unix_socket_too(redis_lab: RedisLab, looker: Looker) -> None:
    server = redis_lab.start(password="5ecret")
    none = await looker.trouble(ai(f"unix://{server.socket_path}"))
    assert "wants a password and none is given" in none.reason
    wrong = await looker.trouble(ai(f"unix://:hunter2@{server.socket_path}"))
    assert (wrong.kind, "does not take the password" in wrong.reason) == (ProblemKind.DENIED, True)
    assert "hunter2" not in wrong.reason
    far = await looker.trouble(ai(f"unix://:5ecret@{server.socket_path}?db=99"))
    assert "has no database of that number" in far.reason


async def test_tls(redis_lab: RedisLab, looker: Looker, self_signed: Path) -> None:
    port, file = free_port(), str(self_signed)
    files = ("--tls-cert-file", file, "--tls-key-file", file, "--tls-ca-cert-file", file)
    try:
        server = redis_lab.start("--tls-port", str(port), "--tls-auth-clients", "no", *files)
    except AssertionError as fault:
        lack("redis-tls", str(fault))
    CeleryApp(server).publish("ai")
    problem = await looker.trouble(ai(f"rediss://127.0.0.1:{port}/0"))
    assert problem == Problem(ProblemKind.GARBLED, f"rediss://127.0.0.1:{port}/0: its certificate is self-signed")
    trusting = ai(f"rediss://127.0.0.1:{port}/0?ssl_cert_reqs=none")
    assert (await looker.look(trusting)).queues[0].waiting == 1
    plain = await looker.trouble(ai(f"rediss://127.0.0.1:{server.port}/0"), timeout=0.3)
    assert plain.reason.endswith("did not answer within 300 ms; does that port speak TLS?")


async def test_a_database_that_is_not_there(redis_server: LabRedis, looker: Looker) -> None:
    problem = await looker.trouble(ai(f"redis://127.0.0.1:{redis_server.port}/99"))
    assert problem.reason == f"redis://127.0.0.1:{redis_server.port}/99 has no database of that number"


@pytest.fixture
async def sentinel(redis_lab: RedisLab) -> AsyncIterator[tuple[LabRedis, LabRedis]]:
    """A master and the sentinel that watches it."""
    master = redis_lab.start()
    folder = redis_lab.folder / "sentinel.conf"
    folder.write_text(f"sentinel monitor shop 127.0.0.1 {master.port} 1\n")
    yield master, redis_lab.start_sentinel(folder)


async def test_a_sentinel_says_where_the_master_is(sentinel: tuple[LabRedis, LabRedis], looker: Looker) -> None:
    master, watcher = sentinel
    CeleryApp(master).publish("ai")
    silent = f"127.0.0.1:{free_port()}"
    of = ai(f"redis+sentinel://{silent},127.0.0.1:{watcher.port}/shop/0")
    assert (await looker.look(of)).queues[0].waiting == 1

    unknown = await looker.trouble(ai(f"sentinel://127.0.0.1:{watcher.port}/nobody/0"))
    assert unknown == Problem(ProblemKind.GONE, f"the sentinel 127.0.0.1:{watcher.port} knows no service 'nobody'")

    master.stop()
    down = await looker.trouble(of)
    assert down.kind is ProblemKind.REFUSED
    assert f"127.0.0.1:{master.port}, the master of 'shop'" in down.reason


async def test_after_a_failover_the_new_master_is_read(
    sentinel: tuple[LabRedis, LabRedis], redis_lab: RedisLab, looker: Looker
) -> None:
    _, watcher = sentinel
    of = ai(f"sentinel://127.0.0.1:{watcher.port}/shop/0")
    assert (await looker.look(of)).queues[0].waiting == 0
    other = redis_lab.start()
    CeleryApp(other).publish("ai")
    watcher.call("SENTINEL", "REMOVE", "shop")
    watcher.call("SENTINEL", "MONITOR", "shop", "127.0.0.1", other.port, 1)
    assert (await looker.look(of)).queues[0].waiting == 1, "though the old one still answers"
