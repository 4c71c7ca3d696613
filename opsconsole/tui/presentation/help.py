"""The page of keys, made from the bindings that are really there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TypeAlias

from opsconsole.tui.presentation.spans import Line, Span, fit, line
from opsconsole.tui.presentation.table import Row

Group: TypeAlias = tuple[str, list[tuple[str, str]]]
"""A title, and keys (with blanks between them) with what they do."""


def without(groups: Iterable[Group], taken: Collection[str]) -> Iterator[Group]:
    """The groups without keys that do something else now; what no key is left for is not listed."""
    for title, entries in groups:
        left = [(" ".join(key for key in keys.split() if key not in taken), does) for keys, does in entries]
        if kept := [(keys, does) for keys, does in left if keys]:
            yield title, kept


def rows(groups: Iterable[Group]) -> list[Row]:
    """A row for each (keys, what they do); the first of a group has its title above it."""
    out: list[Row] = []
    for title, entries in groups:
        for number, (keys, does) in enumerate(entries):
            above: tuple[Line, ...] = (((),) if out else ()) + (line((title, "heading")),) if not number else ()
            key = (*fit(line((f"  {keys}", "key")), 22), Span(does))
            out.append(Row(f"{title}\n{keys}", (*above, key)))
    return out
