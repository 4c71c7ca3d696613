"""A broker asked by `redis-cli` inside its own container, for when its address cannot be reached from here."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.text import one_line
from opsconsole.probes.brokers.address import Address
from opsconsole.probes.brokers.cli_output import replies, script
from opsconsole.probes.brokers.exchange import Command, Reply, UnreachedError
from opsconsole.probes.brokers.words import refused

if TYPE_CHECKING:
    from opsconsole.probes.engine import Engine

_SHELL: Final = """
words=$1 limit=$2; shift 2
cli=redis-cli
command -v $cli >/dev/null 2>&1 || cli=valkey-cli
command -v $cli >/dev/null 2>&1 || { echo 'no redis-cli' >&2; exit 127; }
timeout 1 true 2>/dev/null && cli="timeout $limit $cli"
printf '%s' "$words" | $cli --no-raw "$@"
"""
"""The engine gives a command no standard input, so the words come as an argument; and it cannot end a command that
hangs, so this one ends by itself where the container has a `timeout`."""

_MOST: Final = 8 << 20
"""Bytes of answers that are kept. The oldest message of a queue may be large; that of most is below a kilobyte."""


class InsideLink:
    """One run of redis-cli for each batch. Costs the engine some 50 ms each time, a hundred times a socket's price."""

    def __init__(self, engine: Engine, container: str, address: Address, password: str | None, timeout: float) -> None:
        self._engine = engine
        self._container = container
        self._address = address
        self._password = password
        self._timeout = timeout

    async def ask(self, commands: Sequence[Command]) -> list[Reply]:
        """See `Link`."""
        mark = secrets.token_hex(12)
        address = self._address
        options = ["-p", str(address.port), "-n", str(address.db)]
        if address.username:
            options += ["--user", address.username]
        if address.tls:
            options += ["--tls", *([] if address.verify else ["--insecure"])]
        argv = ["sh", "-c", _SHELL, "sh", script(commands, mark), str(max(1, round(self._timeout))), *options]
        ran = await self._engine.exec(self._container, argv, self._timeout, _MOST, env=self._environment())
        if isinstance(ran, Problem):
            raise UnreachedError(ran)
        printed = ran.stdout.decode("utf-8", "surrogateescape")
        complaint = ran.stderr.decode("utf-8", "replace")
        try:
            return replies(printed, mark, len(commands))
        except ValueError:
            raise UnreachedError(self._why(printed, complaint, ran.exit_code)) from None

    async def close(self) -> None:
        """See `Link`. Nothing stays open between two batches."""

    def _environment(self) -> Mapping[str, str]:
        """The password goes by the environment: arguments stand in every process list."""
        return {"REDISCLI_AUTH": self._password} if self._password else {}

    def _why(self, printed: str, complaint: str, code: int) -> Problem:
        shown = f"{self._address.shown} (by redis-cli inside)"
        said = f"{complaint}\n{printed}"
        if code == 127 or "no redis-cli" in complaint:
            reason = f"{self._address.shown} cannot be reached from here, and {self._container} has no redis-cli inside"
            return Problem(ProblemKind.NO_TOOL, reason)
        if "Could not connect" in said:
            why = "refuses connections" if "refused" in said else "cannot be connected to"
            return Problem(ProblemKind.REFUSED, f"{shown} {why}; is Redis running in it?")
        for beginning in ("AUTH failed: ", "(error) "):  # an error on each line, the marks between them included
            if beginning in said:
                return refused(said.partition(beginning)[2].splitlines()[0], shown)
        if code == 124:
            return Problem(ProblemKind.TIMEOUT, f"{shown} did not answer in time")
        told = one_line(complaint, 80) or one_line(printed, 80) or f"exit code {code}"
        return Problem(ProblemKind.UNREADABLE, f"{shown}: not understood: {told}")
