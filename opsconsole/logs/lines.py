"""What readers bring: lines with their times, and how far they have come."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol, TypeAlias

from opsconsole.model.service import ServiceRef

Place: TypeAlias = ServiceRef | Path
"""Where a log is: that of a container, of a unit, of the processes of a service, or a file."""


class Raw(NamedTuple):
    """One line as it was written: its time (epoch seconds; None where nobody knows) and a level, where one came along.

    `joined`: it belongs to the line before it of the same source.
    """

    text: str
    time: float | None = None
    level: int | None = None
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """One log to read, under the name that people know it by."""

    name: str
    of: Place


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much of what is already written is wanted: the last `lines`, or all `since` a time (epoch seconds)."""

    lines: int = 10_000
    since: float | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """What a reader has to say next: lines, where there are any.

    `caught_up`: all that had been written before is read; what comes now is new. `said`: why nothing comes for now, or
    what has just happened to the log, in one line; None where there is nothing to say. `whole`: nothing older exists.
    """

    lines: Sequence[Raw] = ()
    caught_up: bool = False
    said: str | None = None
    whole: bool = False


class Reader(Protocol):
    """Reads one log, and goes on until it is cancelled or closed; waits for what is gone to be back."""

    def __call__(self, source: Source, wanted: Wanted, follow: bool) -> AsyncGenerator[Piece, None]:
        """Its lines in pieces. Without `follow` it ends where it has caught up."""
        ...
