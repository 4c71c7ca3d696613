"""Hides secrets in a stream of bytes, also where they come split over two reads. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

HIDDEN: Final = "••••••"

_LOOKS_SECRET: Final = re.compile(
    r"(?i)(^|_)(pass|passwd|password|passphrase|secret|token|credentials?|(api|access|private|secret)_?key|dsn)(_|$)"
)
SHORTEST: Final = 6
"""A shorter value of the environment is more likely to be a word such as `true` than a secret."""


def secrets_in(environment: Mapping[str, str]) -> set[str]:
    """The values of variables whose name says that they are secret."""
    return {value for name, value in environment.items() if len(value) >= SHORTEST and _LOOKS_SECRET.search(name)}


def looks_secret(name: str, value: str) -> bool:
    """Whether a variable is not to be written down: by its name, however short its value is."""
    return bool(value) and _LOOKS_SECRET.search(name) is not None


class Mask:
    """Feed it what was printed; it gives back what may be kept.

    The beginning of what may become a secret is held back until the next bytes tell.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets: list[bytes] = []
        self._pattern: re.Pattern[bytes] | None = None
        self._held = b""
        self._shown = 0
        self.add(secrets)

    def add(self, secrets: Iterable[str]) -> None:
        """Hide these too, from now on."""
        # a terminal turns each newline into two characters, so every line of a secret counts on its own
        lines = {line.strip().encode("utf-8", "surrogateescape") for secret in secrets for line in secret.splitlines()}
        self._secrets = sorted({*self._secrets, *filter(None, lines)}, key=len, reverse=True)
        if self._secrets:
            self._pattern = re.compile(b"|".join(re.escape(secret) for secret in self._secrets))

    def feed(self, chunk: bytes) -> bytes:
        """What of `chunk`, and of what was held back before, may be kept by now."""
        if self._pattern is None:
            return chunk
        data, skip = self._held + chunk, self._shown
        self._held, self._shown = b"", 0
        kept: list[bytes] = []
        at = 0
        while True:
            match = self._pattern.search(data, at)
            hold = self._may_begin(data, at, match.start() if match else len(data))
            if hold is not None:
                self._held, self._shown = data[hold:], max(0, skip - hold)
                return b"".join((*kept, data[max(at, skip) : hold]))
            if match is None:
                return b"".join((*kept, data[max(at, skip) :]))
            kept += (data[max(at, skip) : match.start()], HIDDEN.encode())
            at = match.end()

    def release(self) -> bytes:
        """What is held back, where it is so short a beginning that it gives nothing away: somebody waits for it."""
        begun = [secret for secret in self._secrets if secret.startswith(self._held)]
        if not begun or len(self._held) * 4 > min(map(len, begun)):
            return b""
        seen, self._shown = self._held[self._shown :], len(self._held)
        return seen

    def _may_begin(self, data: bytes, first: int, last: int) -> int | None:
        """The first place up to `last` from where all that is there is the beginning of a longer secret."""
        longest = len(self._secrets[0])
        for at in range(max(first, len(data) - longest + 1), min(last + 1, len(data))):
            rest = data[at:]
            if any(len(rest) < len(secret) and secret.startswith(rest) for secret in self._secrets):
                return at
        return None

    def flush(self) -> bytes:
        """What was held back, at the end of the stream."""
        held, self._held, self._shown = self._held[self._shown :], b"", 0
        return self._pattern.sub(HIDDEN.encode(), held) if self._pattern else held


def hide(text: str, secrets: Iterable[str]) -> str:
    """`text` with every secret in it hidden."""
    mask = Mask(secrets)
    return (mask.feed(text.encode()) + mask.flush()).decode()
