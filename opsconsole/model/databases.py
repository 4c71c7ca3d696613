"""Databases that are asked one question which only reads, and what they answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SqliteOf:
    """One statement on a SQLite database that lies in a file. `vouched`: its author says that it only looks."""

    file: str
    statement: str
    vouched: bool = False


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """Where a Postgres is, as psql is told: in a container, or by host (a folder: a socket) and port.

    What is None is left to psql. `password` is a reference (`env:NAME`, `file:/path`); `os_user` runs psql.
    """

    container: str | None = None
    host: str | None = None
    port: int | None = None
    database: str | None = None
    user: str | None = None
    password: str | None = None
    os_user: str | None = None


@dataclass(frozen=True, slots=True)
class PostgresOf:
    """One statement on a Postgres. `vouched`: its author says that it only looks."""

    server: PostgresServer
    statement: str
    vouched: bool = False


@dataclass(frozen=True, slots=True)
class RowsReading:
    """The rows of an answer as text (NULL is None); `cut` where there were more than are kept."""

    rows: tuple[tuple[str | None, ...], ...]
    cut: bool = False


@dataclass(frozen=True, slots=True)
class MigrationsOf:
    """Migrations of Alembic or Flyway: the files in `folder` beside what the database says of itself."""

    tool: str
    folder: str
    server: PostgresServer | str
    table: str


@dataclass(frozen=True, slots=True)
class MigrationsReading:
    """What the database has, what of the files it lacks, what failed half way, and what no file explains."""

    applied: tuple[str, ...]
    pending: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()
