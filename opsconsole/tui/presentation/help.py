"""The page of keys, made from the bindings that are really there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final, TypeAlias

from opsconsole.tui.presentation.spans import Line, Span, fit, line, words, wrap
from opsconsole.tui.presentation.table import Row

Group: TypeAlias = tuple[str, list[tuple[str, str]]]
"""A title, and keys (with blanks between them) with what they do."""


_KEYS: Final = 22
"""Cells that keys take where there is room."""

_WORDS: Final = 30
"""Cells of words that are worth more than a wide column of keys."""


def without(groups: Iterable[Group], taken: Collection[str]) -> Iterator[Group]:
    """The groups without keys that do something else now; what no key is left for is not listed."""
    for title, entries in groups:
        left = [(" ".join(key for key in keys.split() if key not in taken), does) for keys, does in entries]
        if kept := [(keys, does) for keys, does in left if keys]:
            yield title, kept


def rows(groups: Iterable[Group], room: int) -> list[Row]:
    """A row for each (keys, what they do); the first of a group has its title above it. Nothing of it is cut."""
    listed = list(groups)
    longest = max((len(keys) for _, entries in listed for keys, _ in entries), default=0)
    keyed = _KEYS if room >= _KEYS + _WORDS else min(longest + 2, _KEYS)
    out: list[Row] = []
    for title, entries in listed:
        for number, (keys, does) in enumerate(entries):
            above: tuple[Line, ...] = (((),) if out else ()) + (line((title, "heading")),) if not number else ()
            told = wrap(words(does), room - keyed)
            first = (*fit(line((f" {keys}" if keyed < _KEYS else f"  {keys}", "key")), keyed), *told[0])
            under = ((Span(" " * keyed), *each) for each in told[1:])
            out.append(Row(f"{title}\n{keys}", (*above, first, *under)))
    return out
