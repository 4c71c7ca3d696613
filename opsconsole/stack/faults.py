"""All that is wrong with one stack file, each fault with its line and key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from opsconsole.model.text import one_line
from opsconsole.model.trouble import Trouble
from opsconsole.stack.keys import Key, shown

_MOST: Final = 12
"""Names that a remedy lists, where none of them is near."""


class Faults:
    """Gathers faults; where they stand in the text is only worked out at the end, if there are any."""

    def __init__(self, file: str, text: str, raw: Mapping[str, Any]) -> None:
        self._file = file
        self._text = text
        self._raw = raw
        self._found: list[tuple[Key, str, str]] = []

    def __len__(self) -> int:
        return len(self._found)

    def below(self, table: str) -> bool:
        """Whether anything is wrong in the top-level `table`, or with it."""
        return any(key[:1] == (table,) for key, _, _ in self._found)

    def add(self, key: Key, what: str, remedy: str = "") -> None:
        """`what` is wrong at `key`, and what to do about it. The same fault twice counts once."""
        fault = (key, one_line(what), one_line(remedy))
        if fault not in self._found:
            self._found.append(fault)

    def unknown(self, key: Key, what: str, known: Iterable[str], written: str | None = None) -> None:
        """Something `written` (the last part of `key`) is not known; the remedy is the nearest name, or all of them."""
        self.add(key, what, nearest(written if written is not None else str(key[-1]), known))

    def troubles(self) -> tuple[Trouble, ...]:
        """All faults in the order of the file."""
        from opsconsole.stack.lines import lines

        known = lines(self._text)
        placed = [(_line(known, key), key, what, remedy) for key, what, remedy in self._found]
        placed.sort(key=lambda fault: fault[0])
        return tuple(
            Trouble(what, ": ".join(filter(None, (f"{self._file}:{line}", shown(key, self._raw)))), remedy)
            for line, key, what, remedy in placed
        )


def nearest(name: str, known: Iterable[str]) -> str:
    """A remedy for a name that is not known: the one that was meant, or all that could have been."""
    from difflib import get_close_matches

    names = sorted(set(known))
    close = get_close_matches(name.lower(), names, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    if not names:
        return "there are none here"
    return f"known here: {', '.join(names[:_MOST])}" + (f" and {len(names) - _MOST} more" if len(names) > _MOST else "")


def is_near(name: str, written: Iterable[str]) -> bool:
    """Whether one of the words that were written may have been meant to be `name`."""
    from difflib import get_close_matches

    return bool(get_close_matches(name, [word.lower() for word in written], n=1, cutoff=0.6))


def _line(known: Mapping[Key, int], key: Key) -> int:
    """That of the key, or of the nearest thing around it: what is missing stands nowhere."""
    while key and key not in known:
        key = key[:-1]
    return known.get(key, 1)
