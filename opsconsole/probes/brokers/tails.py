"""How long the message at the old end of a queue has been there, for queues that store no time."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b


class Tails:
    """Remembers, for each key, what stood at its old end and since when. Ages are lower bounds: it was there before."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._seen: dict[str, tuple[bytes | None, float]] = {}

    def age(self, key: str, message: bytes | None) -> float | None:
        """Seconds that `message` has been the last of `key` for certain.

        None where it is not known: at the first look, and where there is no message. 0 where it was another one at
        the last look: the queue has moved.
        """
        now = self._monotonic()
        mark = None if message is None else blake2b(message, digest_size=16).digest()
        before = self._seen.get(key)
        if before is None or before[0] != mark:
            self._seen[key] = (mark, now)
        if mark is None or before is None:
            return None
        return max(0.0, now - before[1]) if before[0] == mark else 0.0


def longest(ages: list[float | None]) -> float | None:
    """The largest of those that are known."""
    known = [age for age in ages if age is not None]
    return max(known) if known else None
