"""Finding keys by pattern, a bit at a time: with SCAN, which never holds a busy server up, and within bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from opsconsole.probes.brokers.exchange import Command, Plan, Reply, items, names

_COUNT: Final = 1000
"""Keys that one SCAN looks at: less than a millisecond of the server's time."""

_STEPS: Final = 100
"""Steps of the first look, so 100 000 keys. What lies beyond is found by later looks, one step each."""


class Sweep:
    """Goes through all keys of a database, round and round, and remembers which of them match."""

    def __init__(self, pattern: str, wanted: Callable[[str], bool] = lambda _: True, type: str | None = None) -> None:
        """`wanted` chooses among the keys that match; `type` (Redis 6) is a type of key as TYPE names it."""
        self.found: dict[str, None] = {}
        self.complete = False
        self._wanted = wanted
        self._tail: Command = ("MATCH", pattern, "COUNT", _COUNT, *(("TYPE", type) if type else ()))
        self._cursor: bytes = b"0"
        self._looked = False

    def first(self) -> Plan[None]:
        """At the first look: all keys, or as many as bounds allow. Nothing at later ones.

        A look that the server refused, or that broke off, was none: the next one is the first.
        """
        if self._looked:
            return
        for _ in range(_STEPS):
            (reply,) = yield [self.step()]
            self.take(reply)
            if self.complete:
                break
        self._looked = True

    def step(self) -> Command:
        """One command, to go along with those of a later look."""
        return ("SCAN", self._cursor, *self._tail)

    def take(self, reply: Reply) -> bool:
        """Remember what it found; whether any of it is new."""
        answer = items(reply, "the keys")
        cursor, found = (answer[0], answer[1]) if len(answer) == 2 else (b"0", [])
        self._cursor = cursor if isinstance(cursor, bytes) else b"0"
        self.complete = self.complete or self._cursor == b"0"
        before = len(self.found)
        self.found.update(dict.fromkeys(key for key in names(found, "") if self._wanted(key)))
        return len(self.found) > before

    @property
    def searched(self) -> str:
        """How far it got, for people who wonder why something was not found."""
        return "" if self.complete else f" among the first {_COUNT * _STEPS // 1000} 000 keys"


def literally(name: str) -> str:
    """`name` as a pattern that matches nothing else."""
    return "".join(f"\\{char}" if char in "*?[]\\^-" else char for char in name)


def chunks(replies: Sequence[Reply], size: int) -> list[Sequence[Reply]]:
    """Replies in groups of `size`, as the commands were put together."""
    return [replies[start : start + size] for start in range(0, len(replies), size)]
