"""What a check may run: only looks, and nothing that the stack forbids. Pure."""

from __future__ import annotations

from opsconsole.model.runbook import Risk
from opsconsole.model.stack import Forbidden
from opsconsole.model.text import one_line
from opsconsole.runbook.guard import Guard
from opsconsole.runbook.risk import assess
from opsconsole.runbook.sql import judge_sql, statements

VOUCH = 'if it only looks, say risk = "read"'


class OnlyLooks:
    """The guard of checks, the same whether the console is read-only or not: nobody confirms what a check runs."""

    def __init__(self, forbidden: tuple[Forbidden, ...] = ()) -> None:
        self._guard = Guard(forbidden)

    def command(self, script: str, vouched: bool) -> str | None:
        """See `opsconsole.probes.base.Rules`."""
        for command in assess(script):
            if command.risk.changes and not (vouched and command.risk is Risk.UNKNOWN):
                return _refusal(one_line(command.text, 60), command.risk, command.why)
        return self._guard.refuse(script, declared_read=vouched)

    def statement(self, sql: str, vouched: bool) -> str | None:
        """See `opsconsole.probes.base.Rules`. One statement, and none of the client's own commands."""
        if any(line.lstrip().startswith(("\\", ".")) for line in sql.splitlines()):
            return "a check asks a statement, not a command of the client"
        if statements(sql) != 1:
            return "a check asks exactly one statement"
        found = judge_sql(sql)
        if found.risk.changes and not (vouched and found.risk is Risk.UNKNOWN):
            return _refusal(one_line(sql, 60), found.risk, found.why)
        return None


def _refusal(what: str, risk: Risk, why: str) -> str:
    if risk is Risk.UNKNOWN:
        return f"not run: {what} may change something ({why}); {VOUCH}"
    return f"not run, as a check only looks: {what} is a {risk.word} ({why})"
