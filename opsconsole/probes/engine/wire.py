"""Sockets for httpcore, by asyncio's own streams.

Its usual backend lets asyncio complain on the screen when a read is cancelled just as data comes ("Exception in
callback … InvalidStateError"); these do not, and there is one layer less. Time-outs are the caller's affair.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpcore


class Network(httpcore.AsyncNetworkBackend):
    """Connects."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to a host."""
        with _told_as(httpcore.ConnectError):
            return Stream(*await asyncio.open_connection(host, port))

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        """A connection to a socket of this machine."""
        with _told_as(httpcore.ConnectError):
            return Stream(*await asyncio.open_unix_connection(path))

    async def sleep(self, seconds: float) -> None:
        """Wait, between two attempts to connect."""
        await asyncio.sleep(seconds)


class Stream(httpcore.AsyncNetworkStream):
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has come, nothing at the end."""
        with _told_as(httpcore.ReadError):
            return await self._reader.read(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        with _told_as(httpcore.WriteError):
            self._writer.write(buffer)
            await self._writer.drain()

    async def aclose(self) -> None:
        """Close at once, without waiting for the other side."""
        with suppress(OSError):
            self._writer.close()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        """The same connection, from now on behind TLS."""
        with _told_as(httpcore.ConnectError):
            await self._writer.start_tls(ssl_context, server_hostname=server_hostname)
        return self

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks: the TLS object, and whether an idle connection was ended by the other side."""
        if info == "is_readable":
            return self._reader.at_eof() or self._reader.exception() is not None or self._writer.is_closing()
        return self._writer.get_extra_info(info)


@contextmanager
def _told_as(error: type[Exception]) -> Iterator[None]:
    """The operating system's errors (those of TLS among them) as httpcore's, with the cause kept."""
    try:
        yield
    except OSError as fault:
        raise error(str(fault)) from fault
