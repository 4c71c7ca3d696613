"""Finding lines: words or an expression, worked off in small looks, so that no key has to wait for it."""

from __future__ import annotations

import re
import warnings
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Final

from opsconsole.logs.patience import TooSlowError, bounded
from opsconsole.logs.ring import Ring
from opsconsole.model.text import one_line

LOOK: Final = 1000
"""Lines that are gone through in one look: a millisecond or two."""

_CHARACTERS: Final = 256 << 10
"""Characters of them, at most, but for a line that is longer alone."""


class Pattern:
    """What is sought: words, or with `regex` a regular expression. Small letters find capitals too.

    ValueError with a sentence where it is no expression.
    """

    def __init__(self, sought: str, *, regex: bool = False) -> None:
        self.sought, self.regex = sought, regex
        self._slow = False
        self._folded = sought == sought.lower()
        try:
            with warnings.catch_warnings(action="ignore"):  # Python has opinions on expressions, for programmers
                self._form = re.compile(sought if regex else re.escape(sought), re.IGNORECASE if self._folded else 0)
        except (re.error, OverflowError, RecursionError) as fault:
            raise ValueError(f"no expression: {one_line(str(fault), 60)}") from None

    def holds(self, text: str) -> bool:
        """Whether a line holds it. An expression may take long (see `bounded`)."""
        if self.regex:
            return self._form.search(text) is not None
        return self.sought in (text.lower() if self._folded else text)

    def places(self, text: str) -> list[tuple[int, int]]:
        """Where it stands in a line: beginnings and ends; none from where that takes too long to say."""
        if self._slow:
            return []
        try:
            with bounded():
                return [match.span() for match in self._form.finditer(text) if match.end() > match.start()]
        except TooSlowError:
            self._slow = True
            return []


class Matches:
    """The lines of a ring that hold a pattern, found little by little, the new ones as they come.

    With `whole`, what belongs together is found together: a message with its traceback, wherever in it the words
    stand. With `within`, only lines that this one has found are looked at.
    """

    def __init__(self, pattern: Pattern, ring: Ring, *, whole: bool = False, within: Matches | None = None) -> None:
        self.pattern = pattern
        self.too_slow = False
        self.forgotten = 0  # that were found and are no longer held
        self._ring = ring
        self._whole = whole
        self._within = within
        self._numbers = array("q")
        self._next = ring.first
        self._head = ring.first
        self._hit = False

    @property
    def behind(self) -> bool:
        """Whether lines are left to look at."""
        return not self.too_slow and self._next < self._until

    @property
    def _until(self) -> int:
        return self._ring.end if self._within is None else min(self._within._next, self._ring.end)

    @property
    def looked(self) -> int:
        """How many of the lines that are held have been looked at."""
        return max(self._next - self._ring.first, 0)

    def look(self, most: int = LOOK) -> None:
        """Go through the next `most` lines."""
        self._forget()
        self._next = max(self._next, self._ring.first)
        end = min(self._next + most, self._until)
        if self.too_slow or end <= self._next:
            return
        try:
            if self.pattern.regex:
                with bounded():
                    self._go_through(end)
            else:
                self._go_through(end)
        except TooSlowError:
            self.too_slow = True

    def _go_through(self, end: int) -> None:
        holds, ring, gone_through = self.pattern.holds, self._ring, 0
        for number, text in enumerate(ring.texts(self._next, end), self._next):
            gone_through += len(text)
            if gone_through > _CHARACTERS and number > self._next:
                end = number
                break
            if self._within is not None and not self._within.has(number):
                continue
            if not self._whole:
                if holds(text):
                    self._numbers.append(number)
                continue
            if not ring.joined(number):
                self._head, self._hit = number, False
            if self._hit:
                self._numbers.append(number)
            elif holds(text):
                self._hit = True
                self._numbers.extend(range(max(self._head, ring.first), number + 1))
        self._next = end

    def _forget(self) -> None:
        """Lines that are no longer held are not found any more."""
        first = self._ring.first
        if self._numbers and self._numbers[0] < first:
            gone = bisect_left(self._numbers, first)
            self.forgotten += gone
            del self._numbers[:gone]

    def __len__(self) -> int:
        self._forget()
        return len(self._numbers)

    def __iter__(self) -> Iterator[int]:
        self._forget()
        return iter(self._numbers)

    def at(self, place: int) -> int:
        """The number of the line at a place among those found."""
        return self._numbers[place]

    def place(self, number: int) -> int:
        """How many found lines stand before `number`."""
        self._forget()
        return bisect_left(self._numbers, number)

    def has(self, number: int) -> bool:
        """Whether that line is among them."""
        place = bisect_left(self._numbers, number)
        return place < len(self._numbers) and self._numbers[place] == number

    def beside(self, number: int, by: int) -> int | None:
        """The next found line after `number` (`by` 1), the last before it (-1), or the first from it on (0).

        Round the ends. None where none is found.
        """
        self._forget()
        if not self._numbers:
            return None
        if by < 0:
            return self._numbers[bisect_left(self._numbers, number) - 1]
        place = bisect_right(self._numbers, number) if by else bisect_left(self._numbers, number)
        return self._numbers[place % len(self._numbers)]
