"""Message queues behind Redis: where the broker is, how to ask it, and what each library keeps there.

One module a kind of queue, found by name, imported when first used. Each holds an `open_kind(of, monotonic)`; what
it gives is told at every look which commands to send and makes a reading of the replies, and does no I/O itself.
Only commands that read are ever sent, and never a library's own counter: several of those write.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Protocol

from opsconsole.model.readings import BrokerReading
from opsconsole.model.targets import QueueKind, QueueOf
from opsconsole.probes.brokers.exchange import Plan

MODULES: dict[QueueKind, str] = {
    "celery": "opsconsole.probes.brokers.celery",
    "dramatiq": "opsconsole.probes.brokers.dramatiq",
    "list": "opsconsole.probes.brokers.plain",
    "rq": "opsconsole.probes.brokers.rq",
    "stream": "opsconsole.probes.brokers.stream",
}
"""Kind of queue -> module with an `open_kind(of, monotonic)`."""


class Kind(Protocol):
    """What one entry of the stack file is read by, look after look; it remembers what the next look needs."""

    def plan(self, now: float) -> Plan[BrokerReading]:
        """The plan of one look at `now` (epoch seconds, for comparing with times that the queues store)."""
        ...


def open_kind(kind: QueueKind, of: QueueOf, monotonic: Callable[[], float]) -> Kind:
    """What reads the queues of `of` as `kind`. `monotonic` gives the seconds by which ages are remembered."""
    opened: Kind = import_module(MODULES[kind]).open_kind(of, monotonic)
    return opened
