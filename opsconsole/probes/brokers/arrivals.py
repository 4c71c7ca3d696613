"""How many messages came into a list and were taken from it between looks, without writing anything.

The newest message of the last look is searched for again: what lies behind it has come since. Where it is gone, so is
all that waited before it, and at least what waits now has come. This holds for lists that are taken at the old end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from opsconsole.probes.brokers.exchange import Command, Refusal, Reply

SEARCHED: Final = 10_000
"""Elements from the new end among which the server searches."""

_LARGEST: Final = 4 << 10
_MOST: Final = 8 << 10
"""Bytes of one message, and of all in one look, that are sent to be searched for. The server reads 16 KiB in one go,
so that nothing comes between the commands of a look; and redis-cli gets them in one argument of limited length."""


@dataclass(frozen=True, slots=True)
class Ends:
    """What one look sees of a list: how many wait, and the messages at both ends."""

    waiting: int
    oldest: bytes | None
    newest: bytes | None


@dataclass(frozen=True, slots=True)
class Flow:
    """Messages that came and were taken since the first look. In `unsure` of the looks there may have been more."""

    added: int
    taken: int
    unsure: int


def came(before: Ends, now: Ends, behind: int | None, searched: int = SEARCHED) -> tuple[int, bool]:
    """How many came between two looks, and whether that is all of them or a lower bound.

    `behind` is how many stand behind the message that was the newest before; None where it was not found.
    """
    grown = max(now.waiting - before.waiting, 0)
    if not before.waiting:
        return now.waiting, False
    if behind is not None:
        return max(behind, grown), behind >= grown  # less: some were put back at the old end
    if before.oldest == now.oldest:
        return grown, False  # nothing was taken at the old end, so the newest was removed by itself
    return max(min(now.waiting, searched), grown), False


class Arrivals:
    """Remembers the lists of one broker. New messages come in at index `newest`: 0 (left) or -1 (right)."""

    def __init__(self, newest: Literal[0, -1]) -> None:
        self._newest = newest
        self._seen: dict[str, Ends] = {}
        self._flows: dict[str, Flow] = {}
        self._used: set[str] = set()
        self._able = True

    def ask(self, keys: Sequence[str]) -> dict[str, Command]:
        """For some of `keys` one command each, to go along with the look at their ends."""
        commands: dict[str, Command] = {}
        room = _MOST
        for key in keys:
            message = self._seen[key].newest if key in self._seen else None
            if not self._able or message is None or len(message) > min(_LARGEST, room):
                continue
            room -= len(message)
            rank: Command = () if self._newest == 0 else ("RANK", -1)
            commands[key] = ("LPOS", key, message, *rank, "MAXLEN", SEARCHED)
        return commands

    def take(self, key: str, now: Ends, places: Mapping[str, Reply]) -> Flow | None:
        """The flow of `key` until now; None where the server cannot search. `places` are the replies by key."""
        place = places.get(key)
        if isinstance(place, Refusal):
            self._able = False  # LPOS came with Redis 6.0.6; and a user may not be allowed to use it
        if not self._able:
            return None
        before, flow = self._seen.get(key), self._flows.get(key, Flow(0, 0, 0))
        self._seen[key] = now
        if before is not None and (key in self._used or now.waiting):
            added, sure = self._came(key, before, now, place, key in places)
            taken = max(0, added - (now.waiting - before.waiting))
            flow = Flow(flow.added + added, flow.taken + taken, flow.unsure + (not sure))
        if now.waiting:
            self._used.add(key)
        self._flows[key] = flow
        return flow

    def _came(self, key: str, before: Ends, now: Ends, place: Reply, asked: bool) -> tuple[int, bool]:
        if before.waiting and not asked:
            return max(now.waiting - before.waiting, 0), False  # too large to be searched for
        if not isinstance(place, int):
            return came(before, now, None)
        return came(before, now, place if self._newest == 0 else max(0, now.waiting - 1 - place))


def together(flows: Sequence[Flow | None]) -> Flow | None:
    """The flow of a queue that is kept in several lists; None where that of one is not known."""
    known = [flow for flow in flows if flow is not None]
    if len(known) < len(flows):
        return None
    return Flow(*(sum(getattr(flow, name) for flow in known) for name in ("added", "taken", "unsure")))
