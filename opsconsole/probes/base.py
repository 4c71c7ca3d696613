"""What every probe is, and what they share."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from opsconsole.model.sample import Sample, Target

if TYPE_CHECKING:
    from opsconsole.probes.engine import Engine
    from opsconsole.probes.proctable import ProcessTable
    from opsconsole.probes.systemd import Units


class Probe(Protocol):
    """Reads one kind of target. It never judges and never writes to what it reads."""

    async def read(self, targets: Sequence[Target], timeout: float) -> list[Sample]:
        """One sample a target, in their order, within about `timeout` seconds.

        What goes wrong out there comes back as a sample's problem; an exception is a fault of ours.
        """
        ...

    async def close(self) -> None:
        """Let go of connections. May be called twice."""
        ...


class Rules(Protocol):
    """What a check may run: only looks. Each gives the reason, in one line, why something must not run, or None.

    `vouched`: the author of the check says that it only looks, which is believed only of what nobody knows better.
    """

    def command(self, script: str, vouched: bool) -> str | None:
        """Whether a command, written as a shell would read it, must not run."""
        ...

    def statement(self, sql: str, vouched: bool) -> str | None:
        """Whether a statement must not be asked of a database."""
        ...


@dataclass(slots=True)
class World:
    """What probes look through: the engine's and systemd's view, shared so that each is asked once, and the roots.

    `proc` and `cgroup` can point into a recorded tree. `clock` gives epoch seconds. Without `rules` no check runs
    anything.
    """

    engine_host: str | None = None
    proc: Path = Path("/proc")
    cgroup: Path = Path("/sys/fs/cgroup")
    clock: Callable[[], float] = time.time
    rules: Rules | None = None
    _engine: Engine | None = field(default=None, repr=False)
    _units: Units | None = field(default=None, repr=False)
    _processes: ProcessTable | None = field(default=None, repr=False)

    @property
    def engine(self) -> Engine:
        """The container engine, connected at the first question."""
        if self._engine is None:
            from opsconsole.probes.engine import Engine

            self._engine = Engine(self.engine_host)
        return self._engine

    @property
    def units(self) -> Units:
        """What systemd says of units, asked for all of them at once."""
        if self._units is None:
            from opsconsole.probes.systemd import Units

            self._units = Units()
        return self._units

    @property
    def processes(self) -> ProcessTable:
        """The processes of this machine; what was read of one is remembered as long as it does not change."""
        if self._processes is None:
            from opsconsole.probes.proctable import ProcessTable

            self._processes = ProcessTable(self.proc, self.clock)
        return self._processes

    async def close(self) -> None:
        """Let go of the engine, and of a question that systemd has not answered yet."""
        if self._units is not None:
            await self._units.close()
            self._units = None
        if self._engine is not None:
            await self._engine.close()
            self._engine = None
