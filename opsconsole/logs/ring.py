"""The lines that are held: the newest so many, each under a number that it keeps."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import isnan, nan
from typing import Final

from opsconsole.logs.levels import LogLevel, level_of

MOST_LINES: Final = 200_000
MOST_CHARACTERS: Final = 64 << 20
"""Of all lines together: long lines make fewer of them fit."""

_UNKNOWN: Final = 255
_NO_TIME: Final = float(1 << 33)
"""The year 2242: who writes a later one means something else."""


class Ring:
    """Lines by number, from `first` to before `end`. When it is full the oldest are let go, some thousands at a time.

    Columns rather than objects: two hundred thousand small objects would cost memory, and the collector of garbage
    would go through them again and again.
    """

    def __init__(self, most: int = MOST_LINES, most_characters: int = MOST_CHARACTERS) -> None:
        self.first = 0
        self.most = most
        self._most_characters = most_characters
        self._characters = 0
        self._slack = max(most // 16, 1)
        self._texts: list[str] = []
        self._times = array("d")
        self._sources = bytearray()
        self._levels = bytearray()
        self._joined = bytearray()

    @property
    def end(self) -> int:
        """One past the number of the newest line."""
        return self.first + len(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    @property
    def full(self) -> bool:
        """Whether the next lines would cost the oldest."""
        return len(self._texts) >= self.most or self._characters >= self._most_characters

    def append(
        self, text: str, time: float | None = None, source: int = 0, *, level: int | None = None, joined: bool = False
    ) -> None:
        """Add a line. It is `joined` only to a line of its own source that stands right before it."""
        joined = joined and bool(self._sources) and self._sources[-1] == source
        self._texts.append(text)
        self._times.append(time if time is not None and 0 <= time < _NO_TIME else nan)
        self._sources.append(source)
        self._levels.append(_UNKNOWN if level is None else level)
        self._joined.append(joined)
        self._characters += len(text)
        if len(self._texts) >= self.most + self._slack or self._characters > self._most_characters:
            self._let_go()

    def _let_go(self) -> None:
        going = min(self._slack, len(self._texts) - 1)
        self._characters -= sum(map(len, self._texts[:going]))
        for column in (self._texts, self._times, self._sources, self._levels, self._joined):
            del column[:going]
        self.first += going

    def text(self, number: int) -> str:
        """The words of a line."""
        return self._texts[number - self.first]

    def texts(self, start: int, end: int) -> Sequence[str]:
        """The words of the lines from `start` to before `end`."""
        return self._texts[start - self.first : end - self.first]

    def time(self, number: int) -> float | None:
        """When it was written (epoch seconds), or when the line before it of its source was."""
        time = self._times[number - self.first]
        return None if isnan(time) else time

    def source(self, number: int) -> int:
        """The place of its source among the sources."""
        return self._sources[number - self.first]

    def joined(self, number: int) -> bool:
        """Whether it belongs to the line right before it."""
        return number > self.first and bool(self._joined[number - self.first])

    def head(self, number: int) -> int:
        """The first line of what it belongs to: itself, or the beginning of the traceback that it is part of."""
        while self.joined(number):
            number -= 1
        return number

    def level(self, number: int) -> LogLevel:
        """How bad it is, as it says or else its head; worked out when it is first asked for."""
        own = self._level(number)
        return own if own or not self.joined(number) else self._level(self.head(number))

    def _level(self, number: int) -> LogLevel:
        place = number - self.first
        if self._levels[place] == _UNKNOWN:
            self._levels[place] = level_of(self._texts[place])
        return LogLevel(self._levels[place])

    def number_at(self, time: float) -> int | None:
        """The first line that was written at `time` or later; None where all are older or none has a time."""
        return next((self.first + place for place, one in enumerate(self._times) if one >= time), None)

    def span(self) -> tuple[float, float] | None:
        """The times of the oldest and of the newest line that have one."""
        known = (time for time in self._times if not isnan(time))
        first = next(known, None)
        if first is None:
            return None
        return first, next(time for time in reversed(self._times) if not isnan(time))
