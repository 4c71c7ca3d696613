"""Which kind of queues a broker holds, by its keys, for where the stack file does not say."""

from __future__ import annotations

from collections.abc import Sequence

from opsconsole.model.readings import BrokerReading, Queue
from opsconsole.model.targets import QueueKind, QueueOf
from opsconsole.probes.brokers.celery import BINDING, is_of_tasks
from opsconsole.probes.brokers.exchange import Command, NothingThereError, Plan, Reply, text
from opsconsole.probes.brokers.rq import QUEUES
from opsconsole.probes.brokers.sweep import Sweep, chunks, literally

_PER_NAME = 4


class Finder:
    """Looks for the marks of each library. What it found once stays: an empty queue leaves no trace."""

    def __init__(self, of: QueueOf) -> None:
        self._of = of
        self._space = of.prefix or "dramatiq"
        self._bindings = Sweep(f"{literally(of.prefix)}{BINDING}*", is_of_tasks)
        self._dramatiq = Sweep(f"{literally(self._space)}:*.msgs")

    def plan(self) -> Plan[QueueKind | None]:
        """The kind; None where queues are named and none of them has ever left a trace, so that all are empty.

        NothingThereError where none is named and nothing is found.
        """
        commands: list[Command] = [("EXISTS", QUEUES), ("EXISTS", f"{self._space}:__heartbeats__")]
        for name in self._of.queues:
            commands += self._of_name(name)
        replies = yield commands
        found = by_names(chunks(replies[2:], _PER_NAME))
        if found is not None:
            return found
        listed = any(_type(reply) == "list" for reply in replies[2::_PER_NAME])
        if listed:
            return "celery" if (yield from self._bound()) else "list"
        marks: tuple[tuple[QueueKind, Reply], ...] = (("rq", replies[0]), ("dramatiq", replies[1]))
        for kind, reply in marks:
            if reply == 1:
                return kind
        if (yield from self._bound()):
            return "celery"
        yield from self._dramatiq.first()
        if self._dramatiq.found:
            return "dramatiq"
        if self._of.queues:
            return None
        raise NothingThereError(f"no queues of Celery, Dramatiq or RQ are known{self._bindings.searched}")

    def _bound(self) -> Plan[bool]:
        yield from self._bindings.first()
        return bool(self._bindings.found)

    def _of_name(self, name: str) -> list[Command]:
        ours = f"{self._space}:{name}"
        return [
            ("TYPE", f"{self._of.prefix}{name}"),
            ("EXISTS", f"rq:queue:{name}"),
            ("EXISTS", ours, f"{ours}.msgs", f"{ours}.DQ.msgs", f"{ours}.XQ"),
            ("EXISTS", *(f"{self._of.prefix}{name}{self._of.separator}{priority}" for priority in range(1, 10))),
        ]


def by_names(parts: Sequence[Sequence[Reply]]) -> QueueKind | None:
    """What the keys that belong to the named queues say, if they leave no doubt."""
    for of_stream, of_rq, of_dramatiq, with_priority in parts:
        if _type(of_stream) == "stream":
            return "stream"
        if of_rq == 1:
            return "rq"
        if isinstance(of_dramatiq, int) and of_dramatiq:
            return "dramatiq"
        if isinstance(with_priority, int) and with_priority:
            return "celery"
    return None


def all_empty(of: QueueOf) -> BrokerReading:
    """The reading of named queues that have no keys: of whatever kind they are, nothing waits in them."""
    return BrokerReading("list", tuple(Queue(name, 0) for name in of.queues))


def _type(reply: Reply) -> str:
    return text(reply) if isinstance(reply, bytes) else ""
