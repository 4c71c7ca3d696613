"""A broker over its socket, by the connection of redis-py's asyncio client."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from opsconsole.model.sample import Problem, ProblemKind
from opsconsole.probes.brokers.address import Address
from opsconsole.probes.brokers.exchange import Command, Refusal, Reply, UnreachedError, raw
from opsconsole.probes.brokers.words import causes, refused, unreached

if TYPE_CHECKING:
    from redis.asyncio.connection import AbstractConnection


class SocketLink:
    """One connection. It tells the server nothing about itself, and redis-py's retries are off: who asks decides."""

    def __init__(self, connection: AbstractConnection, shown: str) -> None:
        self._connection = connection
        self._shown = shown

    async def open(self) -> None:
        """Connect, sign in, choose the database. UnreachedError says why not."""
        from redis.exceptions import RedisError

        connect: Callable[[], Awaitable[None]] = self._connection.connect
        try:
            await connect()
        except RedisError as fault:
            await self.close()
            raise self._why(fault) from None
        except BaseException:
            await self.close()
            raise

    async def ask(self, commands: Sequence[Command]) -> list[Reply]:
        """See `Link`."""
        from redis.exceptions import RedisError

        packed = self._connection.pack_commands([[raw(word) for word in command] for command in commands])
        replies: list[Reply] = []
        try:
            await self._connection.send_packed_command(packed, check_health=False)
            while len(replies) < len(commands):
                replies.append(await self._reply())
        except RedisError as fault:
            await self.close()
            raise self._why(fault) from None
        except BaseException:
            await self.close()  # replies may still come: nobody else may take them for theirs
            raise
        return replies

    async def close(self) -> None:
        """See `Link`."""
        await self._connection.disconnect(nowait=True)

    async def _reply(self) -> Reply:
        from redis.exceptions import ResponseError

        try:
            reply: Reply = await self._connection.read_response()
        except ResponseError as fault:
            return Refusal(_told(fault))
        return reply

    def _why(self, fault: Exception) -> UnreachedError:
        from redis.exceptions import InvalidResponse, ResponseError

        for cause in causes(fault):  # on a unix socket redis-py wraps what the server said in an error of its own
            if getattr(cause, "status_code", None) or isinstance(cause, ResponseError):
                return UnreachedError(refused(_told(cause), self._shown))
        if isinstance(fault, InvalidResponse) or "Protocol Error" in str(fault):
            reason = f"{self._shown} answers, but not as a Redis does; is the port right?"
            return UnreachedError(Problem(ProblemKind.GARBLED, reason))
        if "closed by server" in str(fault):
            return UnreachedError(Problem(ProblemKind.REFUSED, f"{self._shown} closed the connection"), on_the_way=True)
        return UnreachedError(unreached(fault, self._shown), on_the_way=True)


async def connect(
    address: Address, host: str, port: int, password: str | None, shown: str, within: float | None = None
) -> SocketLink:
    """A link to `host:port` (or the address's socket file), signed in. UnreachedError says why there is none.

    Where no connection could be made `within` seconds, that is a way that failed; another may do.
    """
    link = SocketLink(_connection(address, host, port, password), shown)
    if within is None:
        await link.open()
        return link
    try:
        async with asyncio.timeout(within):
            await link.open()
    except TimeoutError:
        problem = Problem(ProblemKind.TIMEOUT, f"{shown} did not take a connection in time")
        raise UnreachedError(problem, on_the_way=True) from None
    return link


def _connection(address: Address, host: str, port: int, password: str | None) -> AbstractConnection:
    from redis.asyncio.connection import Connection, SSLConnection, UnixDomainSocketConnection

    # Time is kept by who asks, for the whole of a look. CLIENT SETINFO would be a write, if a small one.
    common: dict[str, Any] = {
        "db": address.db,
        "username": address.username,
        "password": password,
        "protocol": 2,
        "driver_info": None,
        "socket_timeout": None,
        "socket_connect_timeout": None,
    }
    if address.way == "unix":
        return UnixDomainSocketConnection(path=address.path, **common)
    if not address.tls:
        return Connection(host=host, port=port, **common)
    required = "required" if address.verify else "none"
    return SSLConnection(host=host, port=port, ssl_cert_reqs=required, ssl_check_hostname=address.verify, **common)


def _told(fault: BaseException) -> str:
    """The server's own words, with the code that redis-py takes off the errors that it knows."""
    code = getattr(fault, "status_code", None)
    return f"{code} {fault}" if code and not str(fault).startswith(code) else str(fault)
