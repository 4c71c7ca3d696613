"""Which of the lines that a step is expected to print have been printed by now. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from opsconsole.model.text import plain

_TAIL: Final = 4000
"""Characters kept of what was printed before: a line may come in pieces."""


class Met:
    """Takes in output as it comes; blanks count for no more than one, wherever they stand."""

    def __init__(self, wanted: Sequence[str] = ()) -> None:
        self._wanted = {line: folded for line in wanted if (folded := _folded(line))}
        self._tail = ""
        self.seen: frozenset[str] = frozenset()

    def feed(self, text: str) -> None:
        """More output, as it came."""
        if len(self.seen) == len(self._wanted):
            return
        self._tail += text
        held = _folded(plain(self._tail))
        self.seen |= {line for line, folded in self._wanted.items() if folded in held}
        self._tail = self._tail[-_TAIL:]


def _folded(text: str) -> str:
    return " ".join(text.split())
