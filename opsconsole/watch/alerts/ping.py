"""A dead man's switch: an address that hears from us after each good round, and raises the alarm when it does not."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from opsconsole.probes.brokers.secret import SecretError, is_reference, resolve
from opsconsole.watch.senders.web import Unanswered, Web

_TIMEOUT: Final = 5.0


class Ping:
    """Asks one address, which is never shown: who knows it can make believe that all is well."""

    def __init__(self, address: str, environ: Mapping[str, str] = os.environ, timeout: float = _TIMEOUT) -> None:
        self._address = address
        self._environ = environ
        self._timeout = timeout

    async def __call__(self) -> str:
        """What went wrong in one line, "" if nothing did."""
        try:
            url = resolve(self._address, self._environ).strip() if is_reference(self._address) else self._address
        except SecretError as fault:
            return fault.problem.reason
        web = Web("the switch")
        try:
            answer = await web.get(url, self._timeout)
        finally:
            await web.close()
        if isinstance(answer, Unanswered):
            return answer.why
        return "" if 200 <= answer.status < 300 else f"it says {answer.status}"
