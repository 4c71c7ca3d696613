"""Markdown as other tools write it, as CommonMark: admonitions become quotes, tabs paragraphs under a name. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

_ADMONITION: Final = re.compile(r'^(?P<margin>\s*)(?:!!!|\?\?\?\+?)\s+(?P<kind>\w+)[^"]*(?:"(?P<title>[^"]*)")?\s*$')
_TAB: Final = re.compile(r'^(?P<margin>\s*)===[!+]?\s+"(?P<tab>[^"]*)"\s*$')
_BODY: Final = 4
"""Blanks by which the body of either is indented."""


def common(source: str) -> str:
    """`source` with the bodies of admonitions quoted and those of tabs moved out to the margin."""
    if "!!!" not in source and "???" not in source and "===" not in source:
        return source
    return "\n".join(_lines(source.split("\n")))


def _lines(lines: Sequence[str]) -> Iterator[str]:
    at = 0
    while at < len(lines):
        note, tab = _ADMONITION.match(lines[at]), _TAB.match(lines[at])
        if not note and not tab:
            yield lines[at]
            at += 1
            continue
        found = note or tab
        assert found is not None
        margin = found["margin"]
        end = _end(lines, at + 1, len(margin) + _BODY)
        body = list(_lines([line[len(margin) + _BODY :] for line in lines[at + 1 : end]]))
        if note:
            yield f"{margin}> [!{note['kind'].upper()}]" + (f" {note['title']}" if note["title"] else "")
            yield from (f"{margin}> {line}" for line in body)
        else:
            yield from ("", f"{margin}**{found['tab']}**", "")
            yield from (f"{margin}{line}" for line in body)
        yield ""
        at = end


def _end(lines: Sequence[str], begin: int, indent: int) -> int:
    """The first line after a body that is indented by `indent`."""
    end = begin
    for number in range(begin, len(lines)):
        line = lines[number]
        if line.strip() and len(line) - len(line.lstrip(" ")) < indent:
            break
        if line.strip():
            end = number + 1
    return end
