"""One question at a time over HTTP, of which nothing secret gets out.

The address that is posted to may be the secret itself (a bot's token is part of it). httpx's client writes each address
into its log; its transport, which is all that is needed here, writes none. What it raises stays here as well.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from opsconsole.model.units import duration

if TYPE_CHECKING:
    import httpx

BODY: Final = 64 << 10
"""Bytes of an answer that are read: all that anybody says here is a few hundred."""

_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said: the status, the beginning of the body, and after how many seconds to come again, if that."""

    status: int
    body: bytes
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Nothing was said; `why` in one plain line. `arrived`: all of the question was sent, so it may have been heard.

    `hopeless`: nothing was tried, and nothing will be different the next time.
    """

    why: str
    arrived: bool = False
    hopeless: bool = False


class Web:
    """Asks one place. `shown` is what people are told of where that is.

    Each time over a connection of its own: rounds are minutes apart, and one that was kept would be found dead.
    """

    def __init__(self, shown: str) -> None:
        self._shown = shown
        self._transport: tuple[str | None, httpx.AsyncHTTPTransport] | None = None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> Answer | Unanswered:
        """The answer to `body`, within `timeout` seconds from name to the end of it. Redirects are answers."""
        return await self._ask("POST", url, body, _with_ours(headers), timeout)

    async def get(self, url: str, timeout: float) -> Answer | Unanswered:
        """The answer to a GET, with nothing said but who asks."""
        return await self._ask("GET", url, b"", _with_ours({}), timeout)

    async def _ask(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str], timeout: float
    ) -> Answer | Unanswered:
        # httpx has a command line of its own; importing that, where click and Rich are, is a quarter of our start.
        sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
        import httpx

        sent = _Sent()
        try:
            request = httpx.Request(method, url, content=body, headers=headers, extensions={"trace": sent})
            transport = self._opened(url)
            async with asyncio.timeout(timeout):
                return await _asked(transport, request)
        except TimeoutError:
            why = f"{self._shown} gave no answer within {duration(timeout)}"
            return Unanswered(why if sent.whole else f"{why}: nothing could be sent", sent.whole)
        except httpx.HTTPError as fault:
            return Unanswered(_why(fault, self._shown), sent.whole)
        except (httpx.InvalidURL, UnicodeError, ValueError):
            return Unanswered(f"the address of {self._shown} is none", hopeless=True)
        except ImportError:
            why = f"{self._shown} is behind a proxy of a kind that is not supported; HTTP and HTTPS proxies are"
            return Unanswered(why, hopeless=True)

    async def close(self) -> None:
        """Let go of what is open. May be called twice."""
        opened, self._transport = self._transport, None
        if opened is not None:
            await opened[1].aclose()

    def _opened(self, url: str) -> httpx.AsyncHTTPTransport:
        proxy = _proxy_for(url)
        if self._transport is None or self._transport[0] != proxy:
            import httpx

            from opsconsole.probes.trust import trusting

            self._transport = (
                proxy,
                httpx.AsyncHTTPTransport(
                    verify=trusting() if url.startswith("https:") else False,
                    trust_env=False,
                    limits=httpx.Limits(max_keepalive_connections=0),
                    proxy=proxy,
                ),
            )
        return self._transport[1]


class _Sent:
    """Whether a question was sent to its end, as httpcore tells it."""

    def __init__(self) -> None:
        self.whole = False

    async def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith(".send_request_body.complete"):
            self.whole = True


async def _asked(transport: httpx.AsyncHTTPTransport, request: httpx.Request) -> Answer:
    answer = await transport.handle_async_request(request)
    body = bytearray()
    try:
        async for piece in answer.aiter_raw():
            body += piece[: BODY - len(body)]
            if len(body) >= BODY:
                break
    finally:
        await answer.aclose()
    return Answer(answer.status_code, bytes(body), _seconds(answer.headers.get("Retry-After", "")))


def _with_ours(headers: Mapping[str, str]) -> dict[str, str]:
    from opsconsole import __version__

    given = {name.lower() for name in headers}
    ours = {"User-Agent": f"opsconsole/{__version__}", "Accept-Encoding": "identity", "Connection": "close"}
    return {**{name: value for name, value in ours.items() if name.lower() not in given}, **headers}


def _why(fault: httpx.HTTPError, shown: str) -> str:
    from opsconsole.probes.brokers.words import by_system, causes
    from opsconsole.probes.http_answer import unreached

    for cause in causes(fault):
        found = by_system(cause, shown)
        if found is not None:
            return found.reason
    return unreached(fault, shown).reason


def _seconds(retry_after: str) -> float | None:
    """A Retry-After in seconds; the other form, a date, is understood by the clock of this box."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after)
    if not retry_after:
        return None
    import time
    from email.utils import parsedate_to_datetime

    try:
        return max(parsedate_to_datetime(retry_after).timestamp() - time.time(), 0.0)
    except (ValueError, OverflowError):
        return None


def _proxy_for(url: str) -> str | None:
    """The proxy that the environment names for `url`, as curl and others go by it; none on this box itself."""
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in _LOOPBACK or proxy_bypass(host):
        return None
    proxies = getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all")
    return found if not found or "://" in found else f"http://{found}"
