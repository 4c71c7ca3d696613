"""One statement put to a Postgres by its own psql, in a session that cannot write; no password in any process list."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final

from opsconsole.model.databases import PostgresServer, RowsReading
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.text import one_line, plain
from opsconsole.model.units import duration
from opsconsole.probes.base import World
from opsconsole.probes.brokers.secret import SecretError, resolve
from opsconsole.probes.inside import run_inside
from opsconsole.probes.running import Ran, run

MOST: Final = 200
"""Rows that are kept."""

_FIELD, _ROW, _NULL = "\x1f", "\x1e", "\x1d"
_ERROR: Final = re.compile(r"ERROR: +([0-9A-Z]{5}): (.*)")
_AT: Final = re.compile(
    r"^psql: (?:error: )?(?:connection to server .*? failed: |could not connect to server: )?(?:FATAL: +)?"
)
"""What psql says before it comes to the point; `shown` says the same."""

_STATES: Final = {
    "57014": ProblemKind.TIMEOUT,
    "25006": ProblemKind.DENIED,
    "42501": ProblemKind.DENIED,
    "3D000": ProblemKind.GONE,
}
_UNREACHED: Final = (
    (
        ("role ", "authentication failed", "no password", "pg_hba.conf", "Permission denied"),
        ProblemKind.DENIED,
        " does not let us in",
    ),
    (("does not exist",), ProblemKind.GONE, ""),
    (("could not translate host name",), ProblemKind.GONE, ""),
    (("timeout expired",), ProblemKind.TIMEOUT, " does not answer"),
    (
        ("refused", "No such file", "starting up", "shutting down", "too many", "closed the connection"),
        ProblemKind.REFUSED,
        " takes no connection",
    ),
)
"""What libpq says where there is no connection, and what that means; the first that fits counts."""


async def ask(
    world: World, server: PostgresServer, statement: str, timeout: float, environ: Mapping[str, str] = os.environ
) -> RowsReading | Problem:
    """The rows of the answer. Nothing of `statement` is judged here."""
    within = max(0.3, timeout - 0.5)  # the server ends it first, and says so; it would not notice that psql is gone
    limits = ("statement_timeout", "lock_timeout")
    options = " ".join(["-c default_transaction_read_only=on", *(f"-c {one}={within * 1000:.0f}" for one in limits)])
    connect = str(max(2, round(within)))  # libpq takes no less
    env = {"PGOPTIONS": options, "PGCONNECT_TIMEOUT": connect, "PGAPPNAME": "opsconsole", "LC_ALL": "C"}
    if server.password is not None:
        try:
            env["PGPASSWORD"] = resolve(server.password, environ)
        except SecretError as fault:
            return fault.problem
    argv = [*_client(server), "-c", statement]
    if server.container is not None:
        ran = await run_inside(world, server.container, argv, timeout, env=env, user=server.os_user)
    else:
        ran = await run(argv, timeout, env=env, user=server.os_user)
    if isinstance(ran, Problem):
        return _without_words(ran, server, timeout)
    return rows_of(ran.stdout.decode(errors="replace"), ran.cut) if ran.exit_code == 0 else why(ran, server)


def _client(server: PostgresServer) -> list[str]:
    """psql without anybody's settings, a pager or a prompt, printing what can be taken apart."""
    argv = [
        "psql",
        "-X",
        "-q",
        "-w",
        "-A",
        "-t",
        "-F",
        _FIELD,
        "-R",
        _ROW,
        "-P",
        f"null={_NULL}",
        "-v",
        "VERBOSITY=verbose",
    ]
    for option, value in (("-h", server.host), ("-p", server.port), ("-U", server.user), ("-d", server.database)):
        if value is not None:
            argv += [option, str(value)]
    return argv


def rows_of(printed: str, cut: bool = False) -> RowsReading:
    """What psql printed, taken apart; it ends the last row with a newline, and prints nothing where there is none."""
    if not printed:
        return RowsReading(())
    rows = printed.removesuffix("\n").split(_ROW)
    cells = tuple(tuple(None if cell == _NULL else plain(cell) for cell in row.split(_FIELD)) for row in rows[:MOST])
    return RowsReading(cells, cut or len(rows) > MOST)


def why(ran: Ran, server: PostgresServer) -> Problem:
    """Why there is no answer: psql ends with 2 where it got no connection."""
    said = ran.stderr.decode(errors="replace")
    error = _ERROR.search(said)
    if error is not None:
        kind = _STATES.get(error[1], ProblemKind.UNREADABLE)
        reason = f"{shown(server)}: {one_line(error[2], 120)}"
        if error[1] == "25006":
            reason = f"not run, as a check only looks: {one_line(error[2], 120)}"
        return Problem(kind, reason)
    told = one_line(_AT.sub("", said.strip().partition("\n")[0]), 120) or f"psql ended with {ran.exit_code}"
    for words, kind, meaning in _UNREACHED:
        if any(word in said for word in words):
            return Problem(kind, f"{shown(server)}{meaning}: {told}")
    return Problem(ProblemKind.UNREADABLE, f"{shown(server)}: {told}")


def _without_words(problem: Problem, server: PostgresServer, timeout: float) -> Problem:
    """The same without psql's many options in it."""
    if problem.kind is ProblemKind.TIMEOUT:
        return Problem(problem.kind, f"{shown(server)} did not answer within {duration(timeout)}")
    if problem.kind is ProblemKind.NO_TOOL and server.container is None:
        return Problem(problem.kind, "psql is not installed here: sudo apt-get install postgresql-client")
    return problem


def shown(server: PostgresServer) -> str:
    """A server as people name it."""
    if server.container is not None:
        return f"Postgres in {server.container}"
    port = f":{server.port}" if server.port else ""
    return f"Postgres at {server.host or 'its usual place'}{port}"
