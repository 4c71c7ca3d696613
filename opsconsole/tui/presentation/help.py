"""The page of keys, made from the bindings that are really there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TypeAlias

from opsconsole.tui.presentation.spans import Line, Span, fit, line

Group: TypeAlias = tuple[str, list[tuple[str, str]]]
"""A title, and keys (with blanks between them) with what they do."""


def without(groups: Iterable[Group], taken: Collection[str]) -> Iterator[Group]:
    """The groups without keys that do something else now; what no key is left for is not listed."""
    for title, entries in groups:
        left = [(" ".join(key for key in keys.split() if key not in taken), does) for keys, does in entries]
        if kept := [(keys, does) for keys, does in left if keys]:
            yield title, kept


def lines(groups: Iterable[tuple[str, Iterable[tuple[str, str]]]]) -> list[Line]:
    """Groups of (keys, what they do), each under its title."""
    out: list[Line] = []
    for title, entries in groups:
        out += [(), line((title, "heading"))] if out else [line((title, "heading"))]
        out += [(*fit(line((f"  {keys}", "key")), 22), Span(does)) for keys, does in entries]
    return out
