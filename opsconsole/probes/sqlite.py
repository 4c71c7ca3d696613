"""One statement on a SQLite database, opened so that nothing changes: neither its rows nor the files beside it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from time import monotonic
from typing import Any, Final
from urllib.parse import quote

from opsconsole.model.databases import RowsReading, SqliteOf
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.text import one_line, plain
from opsconsole.model.units import duration
from opsconsole.probes.aside import Shared
from opsconsole.probes.base import World
from opsconsole.probes.each import Each
from opsconsole.probes.file import unreadable

MOST: Final = 200
"""Rows that are kept."""

_AS_IT_LIES: Final = "mode=ro&immutable=1"
_HEADER: Final = b"SQLite format 3\x00"
_ALLOWED: Final = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_PRAGMA,
    }
)
"""What a statement may do, as SQLite itself understands it."""

_PRAGMAS: Final = frozenset(
    {"table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo", "foreign_key_list"}
    | {"foreign_key_check", "integrity_check", "quick_check"}
)
"""Pragmas that only look, also with what stands in their brackets; any other may be asked, but not set."""
_DOING: Final = frozenset(["incremental_vacuum", "optimize", "wal_checkpoint", "shrink_memory"])

_OPCODES: Final = 20_000
"""Steps of SQLite's machine between two looks at the clock: some milliseconds."""


class Sqlite:
    """Targets of kind `sqlite`, each with a `SqliteOf`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._shared = Shared()

    async def look(self, of: SqliteOf, timeout: float) -> RowsReading | Problem:
        """A `RowsReading`; DENIED for a statement that does more than read."""
        if self._world.rules is None:
            return Problem(ProblemKind.UNREADABLE, "our own fault: nobody says what a check may run")
        if reason := self._world.rules.statement(of.statement, of.vouched):
            return Problem(ProblemKind.DENIED, reason)
        late = Problem(ProblemKind.TIMEOUT, f"{of.file} did not answer within {duration(timeout)}")
        try:
            answer = await self._shared.call(of, lambda: ask(of.file, of.statement, timeout * 0.9), timeout)
        except TimeoutError:
            return late
        return late if answer is None else answer


def ask(file: str, statement: str, timeout: float) -> RowsReading | Problem | None:
    """The answer to one statement; None where it takes longer than `timeout` seconds."""
    until = monotonic() + timeout
    try:
        way = _way(Path(file))
        while not isinstance(way, Problem):
            answer = _ask(file, way, statement, until)
            before, way = way, _way(Path(file))
            if before in (way, "mode=ro") or monotonic() > until:
                return answer  # otherwise somebody opened it just then, and it was read while it changed
        return way
    except OSError as fault:
        return unreadable(fault, file)


def _way(path: Path) -> str | Problem:
    """How to open it. In WAL mode a reader alone would leave two files behind, so then it is read as it lies."""
    with path.open("rb") as file:
        header = file.read(20)
    if header and not header.startswith(_HEADER):
        return Problem(ProblemKind.UNREADABLE, f"{path} is no SQLite database")
    if header[18:20] != b"\x02\x02":
        return "mode=ro"
    wal, shared = Path(f"{path}-wal"), Path(f"{path}-shm").exists()
    try:
        waiting = wal.stat().st_size
    except FileNotFoundError:
        return _AS_IT_LIES
    if shared:
        return "mode=ro"
    if not waiting:
        return _AS_IT_LIES
    reason = f"{path} was not closed in order, and reading its WAL would write; start its program, or open it yourself"
    return Problem(ProblemKind.UNREADABLE, reason)


def _ask(file: str, way: str, statement: str, until: float) -> RowsReading | Problem | None:
    connection: sqlite3.Connection | None = None
    try:
        wait = max(0.05, (until - monotonic()) / 2)
        connection = sqlite3.connect(f"file:{quote(file)}?{way}", uri=True, timeout=wait, isolation_level=None)
        connection.execute("PRAGMA query_only = 1")
        connection.text_factory = lambda raw: raw.decode(errors="replace")
        connection.set_authorizer(_authorize)
        connection.set_progress_handler(lambda: monotonic() > until, _OPCODES)
        rows = connection.execute(statement).fetchmany(MOST + 1)
        return RowsReading(tuple(tuple(map(_text, row)) for row in rows[:MOST]), len(rows) > MOST)
    except (sqlite3.Error, sqlite3.Warning) as fault:
        return _why(fault, file)
    finally:
        if connection is not None:
            connection.close()


def _authorize(action: int, first: str | None, second: str | None, *_: Any) -> int:
    if action == sqlite3.SQLITE_PRAGMA:
        looks = first in _PRAGMAS or (second is None and first not in _DOING)
        return sqlite3.SQLITE_OK if looks else sqlite3.SQLITE_DENY
    if action not in _ALLOWED or (action == sqlite3.SQLITE_FUNCTION and second == "load_extension"):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _why(fault: Exception, file: str) -> Problem | None:
    said = str(fault)
    if "interrupted" in said:
        return None
    if "locked" in said or "busy" in said:
        return Problem(ProblemKind.UNREADABLE, f"{file} is locked by somebody who writes to it")
    if "not authorized" in said or "prohibited" in said or "readonly" in said:
        return Problem(
            ProblemKind.DENIED, f"not run, as a check only looks: the statement would do more ({one_line(said, 60)})"
        )
    if "unable to open" in said:
        return Problem(
            ProblemKind.UNREADABLE, f"{file} cannot be opened without writing beside it; is it being repaired?"
        )
    return Problem(ProblemKind.UNREADABLE, f"{file}: {one_line(said, 120)}")


def _text(value: object) -> str | None:
    if value is None:
        return None
    return plain(value.hex() if isinstance(value, bytes) else str(value))


def open_probe(world: World) -> Each:
    """See `opsconsole.probes.open_probe`."""
    return Each(world, Sqlite(world).look, timed=True)
