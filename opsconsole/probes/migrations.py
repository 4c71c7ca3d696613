"""Migrations that wait or failed: the files beside the tool's own table. The tool itself is never started."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from opsconsole.model.databases import MigrationsOf, MigrationsReading, RowsReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.probes import psql, sqlite
from opsconsole.probes.aside import Shared
from opsconsole.probes.base import World
from opsconsole.probes.each import Each
from opsconsole.probes.file import unreadable
from opsconsole.probes.migrationfiles import alembic, flyway, revision_of

_STATEMENTS: Final = {
    "alembic": "SELECT version_num FROM {table}",
    "flyway": "SELECT version, description, type, success FROM {table} ORDER BY installed_rank",
}
_LARGEST: Final = 1 << 20


class Migrations:
    """Targets of kind `migrations`, each with a `MigrationsOf`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._shared = Shared()

    async def look(self, of: MigrationsOf, timeout: float) -> MigrationsReading | Problem:
        """A `MigrationsReading`; GONE where there are no files of migrations."""
        answer = await self._ask(of, _STATEMENTS[of.tool].format(table=of.table), timeout)
        if isinstance(answer, Problem):
            return answer
        try:
            return await self._shared.call(of, lambda: _beside(of, answer.rows), timeout)
        except TimeoutError:
            return Problem(ProblemKind.UNREADABLE, f"{of.folder} did not answer within {duration(timeout)}")

    async def _ask(self, of: MigrationsOf, statement: str, timeout: float) -> RowsReading | Problem:
        if isinstance(of.server, str):
            file = of.server
            try:
                seen = await self._shared.call(
                    (file, statement), lambda: sqlite.ask(file, statement, timeout * 0.9), timeout
                )
            except TimeoutError:
                seen = None
            answer = seen or Problem(ProblemKind.TIMEOUT, f"{file} did not answer within {duration(timeout)}")
        else:
            answer = await psql.ask(self._world, of.server, statement, timeout)
        if isinstance(answer, Problem) and _no_table(answer.reason, of.table):
            return RowsReading(())  # nothing was ever applied
        return answer


def _no_table(reason: str, table: str) -> bool:
    return f'relation "{table}" does not exist' in reason or f"no such table: {table}" in reason


def _beside(of: MigrationsOf, rows: Sequence[Sequence[str | None]]) -> MigrationsReading | Problem:
    folder = Path(of.folder)
    try:
        files = sorted(folder.rglob("*.sql" if of.tool == "flyway" else "*.py")) if folder.is_dir() else None
        if files is None:
            return Problem(ProblemKind.GONE, f"there is no folder {folder}")
        if of.tool == "flyway":
            return flyway([file.name for file in files], rows) if files else _none(of)
        revisions = {}
        for file in files:
            with file.open(encoding="utf-8", errors="replace") as opened:
                found = revision_of(opened.read(_LARGEST))
            if found is not None:
                revisions[found[0]] = found[1]
    except OSError as fault:
        return unreadable(fault, of.folder)
    except (SyntaxError, ValueError) as fault:
        return Problem(ProblemKind.UNREADABLE, f"{file} is no revision that we understand: {one_line(str(fault), 80)}")
    return alembic(revisions, [str(row[0]) for row in rows]) if revisions else _none(of)


def _none(of: MigrationsOf) -> Problem:
    return Problem(ProblemKind.GONE, f"there is no migration of {of.tool} in {of.folder}")


def open_probe(world: World) -> Each:
    """See `opsconsole.probes.open_probe`."""
    return Each(world, Migrations(world).look, timed=True)
