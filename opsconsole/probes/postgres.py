"""One statement on a Postgres."""

from __future__ import annotations

from opsconsole.model.databases import PostgresOf, RowsReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.probes import psql
from opsconsole.probes.base import World
from opsconsole.probes.each import Each


class Postgres:
    """Targets of kind `postgres`, each with a `PostgresOf`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def look(self, of: PostgresOf, timeout: float) -> RowsReading | Problem:
        """A `RowsReading`; DENIED for a statement that does more than read, or where the server does not let us in."""
        if self._world.rules is None:
            return Problem(ProblemKind.UNREADABLE, "our own fault: nobody says what a check may run")
        if reason := self._world.rules.statement(of.statement, of.vouched):
            return Problem(ProblemKind.DENIED, reason)
        return await psql.ask(self._world, of.server, of.statement, timeout)


def open_probe(world: World) -> Each:
    """See `opsconsole.probes.open_probe`."""
    return Each(world, Postgres(world).look, timed=True)
