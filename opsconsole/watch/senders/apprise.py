"""Everything else, by the library apprise, which is an extra: mail, chats, pagers, a hundred services by their URLs.

Each URL is a way of its own, so that one that fails is told and tried again by itself. A URL of apprise is a secret as
a whole, and what the library logs may hold parts of it: nothing of that log goes anywhere but, masked, into a reason.
"""

from __future__ import annotations

import asyncio
import logging
import re
from importlib.util import find_spec
from typing import Any, Final

from opsconsole.model.alerts import AlertSettings, Digest, Failed, News, Outcome, Sender, Sent
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.model.verdict import Level, worst
from opsconsole.probes.brokers.secret import SecretError, resolve
from opsconsole.watch.senders import Around
from opsconsole.watch.senders.message import lines_of, plain

MISSING: Final = "apprise is not installed; install it with: pip install 'opsconsole[alerts]'"

_PIECES: Final = re.compile(r"[:/@?&=#,\s]+")
_SHORTEST: Final = 4
"""Letters of the shortest part of a URL that is masked in a reason; shorter ones stand in ordinary words."""


class AppriseSender:
    """One URL of apprise, named by a reference."""

    def __init__(self, name: str, reference: str, around: Around) -> None:
        self._name = name
        self._reference = reference
        self._around = around

    @property
    def name(self) -> str:
        """`apprise 1`, by its place in the stack file."""
        return self._name

    async def send(self, digest: Digest) -> Outcome:
        """One message; apprise itself splits what is too long for a service."""
        if find_spec("apprise") is None:
            return Failed(MISSING, for_good=True)
        try:
            url = resolve(self._reference, self._around.environ).strip()
        except SecretError as fault:
            return Failed(fault.problem.reason, for_good=True)
        heard = _Heard()
        try:
            async with asyncio.timeout(self._around.timeout):
                return await self._sent(url, digest, heard)
        except TimeoutError:
            why = f"{self._shown(url)} was not done within {duration(self._around.timeout)}"
            return Failed(why, unsure=True)
        finally:
            heard.close()

    async def close(self) -> None:
        """Nothing stays open."""

    async def _sent(self, url: str, digest: Digest, heard: _Heard) -> Outcome:
        import apprise

        service = apprise.Apprise()
        if not service.add(url):
            what = f"what stands in {self._reference} is no URL that apprise knows"
            return Failed(f"{what}; its list: https://github.com/caronc/apprise/wiki", for_good=True)
        title, *body = lines_of(digest)
        taken = await service.async_notify(
            title=title.plain, body=plain(body).strip() or title.plain, notify_type=_kind(digest, apprise.NotifyType)
        )
        if taken:
            return Sent()
        said = masked(heard.first, url)
        return Failed(f"{self._shown(url)} did not take it" + (f": {said}" if said else ""))

    def _shown(self, url: str) -> str:
        """By the scheme alone, which says which service it is."""
        scheme = url.partition("://")[0] if "://" in url else ""
        return f"apprise ({one_line(scheme, 20)})" if scheme.isalnum() else "apprise"


def masked(text: str, url: str) -> str:
    """`text` without any part of `url` but its scheme; in one line."""
    rest = url.partition("://")[2]
    for piece in sorted({rest, *_PIECES.split(rest)}, key=len, reverse=True):
        if len(piece) >= _SHORTEST:
            text = re.sub(re.escape(piece), "…", text, flags=re.IGNORECASE)
    return one_line(text, 160)


class _Heard(logging.Handler):
    """The first warning of the library while one message is sent. Its log goes nowhere else: not to stderr either."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.first = ""
        self._logger = logging.getLogger("apprise")
        self._logger.propagate = False
        self._logger.addHandler(self)
        logging.getLogger("urllib3").setLevel(logging.CRITICAL)  # which logs the paths that it posts to

    def emit(self, record: logging.LogRecord) -> None:
        self.first = self.first or record.getMessage()

    def close(self) -> None:
        self._logger.removeHandler(self)
        super().close()


def _kind(digest: Digest, kinds: Any) -> Any:
    """How bad it is in apprise's words, by which some services choose a colour or a sound."""
    if digest.test:
        return kinds.INFO
    level = worst(Level.OK if item.news is News.RECOVERED else item.level for item in digest.items)
    return {Level.DOWN: kinds.FAILURE, Level.OK: kinds.SUCCESS}.get(level, kinds.WARNING)


def open_senders(settings: AlertSettings, around: Around) -> list[Sender]:
    """One for each URL."""
    return [AppriseSender(f"apprise {number}", url, around) for number, url in enumerate(settings.apprise, 1)]
