"""What `opsconsole watch` prints of a round. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from opsconsole.model.alerts import Digest, Item
from opsconsole.model.check import Standing
from opsconsole.model.units import count
from opsconsole.model.verdict import Level, worst
from opsconsole.watch.alerts.state import State
from opsconsole.watch.senders.message import lines_of, plain


def news(stack: str, host: str, at: float, items: Sequence[Item]) -> str:
    """What is new, as people are told of it; nothing where nothing is."""
    return plain(lines_of(Digest("", stack, host, at, tuple(items)))) + "\n\n" if items else ""


def summary(stack: str, host: str, standings: Sequence[Standing], state: State, new: int) -> str:
    """How it stands, and who was told, in one line."""
    counting = [standing.level for standing in standings if not standing.blocked_by]
    bad = sum(level is not Level.OK for level in counting)
    which = f"{bad} of {count(len(counting))}" if bad else f"all {count(len(counting))}"
    told = f"{new} new" if new else "nothing new"
    return f"{stack} on {host}: {worst(counting).name}, {which} checks; {told}; {_ways(state)}\n"


def _ways(state: State) -> str:
    if not state.outboxes:
        return "nobody is told: [alerts] of the stack file names no way"
    return ", ".join(
        f"{name} fails ({len(outbox.pending)} waiting)" if outbox.failures else f"{name} works"
        for name, outbox in state.outboxes.items()
    )
