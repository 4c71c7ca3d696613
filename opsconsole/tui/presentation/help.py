"""The page of keys, made from the bindings that are really there."""

from __future__ import annotations

from collections.abc import Iterable

from opsconsole.tui.presentation.spans import Line, Span, fit, line


def lines(groups: Iterable[tuple[str, Iterable[tuple[str, str]]]]) -> list[Line]:
    """Groups of (keys, what they do), each under its title."""
    out: list[Line] = []
    for title, entries in groups:
        out += [(), line((title, "heading"))] if out else [line((title, "heading"))]
        out += [(*fit(line((f"  {keys}", "key")), 22), Span(does)) for keys, does in entries]
    return out
