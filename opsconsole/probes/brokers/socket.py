"""A broker over its socket. Its language is hiredis's: the parser of the Redis project, without a client around it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Final, cast

from hiredis import ProtocolError, Reader, pack_command

from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.probes.brokers.address import Address
from opsconsole.probes.brokers.exchange import Command, Refusal, Reply, UnreachedError, raw
from opsconsole.probes.brokers.words import refused, unreached

_CHUNK: Final = 64 << 10
"""Bytes that are read in one go."""

# hiredis takes more than its stubs say: any class for a refusal, and words in any number.
_REFUSAL: Final = cast("Callable[[str], Exception]", Refusal)
_Words: Final = cast("Callable[[Iterable[bytes]], tuple[bytes]]", tuple)

_OLD_AUTH: Final = "ERR wrong number of arguments for 'auth'"
"""What a Redis before 6 says to a user's name: there it knew passwords only."""


class SocketLink:
    """One connection. It tells the server nothing about itself, and tries nothing twice: who asks decides."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, shown: str) -> None:
        self._reader = reader
        self._writer = writer
        self._shown = shown
        self._understood = Reader(replyError=_REFUSAL)

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
            self._writer.write(b"".join(pack_command(_Words(map(raw, command))) for command in commands))
            await self._writer.drain()
            return [await self._reply() for _ in commands]
        except ConnectionError:
            await self.close()
            raise UnreachedError(_closed(self._shown), on_the_way=True) from None
        except OSError as fault:
            await self.close()
            raise UnreachedError(unreached(fault, self._shown), on_the_way=True) from None
        except ProtocolError:
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
        """The next reply. ProtocolError for what no Redis says, ConnectionError where the server breaks off."""
        while (reply := self._understood.gets()) is False:
            chunk = await self._reader.read(_CHUNK)
            if not chunk:
                raise ConnectionResetError
            self._understood.feed(chunk)
        answer: Reply = reply
        return answer


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
