"""What is wrong with the stack file that we go by: known before any look, and told like all that cannot be seen."""

from __future__ import annotations

from collections.abc import Sequence

from opsconsole.model.sample import Problem, ProblemKind, Sample, Target
from opsconsole.probes.base import World


class FaultProbe:
    """Targets of kind `fault`, each with the reason in one line; a fault stays until the console is opened again."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def read(self, targets: Sequence[Target], timeout: float) -> list[Sample]:
        """Always UNREADABLE, for that reason. Nothing is looked at."""
        at = self._world.clock()
        return [Sample(target, at, problem=Problem(ProblemKind.UNREADABLE, str(target.of))) for target in targets]

    async def close(self) -> None:
        """Nothing is open."""


def open_probe(world: World) -> FaultProbe:
    """See `opsconsole.probes.open_probe`."""
    return FaultProbe(world)
