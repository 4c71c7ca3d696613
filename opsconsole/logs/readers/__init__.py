"""All fetching of logs: one module a kind of place."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Final, TypeVar

from opsconsole.logs.lines import Piece, Source, Wanted
from opsconsole.model.service import ContainerRef, UnitRef
from opsconsole.probes.base import World

AGAIN: Final = 1.0
"""Seconds between two looks for a log that is not there."""


SLICE: Final = 100
"""Lines that are understood without a pause: a millisecond or two, so that no key waits for more."""

T = TypeVar("T")


def sliced(lines: Sequence[T]) -> Iterator[Sequence[T]]:
    """So many lines at a time."""
    return (lines[begin : begin + SLICE] for begin in range(0, len(lines), SLICE))


def waiting(reason: str, follow: bool) -> str:
    """Why there is nothing to read; who follows goes on when there is."""
    return f"{reason} · waits for it" if follow else reason


class Readers:
    """Reads any source, by what it is; see `opsconsole.logs.lines.Reader`. Opened with the sources that it is for."""

    def __init__(self, world: World, sources: Sequence[Source]) -> None:
        from opsconsole.logs.readers.containers import Containers

        containers = sum(isinstance(source.of, ContainerRef) for source in sources)
        self._world = world
        self._containers = Containers(world, containers + 1)

    async def __call__(self, source: Source, wanted: Wanted, follow: bool) -> AsyncGenerator[Piece, None]:
        """The lines of a source."""
        async with aclosing(self._reader(source, wanted, follow)) as pieces:
            async for piece in pieces:
                yield piece

    def _reader(self, source: Source, wanted: Wanted, follow: bool) -> AsyncGenerator[Piece, None]:
        place = source.of
        if isinstance(place, ContainerRef):
            return self._containers.read(place, wanted, follow)
        if isinstance(place, UnitRef):
            from opsconsole.logs.readers.journal import read_unit

            return read_unit(place.name, wanted, follow)
        if isinstance(place, Path):
            from opsconsole.logs.readers.files import read_file

            return read_file(place, wanted, follow, self._world.clock)
        from opsconsole.logs.readers.processes import read_processes

        return read_processes(self._world, place, source.name, wanted, follow)

    async def close(self) -> None:
        """Let go of connections."""
        await self._containers.close()
