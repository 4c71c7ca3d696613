"""Questions to the engine's HTTP API, and why one was not answered."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from opsconsole.model.sample import ProblemKind
from opsconsole.model.text import one_line
from opsconsole.probes.engine.endpoint import Endpoint, EngineError, Tls
from opsconsole.probes.engine.tunnel import Tunnel

if TYPE_CHECKING:
    import httpcore

MOST_CONNECTIONS: Final = 8
"""Questions at the same time. The engine answers one in about a millisecond; more would only crowd a sick one."""

LARGEST: Final = 32 << 20
"""Bytes of an answer that are read. A list of a thousand containers is about 2 MiB."""


class Client:
    """Speaks to one engine, within one event loop. Every method may raise EngineError.

    `most` are its connections: two streams that stay open, beside the questions.
    """

    def __init__(self, endpoint: Endpoint, most: int = MOST_CONNECTIONS + 2) -> None:
        self.endpoint = endpoint
        self._most = most
        self._pool: httpcore.AsyncConnectionPool | None = None
        self._tunnel = Tunnel(endpoint) if endpoint.scheme == "ssh" else None
        self._opening = asyncio.Lock()

    async def get(self, path: str, **query: str) -> Any:
        """The parsed answer to a GET; None where the engine says that there is no such thing (404)."""
        return await self._ask("GET", path, query)

    async def post(self, path: str, body: object) -> Any:
        """The parsed answer to a POST of JSON; None for 404."""
        return await self._ask("POST", path, {}, json.dumps(body).encode())

    async def _ask(self, method: str, path: str, query: Mapping[str, str], body: bytes | None = None) -> Any:
        async with self.stream(method, path, query, body) as response:
            content = await self._all_of(response)
        if response.status == 404:
            return None
        if not content or content == b"OK":
            return {}
        try:
            return json.loads(content)
        except ValueError:
            raise self.no_engine() from None

    def no_engine(self) -> EngineError:
        """That what answers is something else."""
        return EngineError(ProblemKind.UNREADABLE, f"what answers at {self.endpoint} is no engine")

    @asynccontextmanager
    async def stream(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> AsyncIterator[httpcore.Response]:
        """An answer that is read as it comes; its status is below 400, or 404."""
        url = f"{self._base}{path}{'?' + urlencode(query) if query else ''}"
        headers: dict[bytes | str, bytes | str] = {"Host": "engine", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        pool = await self._opened()
        import httpcore

        try:
            async with pool.stream(method, url, headers=headers, content=body) as response:
                if response.status >= 400 and response.status != 404:
                    raise self._refusal(response.status, await self._all_of(response))
                yield response
        except (httpcore.NetworkError, httpcore.TimeoutException) as fault:
            raise self._unreached(fault) from fault
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as fault:
            raise EngineError(
                ProblemKind.UNREADABLE, f"what answers at {self.endpoint} does not speak the engine's language"
            ) from fault

    async def close(self) -> None:
        """Let go of all connections and of the tunnel."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.aclose()
        if self._tunnel is not None:
            await self._tunnel.close()

    @property
    def _base(self) -> str:
        endpoint = self.endpoint
        if endpoint.scheme != "tcp":
            return "http://engine"
        host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
        return f"{'https' if endpoint.tls else 'http'}://{host}:{endpoint.port}"

    async def _opened(self) -> httpcore.AsyncConnectionPool:
        async with self._opening:
            path = await self._tunnel.open() if self._tunnel else self.endpoint.path or None
            if self._pool is None:
                import httpcore

                from opsconsole.probes.engine.wire import Network

                context = _context(self.endpoint.tls, self.endpoint) if self.endpoint.tls else None
                self._pool = httpcore.AsyncConnectionPool(
                    ssl_context=context,
                    max_connections=self._most,
                    keepalive_expiry=30,
                    uds=path,
                    network_backend=Network(),
                )
            return self._pool

    async def _all_of(self, response: httpcore.Response) -> bytes:
        content = bytearray()
        async for piece in response.aiter_stream():
            content += piece
            if len(content) > LARGEST:
                raise EngineError(ProblemKind.UNREADABLE, f"the engine at {self.endpoint} does not stop answering")
        return bytes(content)

    def _refusal(self, status: int, content: bytes) -> EngineError:
        try:
            message = json.loads(content)["message"]
        except (ValueError, KeyError, TypeError):
            message = content.decode(errors="replace") or f"status {status}"
        if status in (401, 403):
            return EngineError(ProblemKind.DENIED, f"the engine at {self.endpoint} refuses: {one_line(str(message))}")
        kind = ProblemKind.GONE if status == 409 else ProblemKind.UNREADABLE
        return EngineError(kind, f"the engine says: {one_line(str(message))}", answered=True)

    def _unreached(self, fault: Exception) -> EngineError:
        """Why there is no connection, from the error at the bottom of those that wrap it."""
        bottom: BaseException = fault
        while (cause := bottom.__cause__ or bottom.__context__) is not None:
            bottom = cause.exceptions[0] if isinstance(cause, BaseExceptionGroup) else cause
        return unreached(bottom, self.endpoint)


def unreached(fault: BaseException, endpoint: Endpoint) -> EngineError:
    """What an operating system's error says about an engine that could not be reached."""
    number = fault.errno if isinstance(fault, OSError) else None
    if isinstance(fault, ssl.SSLError):
        return EngineError(ProblemKind.REFUSED, f"TLS with the engine at {endpoint} fails: {one_line(str(fault))}")
    if isinstance(fault, socket.gaierror):
        return EngineError(ProblemKind.GONE, f"no engine at {endpoint}: its host name is not known")
    if number in (errno.EACCES, errno.EPERM):
        return EngineError(
            ProblemKind.DENIED,
            f"no permission on the engine's socket {endpoint.path}; to mend: sudo usermod -aG docker {_user()},"
            " then log in again",
        )
    if number in (errno.ENOENT, errno.ENOTDIR):
        return EngineError(
            ProblemKind.GONE, f"no container engine: {endpoint.path} does not exist; is docker installed and started?"
        )
    if number == errno.ECONNREFUSED:
        return EngineError(
            ProblemKind.REFUSED, f"the engine at {endpoint} refuses connections; start it: sudo systemctl start docker"
        )
    told = one_line(str(fault)) or type(fault).__name__
    return EngineError(ProblemKind.REFUSED, f"no connection to the engine at {endpoint}: {told}")


def _user() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return "YOU"


def _context(tls: Tls, endpoint: Endpoint) -> ssl.SSLContext:
    """What the certificates in the folder allow. Without an own authority those of the system count."""
    authority = tls.folder / "ca.pem"
    try:
        context = ssl.create_default_context(cafile=str(authority) if authority.exists() else None)
        if not tls.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if (tls.folder / "cert.pem").exists():
            context.load_cert_chain(tls.folder / "cert.pem", tls.folder / "key.pem")
    except (OSError, ssl.SSLError) as fault:
        reason = f"the certificates in {tls.folder} for {endpoint} cannot be used: {one_line(str(fault))}"
        raise EngineError(ProblemKind.UNREADABLE, reason) from fault
    return context
