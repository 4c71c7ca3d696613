"""Migrations that wait, failed, or are newer than their files: on real tables, with files as the tools write them."""

from __future__ import annotations

import sqlite3

import pytest

from opsconsole.model.databases import MigrationsOf, MigrationsReading, PostgresServer
from opsconsole.model.sample import ProblemKind
from opsconsole.probes.migrationfiles import alembic, flyway, revision_of
from tests.lab.postgres import SUPERUSER
from tests.probes.looks import problem, seen

FLYWAY = """
CREATE TABLE flyway_schema_history (
    installed_rank int PRIMARY KEY, version varchar(50), description varchar(200) NOT NULL, type varchar(20) NOT NULL,
    script varchar(1000) NOT NULL, checksum int, installed_by varchar(100) NOT NULL,
    installed_on timestamp NOT NULL DEFAULT now(), execution_time int NOT NULL, success boolean NOT NULL);
INSERT INTO flyway_schema_history VALUES
    (1, '1', 'users', 'SQL', 'V1__users.sql', 11, 'x', now(), 5, true),
    (2, '2', 'seats', 'SQL', 'V2__seats.sql', 12, 'x', now(), 5, {second});
"""


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('revision = "b"\ndown_revision = "a"', ("b", ("a",))),
        ("revision: str = 'a'\ndown_revision: Union[str, None] = None", ("a", ())),
        ('revision = "m"\ndown_revision = ("a", "b")', ("m", ("a", "b"))),
        ("x = 1", None),
        ("", None),
    ],
)
def test_a_revision_says_what_it_comes_after(source, found):
    assert revision_of(source) == found


CHAIN = {"a": (), "b": ("a",), "c": ("b",)}
FORK = {"a": (), "b": ("a",), "c": ("a",), "m": ("b", "c")}


@pytest.mark.parametrize(
    ("files", "has", "pending", "strange"),
    [
        (CHAIN, ["c"], (), ()),
        (CHAIN, ["a"], ("b", "c"), ()),
        (CHAIN, [], ("a", "b", "c"), ()),
        (CHAIN, ["z"], (), ("z",)),  # of a newer release, most likely: what came before it stands in no file
        (FORK, ["m"], (), ()),
        (FORK, ["b"], ("c", "m"), ()),
        (FORK, ["b", "c"], ("m",), ()),
        ({"squashed": ("gone",), "next": ("squashed",)}, ["squashed"], ("next",), ()),
    ],
)
def test_alembic_waits_for_what_no_applied_revision_comes_after(files, has, pending, strange):
    assert alembic(files, has) == MigrationsReading(tuple(has), pending, strange=strange)


def row(version, success="t", type="SQL", description="x"):
    return (version, description, type, success)


@pytest.mark.parametrize(
    ("files", "rows", "pending", "failed", "strange"),
    [
        (["V1__a.sql"], [row("1")], (), (), ()),
        (["V1__a.sql", "V2__b.sql", "V10__c.sql"], [row("1")], ("V2__b.sql", "V10__c.sql"), (), ()),
        (["V1_2__a.sql", "V01.3__b.sql"], [row("1.2"), row("1.3")], (), (), ()),
        (["V1__a.sql", "V2__b.sql"], [row("1"), row("2", "f")], ("V2__b.sql",), ("2",), ()),
        (["V1__a.sql", "V2__b.sql", "V3__c.sql"], [row("2", type="BASELINE")], ("V3__c.sql",), (), ()),
        (["V1__a.sql"], [row("1"), row("2")], (), (), ("2",)),
        (["V1__a.sql"], [row("1"), row("2", type="JDBC")], (), (), ()),
        (["V1__a.sql"], [row("1"), row("2"), row("2", type="DELETE")], (), (), ()),
        (["V1__a.sql", "R__views.sql"], [row("1")], ("R__views.sql",), (), ()),
        (["V1__a.sql", "R__all_views.sql"], [row("1"), row(None, description="all views")], (), (), ()),
        (["V1__a.sql", "U1__a.sql", "readme.sql"], [row("1", "1")], (), (), ()),
    ],
)
def test_flyway_waits_for_files_without_a_row(files, rows, pending, failed, strange):
    reading = flyway(files, rows)
    assert (reading.pending, reading.failed, reading.strange) == (pending, failed, strange)


@pytest.fixture
def files(tmp_path):
    for name in ("V1__users.sql", "V2__seats.sql"):
        (tmp_path / name).write_text("-- x")
    return tmp_path


def of_flyway(postgres, folder, table="flyway_schema_history"):
    server = PostgresServer(None, str(postgres.socket_folder), postgres.port, "shop", SUPERUSER)
    return MigrationsOf("flyway", str(folder), server, table)


async def test_flyways_own_table_is_read_and_set_beside_the_files(postgres, files):
    reading = await seen("migrations", of_flyway(postgres, files))
    assert reading.pending == ("V1__users.sql", "V2__seats.sql"), "nothing was ever applied"
    postgres.sql(FLYWAY.format(second="true"), "shop")
    assert await seen("migrations", of_flyway(postgres, files)) == MigrationsReading(("1", "2"))
    (files / "V3__shows.sql").write_text("-- x")
    assert (await seen("migrations", of_flyway(postgres, files))).pending == ("V3__shows.sql",)
    postgres.sql("UPDATE flyway_schema_history SET success = false WHERE version = '2'", "shop")
    reading = await seen("migrations", of_flyway(postgres, files))
    assert (reading.failed, reading.pending) == (("2",), ("V2__seats.sql", "V3__shows.sql"))


async def test_alembics_own_table_is_read_and_set_beside_the_revisions(tmp_path):
    folder = tmp_path / "versions"
    folder.mkdir()
    for name, before in (("a", "None"), ("b", "'a'")):
        (folder / f"{name}_x.py").write_text(f"from alembic import op\nrevision = {name!r}\ndown_revision = {before}\n")
    file = tmp_path / "app.db"
    connection = sqlite3.connect(file)
    of = MigrationsOf("alembic", str(folder), str(file), "alembic_version")
    connection.execute("CREATE TABLE other (x)")
    assert (await seen("migrations", of)).pending == ("a", "b"), "nothing was ever applied"
    connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    connection.execute("INSERT INTO alembic_version VALUES ('a')")
    connection.commit()
    assert await seen("migrations", of) == MigrationsReading(("a",), ("b",))
    (folder / "c.py").write_text("revision = 'c'\ndown_revision = compute()\n")
    found = await problem("migrations", of)
    assert (found.kind, "c.py is no revision that we understand" in found.reason) == (ProblemKind.UNREADABLE, True)
    connection.close()


async def test_without_files_nothing_is_up_to_date(postgres, tmp_path):
    gone = await problem("migrations", of_flyway(postgres, tmp_path / "no"))
    assert (gone.kind, gone.reason) == (ProblemKind.GONE, f"there is no folder {tmp_path}/no")
    empty = await problem("migrations", of_flyway(postgres, tmp_path))
    assert empty.reason == f"there is no migration of flyway in {tmp_path}"
