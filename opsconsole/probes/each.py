"""A probe whose targets are each looked at by themselves, all at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter
from typing import Any, Final

from opsconsole.model.sample import Problem, ProblemKind, Sample, Target
from opsconsole.model.units import duration
from opsconsole.probes.base import World

_GRACE: Final = 0.25
"""Seconds beyond its time-out for a look that passes it on: what it waited for is known to whom it asked."""


class Each:
    """Asks `look(of, timeout)` for every target: a reading, or the problem why there is none.

    One that does not come back in time keeps no other waiting. It is TIMEOUT, which is DOWN, where it is the thing
    itself that was asked; where only our own look took too long `late` says so (UNREADABLE). With `timed` the look
    keeps the time itself, and has better words for it. Nothing is held between two looks.
    """

    def __init__(
        self,
        world: World,
        look: Callable[[Any, float], Awaitable[Any]],
        late: ProblemKind = ProblemKind.TIMEOUT,
        *,
        timed: bool = False,
    ) -> None:
        self._world = world
        self._look = look
        self._late = late
        self._timed = timed

    async def read(self, targets: Sequence[Target], timeout: float) -> list[Sample]:
        """See `opsconsole.probes.base.Probe`."""
        return list(await asyncio.gather(*(self._one(target, timeout) for target in targets)))

    async def close(self) -> None:
        """Nothing is held."""

    async def _one(self, target: Target, timeout: float) -> Sample:
        at, began = self._world.clock(), perf_counter()
        try:
            async with asyncio.timeout(None if self._timed else timeout + _GRACE):
                seen = await self._look(target.of, timeout)
        except TimeoutError:
            seen = Problem(self._late, f"no answer within {duration(timeout)}")
        took = perf_counter() - began
        if isinstance(seen, Problem):
            return Sample(target, at, problem=seen, took=took)
        return Sample(target, at, seen, took=took)
