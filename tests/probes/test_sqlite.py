"""Statements on real SQLite databases: open elsewhere, left behind after a crash, locked, and never written to."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from opsconsole.model.databases import RowsReading, SqliteOf
from opsconsole.model.sample import ProblemKind
from opsconsole.probes import sqlite as probe
from tests.probes.looks import problem, seen

CREATE = "CREATE TABLE daily_log (user_id INT, day TEXT); INSERT INTO daily_log VALUES (1, 'a'), (2, 'b')"
COUNT = "SELECT count(*) FROM daily_log"


@pytest.fixture
def folder(tmp_path):
    """With nothing else in it."""
    (tmp_path / "own").mkdir()
    return tmp_path / "own"


@pytest.fixture(params=["delete", "wal"])
def database(request, folder):
    file = folder / "life.db"
    with sqlite3.connect(file) as connection:
        connection.execute(f"PRAGMA journal_mode = {request.param}")
        connection.executescript(CREATE)
    connection.close()
    return file


def around(file: Path) -> dict[str, bytes]:
    """The database and all that lies beside it, without SQLite's index in shared memory."""
    return {one.name: one.read_bytes() for one in file.parent.iterdir() if not one.name.endswith("-shm")}


async def test_rows_come_back_as_text_and_nothing_is_left_behind(database):
    before, names = around(database), sorted(database.parent.iterdir())
    assert await seen("sqlite", SqliteOf(str(database), COUNT)) == RowsReading((("2",),))
    rows = await seen(
        "sqlite", SqliteOf(str(database), "SELECT user_id, day, NULL, 1.5, x'00ff' FROM daily_log LIMIT 1")
    )
    assert rows == RowsReading((("1", "a", None, "1.5", "00ff"),))
    assert (around(database), sorted(database.parent.iterdir())) == (before, names)


async def test_what_somebody_else_has_just_written_is_seen(database):
    other = sqlite3.connect(database)
    other.execute("INSERT INTO daily_log VALUES (3, 'c')")
    other.commit()
    before = around(database)
    assert (await seen("sqlite", SqliteOf(str(database), COUNT))).rows == (("3",),)
    assert around(database) == before
    other.execute("INSERT INTO daily_log VALUES (4, 'd')")
    other.commit()
    other.close()


@pytest.fixture
def crashed(folder):
    """What a program leaves that is killed after it has written."""
    file = folder / "life.db"
    program = f"import sqlite3, os; c = sqlite3.connect({str(file)!r}); c.execute('PRAGMA journal_mode = wal')\n"
    program += f'c.executescript("{CREATE}"); os._exit(0)'
    subprocess.run([sys.executable, "-c", program], check=True)
    return file


async def test_what_a_crash_left_is_read_and_left_for_its_owner_to_repair(crashed):
    file, shared = crashed, crashed.with_name("life.db-shm")
    before = around(file)
    assert before["life.db-wal"]
    assert (await seen("sqlite", SqliteOf(str(file), COUNT))).rows == (("2",),)
    assert around(file) == before
    shared.unlink()
    found = await problem("sqlite", SqliteOf(str(file), COUNT))
    assert found.kind is ProblemKind.UNREADABLE and "was not closed in order" in found.reason
    assert around(file) == before and not shared.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM daily_log",
        "WITH x AS (SELECT 1) INSERT INTO daily_log SELECT 1, 'x'",
        "SELECT 1; DELETE FROM daily_log",
        "PRAGMA user_version = 7",
        "ATTACH 'other.db' AS other",
        "VACUUM",
        ".shell touch x",
    ],
)
async def test_what_does_more_than_read_is_refused(database, statement):
    before = around(database)
    found = await problem("sqlite", SqliteOf(str(database), statement, vouched=True))
    assert found.kind is ProblemKind.DENIED, found
    assert around(database) == before


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM daily_log",
        "DROP TABLE daily_log",
        "PRAGMA user_version = 7",
        "PRAGMA wal_checkpoint",
        "ATTACH ':memory:' AS o",
        "SELECT load_extension('x')",
    ],
)
def test_the_connection_itself_allows_nothing_else(database, statement):
    """Should a statement ever get past the rules, SQLite is told what it may do."""
    before = around(database)
    found = probe.ask(str(database), statement, 5)
    assert found.kind is ProblemKind.DENIED, found
    assert around(database) == before


@pytest.mark.parametrize("statement", ["PRAGMA integrity_check", "PRAGMA quick_check", "PRAGMA foreign_key_check"])
async def test_pragmas_that_look_are_allowed(database, statement):
    assert isinstance(await seen("sqlite", SqliteOf(str(database), statement)), RowsReading)


async def test_one_that_takes_too_long_is_ended(database):
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    found = await problem("sqlite", SqliteOf(str(database), endless, vouched=True), 0.5)
    assert found.kind is ProblemKind.TIMEOUT and found.reason.startswith(f"{database} did not answer within 500 ms")


async def test_a_database_that_a_writer_holds_is_locked(tmp_path):
    file = tmp_path / "life.db"
    holder = sqlite3.connect(file, isolation_level=None)
    holder.executescript(CREATE)
    holder.execute("BEGIN EXCLUSIVE")
    found = await problem("sqlite", SqliteOf(str(file), COUNT), 1.0)
    holder.close()
    assert (found.kind, "is locked by somebody who writes to it" in found.reason) == (ProblemKind.UNREADABLE, True), (
        found
    )


@pytest.mark.parametrize(
    ("make", "statement", "kind", "words"),
    [
        (None, COUNT, ProblemKind.GONE, "there is no "),
        (b"hello, I am a text and no database at all", COUNT, ProblemKind.UNREADABLE, "is no SQLite database"),
        (b"", COUNT, ProblemKind.UNREADABLE, "no such table: daily_log"),
        (b"", "SELECT FROM", ProblemKind.UNREADABLE, "syntax error"),
    ],
)
async def test_what_is_no_database_says_so(tmp_path, make, statement, kind, words):
    file = tmp_path / "life.db"
    if make is not None:
        file.write_bytes(make)
    found = await problem("sqlite", SqliteOf(str(file), statement, vouched=True))
    assert (found.kind, words in found.reason) == (kind, True), found
    assert file.exists() is (make is not None)


async def test_a_long_answer_is_cut(database):
    many = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5000) SELECT x FROM n"
    reading = await seen("sqlite", SqliteOf(str(database), many, vouched=True))
    assert (len(reading.rows), reading.cut) == (probe.MOST, True)
