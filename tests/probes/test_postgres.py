"""Statements on a real Postgres: what comes back, and what goes wrong, each with its own words."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
from pathlib import Path

import pytest

from opsconsole.model.databases import PostgresOf, PostgresServer, RowsReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.probes import psql
from opsconsole.probes.base import World
from opsconsole.probes.running import Ran
from opsconsole.runbook.looks import OnlyLooks
from tests.lab.postgres import PASSWORD, SUPERUSER, LabPostgres
from tests.lab.redis import free_port
from tests.probes.looks import problem, seen
from tests.support.parts import lack
from tests.support.waiting import wait_until


def keeper(postgres: LabPostgres) -> PostgresServer:
    """By the socket, as the superuser: whatever is refused is not refused for want of rights."""
    return PostgresServer(host=str(postgres.socket_folder), port=postgres.port, database="shop", user=SUPERUSER)


def of(server: PostgresServer, statement: str, vouched: bool = False) -> PostgresOf:
    return PostgresOf(server, statement, vouched)


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("SELECT 1", (("1",),)),
        ("SELECT 1 WHERE false", ()),
        ("SELECT ''", (("",),)),
        ("SELECT NULL, 'NULL', ''", ((None, "NULL", ""),)),
        ("SELECT 'a|b', E'two\\nlines', true", (("a|b", "two\nlines", "t"),)),
        ("SELECT n FROM generate_series(1, 3) AS s(n)", (("1",), ("2",), ("3",))),
        ("VALUES (''), ('x')", (("",), ("x",))),
        ("SHOW timezone", (("UTC",),)),
    ],
)
async def test_rows_come_back_as_text(postgres, statement, rows):
    assert await seen("postgres", of(keeper(postgres), statement, vouched=True)) == RowsReading(rows)


async def test_a_long_answer_is_cut(postgres):
    reading = await seen(
        "postgres", of(keeper(postgres), "SELECT n FROM generate_series(1, 5000) AS s(n)", vouched=True)
    )
    assert (len(reading.rows), reading.cut) == (psql.MOST, True)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM visits",
        "WITH gone AS (DELETE FROM visits RETURNING 1) SELECT * FROM gone",
        "SELECT 1; SELECT 2",
        "\\! touch /tmp/x",
        "SELECT 1 INTO other",
        "SELECT pg_terminate_backend(1)",
    ],
)
async def test_what_does_more_than_read_is_never_sent(postgres, statement):
    postgres.sql("CREATE TABLE visits (at timestamptz); INSERT INTO visits VALUES (now())", "shop")
    refused = await problem("postgres", of(keeper(postgres), statement))
    assert refused.kind is ProblemKind.DENIED, refused
    assert postgres.sql("SELECT count(*) FROM visits", "shop") == "1"


async def test_a_function_that_writes_is_stopped_by_the_session_even_where_somebody_vouches_for_it(postgres):
    postgres.sql(
        "CREATE TABLE visits (n int);"
        "CREATE FUNCTION innocent() RETURNS int LANGUAGE sql AS 'INSERT INTO visits VALUES (1) RETURNING n'",
        "shop",
    )
    refused = await problem("postgres", of(keeper(postgres), "SELECT innocent()", vouched=True))
    assert refused == Problem(
        ProblemKind.DENIED, "not run, as a check only looks: cannot execute INSERT in a read-only transaction"
    )
    assert postgres.sql("SELECT count(*) FROM visits", "shop") == "0"


async def test_the_session_cannot_be_talked_into_writing(postgres):
    """Not even for this one statement: the setting is that of the session, and there is only one statement."""
    statement = "SELECT set_config('default_transaction_read_only', 'off', false)"
    refused = await problem("postgres", of(keeper(postgres), statement))
    assert "set_config" in refused.reason


async def test_a_password_opens_the_door_and_stands_in_no_process_list(postgres, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)
    server = PostgresServer(None, "127.0.0.1", postgres.port, "shop", "shop", "env:SHOP_PASSWORD")
    postgres.sql("CREATE TABLE t AS SELECT 7 AS n; ALTER TABLE t OWNER TO shop", "shop")
    assert await seen("postgres", of(server, "SELECT n FROM t")) == RowsReading((("7",),))
    looking = asyncio.ensure_future(seen("postgres", of(server, "SELECT pg_sleep(60)", vouched=True), 15))
    try:
        while not (lines := [line for line in _processes() if "pg_sleep(60)" in line and "psql" in line]):
            assert not looking.done(), looking.result()
            await asyncio.sleep(0.05)
        assert all(PASSWORD not in line for line in lines)
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
    await asyncio.to_thread(
        wait_until, "psql to be gone", lambda: not any("psql" in x and "pg_sleep(60)" in x for x in _processes())
    )


def _processes() -> list[str]:
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            lines.append(file.read_text(errors="replace").replace("\0", " "))
    return lines


async def test_a_statement_that_takes_too_long_is_ended_by_the_server(postgres):
    late = await problem("postgres", of(keeper(postgres), "SELECT pg_sleep(61)", vouched=True), 2.0)
    assert late.kind is ProblemKind.TIMEOUT
    busy = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = 'SELECT pg_sleep(61)'"
    await asyncio.to_thread(wait_until, "the server to have ended it", lambda: postgres.sql(busy) == "0")


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"database": "nothere"}, ProblemKind.GONE, 'database "nothere" does not exist'),
        ({"user": "stranger"}, ProblemKind.DENIED, 'does not let us in: role "stranger" does not exist'),
        ({"host": "/nowhere"}, ProblemKind.REFUSED, "Postgres at /nowhere"),
        ({"host": "127.0.0.1", "user": "shop"}, ProblemKind.DENIED, "no password supplied"),
        ({"password": "env:NO_SUCH_SECRET"}, ProblemKind.DENIED, "the secret env:NO_SUCH_SECRET is not set"),
    ],
)
async def test_each_closed_door_has_its_own_words(postgres, change, kind, words):
    found = await problem("postgres", of(dataclasses.replace(keeper(postgres), **change), "SELECT 1"))
    assert found.kind is kind, found
    assert words in found.reason and "\n" not in found.reason


async def test_a_wrong_password_is_no_permission(postgres, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "guessed-wrong")
    server = PostgresServer(None, "127.0.0.1", postgres.port, "shop", "shop", "env:SHOP_PASSWORD")
    found = await problem("postgres", of(server, "SELECT 1"))
    assert found.kind is ProblemKind.DENIED
    assert "password authentication failed" in found.reason and "guessed-wrong" not in found.reason


async def test_psql_runs_as_whom_the_server_knows_by_their_account(postgres):
    if os.geteuid() != 0:
        lack("root", "we are not root")
    server = dataclasses.replace(keeper(postgres), user=None, os_user="nobody")
    found = await problem("postgres", of(server, "SELECT 1"))
    assert found.reason.endswith('does not let us in: role "nobody" does not exist')


async def test_a_server_that_is_not_there_refuses():
    found = await problem("postgres", of(PostgresServer(None, "127.0.0.1", free_port(), "x", "x"), "SELECT 1"))
    assert found.kind is ProblemKind.REFUSED
    assert found.reason.endswith("takes no connection: Connection refused")


async def test_a_mistake_in_the_statement_is_told_in_the_servers_words(postgres):
    found = await problem("postgres", of(keeper(postgres), "SELECT orphan FROM nowhere"))
    assert found.kind is ProblemKind.UNREADABLE
    assert found.reason.endswith('relation "nowhere" does not exist')


async def test_what_the_role_may_not_read_is_no_permission(postgres, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)
    postgres.sql("CREATE TABLE secrets (n int)", "shop")
    server = PostgresServer(None, "127.0.0.1", postgres.port, "shop", "shop", "env:SHOP_PASSWORD")
    found = await problem("postgres", of(server, "SELECT n FROM secrets"))
    assert (found.kind, found.reason.rpartition(": ")[2]) == (ProblemKind.DENIED, "permission denied for table secrets")


async def test_without_psql_it_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    found = await problem("postgres", of(PostgresServer(), "SELECT 1"))
    assert found == Problem(ProblemKind.NO_TOOL, "psql is not installed here: sudo apt-get install postgresql-client")


async def test_without_rules_nothing_is_run():
    found = await problem("postgres", of(PostgresServer(), "SELECT 1"), within=World())
    assert found.kind is ProblemKind.UNREADABLE and "our own fault" in found.reason


@pytest.mark.parametrize(
    ("said", "kind", "told"),
    [
        ('connection to server at "db", port 5432 failed: FATAL:  the database system is starting up',
         ProblemKind.REFUSED, "takes no connection: the database system is starting up"),
        ('connection to server on socket "/run/x" failed: Permission denied\n\tIs the server running locally?',
         ProblemKind.DENIED, "does not let us in: Permission denied"),
        ('could not translate host name "db" to address: Name or service not known', ProblemKind.GONE, None),
        ('connection to server at "db" failed: timeout expired', ProblemKind.TIMEOUT,
         "does not answer: timeout expired"),
    ],
)  # fmt: skip
def test_what_cannot_be_brought_about_here_is_understood_too(said, kind, told):
    found = psql.why(Ran(2, b"", f"psql: error: {said}\n".encode()), PostgresServer("db"))
    assert found.kind is kind
    assert told is None or found.reason == f"Postgres in db {told}"


@pytest.mark.engine
async def test_inside_a_container_by_its_own_psql(postgres, engine):
    """As a Postgres under Docker is asked that publishes no port; the password goes by the environment."""
    programs = tuple(f"--volume={folder}:{folder}:ro" for folder in ("/usr", "/lib", "/lib64", "/etc/passwd"))
    shared = ("--env=PATH=/usr/bin:/bin", f"--volume={postgres.socket_folder}:/var/run/postgresql:ro")
    box, bare = engine.run(options=(*programs, *shared)), engine.run()
    here = World(engine_host=engine.host, rules=OnlyLooks())
    try:
        server = PostgresServer(box.name, port=postgres.port, database="shop", user=SUPERUSER)
        assert await seen("postgres", of(server, "SHOW timezone"), within=here) == RowsReading((("UTC",),))
        wrong = await problem("postgres", of(server, "SELECT x"), within=here)
        assert wrong.reason == f'Postgres in {box.name}: column "x" does not exist'
        late = await problem("postgres", of(server, "SELECT pg_sleep(62)", vouched=True), 3.0, within=here)
        assert late.kind is ProblemKind.TIMEOUT and late.reason.startswith(f"Postgres in {box.name}")
        found = await problem("postgres", of(dataclasses.replace(server, container=bare.name), "SELECT 1"), within=here)
        assert (found.kind, found.reason) == (ProblemKind.NO_TOOL, f"there is no program psql in {bare.name}")
    finally:
        await here.close()
