"""A broker over its socket, in its own language (RESP 2): a page, where a client's import is a quarter of a `check`."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import suppress

from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.probes.brokers.address import Address
from opsconsole.probes.brokers.exchange import Command, Refusal, Reply, UnreachedError, raw
from opsconsole.probes.brokers.words import refused, unreached

_OLD_AUTH = "ERR wrong number of arguments for 'auth'"
"""What a Redis before 6 says to a user's name: there it knew passwords only."""


class SocketLink:
    """One connection. It tells the server nothing about itself, and tries nothing twice: who asks decides."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, shown: str) -> None:
        self._reader = reader
        self._writer = writer
        self._shown = shown

    async def sign_in(self, username: str | None, password: str | None, db: int) -> None:
        """Say who we are, and choose the database. UnreachedError says why not."""
        if username or password:
            login = [word for word in (username, password or "") if word is not None]
            (reply,) = await self.ask([("AUTH", *login)])
            if username and isinstance(reply, Refusal) and reply.text.startswith(_OLD_AUTH):
                (reply,) = await self.ask([("AUTH", password or "")])
            await self._granted(reply)
        if db:
            await self._granted(*await self.ask([("SELECT", db)]))

    async def ask(self, commands: Sequence[Command]) -> list[Reply]:
        """See `Link`."""
        try:
            self._writer.write(b"".join(map(_packed, commands)))
            await self._writer.drain()
            return [await self._reply() for _ in commands]
        except (asyncio.IncompleteReadError, ConnectionError):
            await self.close()
            raise UnreachedError(_closed(self._shown), on_the_way=True) from None
        except OSError as fault:
            await self.close()
            raise UnreachedError(unreached(fault, self._shown), on_the_way=True) from None
        except (ValueError, asyncio.LimitOverrunError):
            await self.close()
            reason = f"{self._shown} answers, but not as a Redis does; is the port right?"
            raise UnreachedError(Problem(ProblemKind.GARBLED, reason)) from None
        except BaseException:
            await self.close()  # replies may still come: nobody else may take them for theirs
            raise

    async def close(self) -> None:
        """See `Link`."""
        with suppress(OSError):
            self._writer.close()

    async def _granted(self, reply: Reply) -> None:
        if isinstance(reply, Refusal):
            await self.close()
            raise UnreachedError(refused(reply.text, self._shown))

    async def _reply(self) -> Reply:
        """One reply. ValueError for what no Redis says."""
        line = await self._reader.readuntil(b"\n")
        kind, rest = line[:1], line[1:].rstrip(b"\r\n")
        if kind == b"+":
            return rest
        if kind == b"-":
            return Refusal(rest.decode(errors="replace"))
        if kind == b":":
            return int(rest)
        if kind not in (b"$", b"*"):
            raise ValueError("a reply of an unknown kind")
        length = int(rest)
        if length < 0:
            return None
        if kind == b"*":
            return [await self._reply() for _ in range(length)]
        return (await self._reader.readexactly(length + 2))[:-2]


async def connect(
    address: Address, host: str, port: int, password: str | None, shown: str, within: float | None = None
) -> SocketLink:
    """A link to `host:port` (or the address's socket file), signed in. UnreachedError says why there is none.

    Where no connection could be made `within` seconds, that is a way that failed; another may do.
    """
    try:
        async with asyncio.timeout(within):
            link = await _open(address, host, port, shown)
            await link.sign_in(address.username, password, address.db)
            return link
    except TimeoutError:
        problem = Problem(ProblemKind.TIMEOUT, f"{shown} did not take a connection in time")
        raise UnreachedError(problem, on_the_way=True) from None


async def _open(address: Address, host: str, port: int, shown: str) -> SocketLink:
    try:
        if address.way == "unix":
            return SocketLink(*await asyncio.open_unix_connection(address.path), shown)
        secured = _context(address.verify) if address.tls else None
        return SocketLink(*await asyncio.open_connection(host, port, ssl=secured), shown)
    except ConnectionError as fault:
        known = unreached(fault, shown) if fault.errno else _closed(shown)
        raise UnreachedError(known, on_the_way=True) from None
    except OSError as fault:
        raise UnreachedError(unreached(fault, shown), on_the_way=True) from None


def _context(verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _closed(shown: str) -> Problem:
    return Problem(ProblemKind.REFUSED, f"{shown} closed the connection")


def _packed(command: Command) -> bytes:
    words = [raw(word) for word in command]
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in words)
