"""Whether a port or a socket takes a connection, and the first line that is said there."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from time import perf_counter
from typing import Final

from opsconsole.model.runtime import TcpOf, TcpReading
from opsconsole.model.sample import Problem
from opsconsole.model.text import one_line
from opsconsole.probes.base import World
from opsconsole.probes.each import Each
from opsconsole.probes.reach import connect, place_of, unreached

_BANNER: Final = 512  # bytes: a greeting is a line
_SHARE: Final = 0.9  # of the time-out, after which a greeting that has not come is none


def open_probe(world: World) -> Each:
    """Targets of kind `tcp`, each with a `TcpOf`. Nothing is ever sent: a greeting is waited for or not wanted."""

    async def look(of: TcpOf, timeout: float) -> TcpReading | Problem:
        place = await place_of(world, of.address, timeout)
        if isinstance(place, Problem):
            return place
        began = perf_counter()
        try:
            reader, writer = await connect(of.address, place)
        except OSError as fault:
            return unreached(fault, of.address.shown)
        took = perf_counter() - began
        try:
            said = await _greeting(reader, max(timeout * _SHARE - took, 0.05)) if of.listen else ""
        except OSError as fault:
            return unreached(fault, of.address.shown)
        finally:
            with suppress(OSError):
                writer.close()
        return TcpReading(took, said)

    return Each(world, look)


async def _greeting(reader: asyncio.StreamReader, patience: float) -> str:
    """The first line; what came of it where it has no end in time."""
    heard = bytearray()
    with suppress(TimeoutError):
        async with asyncio.timeout(patience):
            while b"\n" not in heard and len(heard) < _BANNER:
                piece = await reader.read(_BANNER - len(heard))
                if not piece:
                    break
                heard += piece
    lines = heard.decode(errors="replace").splitlines()
    return one_line(lines[0]) if lines else ""
