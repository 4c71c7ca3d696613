"""A connection to a port or a socket, and in plain words why there is none."""

from __future__ import annotations

import asyncio
import socket
import ssl

from opsconsole.model.runtime import Address
from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.model.service import ContainerRef
from opsconsole.model.text import one_line
from opsconsole.probes.base import World


async def place_of(world: World, address: Address, timeout: float) -> tuple[str, int] | Problem:
    """The host and port that `address` means now: a container's own address is asked of its engine."""
    if not address.container:
        return address.host, address.port
    found = await world.engine.find(ContainerRef(address.container), timeout)
    if isinstance(found, Problem):
        return found
    if found.state != "running":
        return Problem(ProblemKind.GONE, f"container {found.name} is {found.state}, so nobody listens in it")
    if not found.addresses:
        return Problem(ProblemKind.NO_TOOL, f"container {found.name} has no address of its own")
    return found.addresses[0], address.port


async def connect(
    address: Address, place: tuple[str, int], context: ssl.SSLContext | None = None, name: str | None = None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection, behind TLS where a `context` is given; `name` is who is asked for there. May raise OSError."""
    if address.path:
        return await asyncio.open_unix_connection(address.path)
    return await asyncio.open_connection(*place, ssl=context, server_hostname=name if context else None)


def unreached(fault: OSError, shown: str) -> Problem:
    """Why there is no connection to what is `shown` so."""
    if isinstance(fault, ConnectionRefusedError):
        return Problem(ProblemKind.REFUSED, f"{shown} refuses connections: nobody listens there")
    if isinstance(fault, socket.gaierror):
        return Problem(
            ProblemKind.NO_TOOL, f"{shown}: there is no address for this name ({one_line(str(fault.strerror))})"
        )
    if isinstance(fault, FileNotFoundError):
        return Problem(ProblemKind.GONE, f"{shown} does not exist")
    if isinstance(fault, PermissionError):
        return Problem(ProblemKind.DENIED, f"no permission to connect to {shown}")
    if isinstance(fault, ConnectionResetError | BrokenPipeError):
        return Problem(ProblemKind.GARBLED, f"{shown} closes the connection at once")
    return Problem(ProblemKind.UNREADABLE, f"{shown} cannot be reached: {one_line(fault.strerror or str(fault), 120)}")
