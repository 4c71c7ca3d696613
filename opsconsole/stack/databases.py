"""`[[check]]` of the kinds that ask a database one question."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec

from opsconsole.model.databases import MigrationsOf, PostgresOf, PostgresServer, SqliteOf
from opsconsole.model.sample import Target
from opsconsole.stack.assembly import Assembly
from opsconsole.stack.keys import Key
from opsconsole.stack.kind import Kind
from opsconsole.stack.places import InContainer, Vouch, below_home, container, needs_container, reference
from opsconsole.stack.schema import Table

_TABLES: Final = {"alembic": "alembic_version", "flyway": "flyway_schema_history"}
_TABLE: Final = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?")


class OfSqlite(Table, frozen=True):
    """`file`: the database. `statement`: one that only reads; it is opened so that it could do nothing else.

    `risk = "read"`: its author vouches that it only looks, where a function in it is not known here.
    """

    file: str
    statement: str
    risk: Vouch | None = None


class Server(InContainer, frozen=True):
    """Asked by psql: that of the container, where one is named, else the box's own.

    `host` (a folder is that of a socket), `port`, `database` and `user` as psql knows them; `password` by reference.
    `os_user`: whom psql runs as, for a server that knows people by their account (`postgres`).
    """

    host: str | None = None
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] | None = None
    database: str | None = None
    user: str | None = None
    password: str | None = None
    os_user: str | None = None


class OfPostgres(Server, frozen=True, kw_only=True):
    """`statement`: one that only reads, in a session that cannot write. `risk = "read"`: see `sqlite`."""

    statement: str
    risk: Vouch | None = None


class OfMigrations(Server, frozen=True, kw_only=True):
    """`tool`: whose migrations; `folder`: where their files lie (Alembic's `versions`).

    `file`: the SQLite database, where it is one; a Postgres is named as in `postgres`. `table`: the tool's own one,
    where it is called otherwise.
    """

    tool: Literal["alembic", "flyway"]
    folder: str
    file: str | None = None
    table: str | None = None


def _sqlite(name: str, it: OfSqlite, key: Key, stack: Assembly) -> Target | None:
    file = below_home(it.file, (*key, "file"), stack)
    return Target("sqlite", name, SqliteOf(file, it.statement, it.risk == "read")) if file else None


def _postgres(name: str, it: OfPostgres, key: Key, stack: Assembly) -> Target | None:
    server = _server(it, key, stack)
    return Target("postgres", name, PostgresOf(server, it.statement, it.risk == "read")) if server else None


def _migrations(name: str, it: OfMigrations, key: Key, stack: Assembly) -> Target | None:
    table = it.table or _TABLES[it.tool]
    if not _TABLE.fullmatch(table):
        stack.faults.add((*key, "table"), "this is not the name of a table", 'write it like "public.alembic_version"')
        return None
    folder = below_home(it.folder, (*key, "folder"), stack)
    server = _server(it, key, stack) if it.file is None else below_home(it.file, (*key, "file"), stack)
    return Target("migrations", name, MigrationsOf(it.tool, folder, server, table)) if folder and server else None


def _server(it: Server, key: Key, stack: Assembly) -> PostgresServer | None:
    inside, sound = container(it, key, stack)
    password = reference(it.password, (*key, "password"), stack)
    for name in ("host", "database", "user"):
        if "password" in (getattr(it, name) or "").lower() or "://" in (getattr(it, name) or ""):
            stack.faults.add(
                (*key, name), "this is more than a name", "give host, port, database, user and password each"
            )
            sound = False
    if not sound or (it.password is not None and password is None):
        return None
    return PostgresServer(inside, it.host, it.port, it.database, it.user, password, it.os_user)


KINDS: Final[Mapping[str, Kind]] = {
    "migrations": Kind(OfMigrations, _migrations, needs=needs_container),
    "postgres": Kind(OfPostgres, _postgres, needs=needs_container),
    "sqlite": Kind(OfSqlite, _sqlite),
}
