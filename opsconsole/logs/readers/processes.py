"""Where plain processes write their logs: what their outputs lead to, and files called so that they hold open."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from pathlib import Path
from typing import Final

from opsconsole.logs.lines import Piece, Place, Source, Wanted
from opsconsole.logs.readers import AGAIN, waiting
from opsconsole.model.sample import Problem
from opsconsole.model.service import ProcessesRef, UnitRef
from opsconsole.probes.aside import aside
from opsconsole.probes.base import World

_PATIENCE: Final = 3.0
_OUTPUTS: Final = ("1", "2")
_UNIT: Final = re.compile(r"/([^/]+\.service)(?:/[^/]*)?$", re.MULTILINE)
_WRITES: Final = os.O_WRONLY | os.O_RDWR


def places_of(world: World, ref: ProcessesRef) -> list[Place] | Problem:
    """The logs of the processes meant by `ref`: files, or the journal of the unit that they run in. Blocks."""
    from opsconsole.probes.proc import matching

    found = matching(world, ref)
    if isinstance(found, Problem):
        return found
    places: dict[Place, None] = {}
    for process in found:
        for place in _written_by(world.proc / str(process.pid)):
            places.setdefault(place)
    return list(places)


async def spread(world: World, sources: Iterable[Source]) -> list[Source]:
    """The sources with each service of plain processes as the logs that it writes to now; as it is where none is."""
    out: list[Source] = []
    for source in sources:
        places = await _looked(world, source.of) if isinstance(source.of, ProcessesRef) else None
        if not places or isinstance(places, Problem):
            out.append(source)
            continue
        names = [source.name if len(places) == 1 else _called(source.name, place) for place in places]
        out += [Source(name, place) for name, place in zip(names, places, strict=True)]
    return list({source.of: source for source in reversed(out)}.values())[::-1]


async def read_processes(
    world: World, ref: ProcessesRef, name: str, wanted: Wanted, follow: bool
) -> AsyncGenerator[Piece, None]:
    """See `opsconsole.logs.lines.Reader`. Waits until they run and write somewhere, and reads the first such place."""
    from opsconsole.logs.readers import Readers

    while True:
        places = await _looked(world, ref)
        if isinstance(places, list) and places:
            break
        said = places.reason if isinstance(places, Problem) else f"{name} writes to no file that we can see"
        yield Piece(caught_up=True, said=waiting(said, follow))
        if not follow:
            return
        await asyncio.sleep(AGAIN)
    source = Source(name, places[0])
    yield Piece(said="")
    async with aclosing(Readers(world, [source])(source, wanted, follow)) as pieces:
        async for piece in pieces:
            yield piece


async def _looked(world: World, ref: ProcessesRef) -> list[Place] | Problem:
    from opsconsole.model.sample import ProblemKind

    try:
        return await aside(lambda: places_of(world, ref), _PATIENCE)
    except TimeoutError:
        return Problem(ProblemKind.UNREADABLE, "reading /proc hangs")


def _written_by(process: Path) -> Iterable[Place]:
    try:
        descriptors = sorted(os.listdir(process / "fd"), key=int)  # noqa: PTH208 - the names alone
    except OSError:
        return
    for number in descriptors:
        try:
            to = os.readlink(process / "fd" / number)  # noqa: PTH115 - it need not be a path
            if number in _OUTPUTS and to.startswith("socket:"):
                yield from _units(process)
            elif to.startswith("/") and (number in _OUTPUTS or to.endswith(".log")):
                path = Path(to)
                if path.is_file() and _flags(process / "fdinfo" / number) & _WRITES:
                    yield path
        except OSError:
            continue


def _units(process: Path) -> Iterable[Place]:
    """Of one whose output is a socket, as systemd gives it: the unit that it runs in."""
    if match := _UNIT.search((process / "cgroup").read_text()):
        yield UnitRef(match[1])


def _flags(info: Path) -> int:
    """How it was opened (proc(5)): in octal."""
    match = re.search(r"^flags:\s*([0-7]+)", info.read_text(), re.MULTILINE)
    return int(match[1], 8) if match else 0


def _called(name: str, place: Place) -> str:
    return place.name if isinstance(place, Path) else name
