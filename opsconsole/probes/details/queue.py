"""A question about one queue, over a connection of its own that is closed again: the watch is not kept waiting."""

from __future__ import annotations

from typing import TypeVar

from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.targets import QueueOf
from opsconsole.probes.base import World
from opsconsole.probes.brokers.address import parse
from opsconsole.probes.brokers.broker import Broker
from opsconsole.probes.brokers.exchange import Plan

T = TypeVar("T")


async def asked(world: World, of: QueueOf, plan: Plan[T], timeout: float, kind: str) -> T | Problem:
    """What `plan` returns, or why there is no answer."""
    try:
        broker = Broker(world, parse(of.broker), of.password)
    except ValueError as fault:
        return Problem(ProblemKind.UNREADABLE, str(fault))
    try:
        answer = await broker.carry_out(plan, timeout, kind)
    finally:
        await broker.close()
    return answer if isinstance(answer, Problem) else answer[0]
