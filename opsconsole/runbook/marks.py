"""Where the text of a command has to be filled in: `<name>`, `{{ name }}`, `[name]`, `$NAME`. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_ANGLE: Final = re.compile(r"(?<![<?])<(?P<name>[A-Za-z](?:[\w.:/|, -]*\w)?(?: \([\w.,: -]+\))?)>(?![=(])")
_LITERAL_NAMES: Final = "none nil null unknown unset empty pending missing invalid anonymous br"
_LITERAL: Final = frozenset(_LITERAL_NAMES.split())
"""What programs print in angle brackets: `docker images | grep '<none>'` is meant as it stands."""
_BRACES: Final = re.compile(r"\{\{-?\s*(?P<name>[A-Za-z_][\w-]*)\s*-?\}\}")
_SQUARE: Final = re.compile(
    r"(?<![\w\]\[\\$.}\"'!])\[(?P<name>[A-Za-z][A-Za-z_ -]*[A-Za-z]|[A-Za-z]+\d+)\](?![\]\[*+?{(\w])"
)
_DOLLAR: Final = re.compile(r"(?<!\\)\$(?:(?P<plain>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)(?=[}:%#/,^-]))")
_HERE: Final = re.compile(r"<<-?[ \t]*(['\"]?)(\w+)\1[^\n]*\n.*?\n[ \t]*\2(?=\n|$)", re.DOTALL)
_TYPE_BEFORE: Final = re.compile(r"(?<![\w.])[A-Z]\w*[a-z]\w*\Z")
_LONGEST_TYPE: Final = 40


@dataclass(frozen=True, slots=True)
class Mark:
    """One place to be filled in: where it stands (character offsets), its text, and the input it asks for."""

    begin: int
    end: int
    text: str
    name: str
    optional: bool = False
    variable: bool = False


def canonical(name: str, declared: Collection[str]) -> str | None:
    """The declared input that `name` means: case, dashes and blanks do not matter."""
    if name in declared or not declared:
        return name if declared else None
    plain = _plain(name)
    return next((known for known in declared if _plain(known) == plain), None)


def _plain(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip()).casefold()


def marks(script: str, declared: Collection[str] = ()) -> list[Mark]:
    """All places in `script`, in order, none within another."""
    return list(_marks(script, frozenset(declared)))


@lru_cache(maxsize=16)
def _marks(script: str, declared: frozenset[str]) -> tuple[Mark, ...]:
    """A block is asked about several times."""
    found: list[Mark] = []
    end = 0
    for mark in sorted(_all(script, declared), key=lambda mark: (mark.begin, -mark.end)):
        if mark.begin >= end:
            found.append(mark)
            end = mark.end
    return tuple(found)


def _all(script: str, declared: Collection[str]) -> Iterator[Mark]:
    for match in _ANGLE.finditer(script) if "<" in script else ():
        if not _is_markup(script, match["name"], *match.span()):
            yield Mark(*match.span(), match[0], canonical(match["name"], declared) or match["name"])
    for match in _BRACES.finditer(script) if declared else ():
        if name := canonical(match["name"], declared):
            yield Mark(*match.span(), match[0], name)
    here = [match.span() for match in _HERE.finditer(script)] if "<<" in script and "[" in script else []
    for match in _SQUARE.finditer(script) if "[" in script else ():
        if any(begin < match.start() < end for begin, end in here):
            continue  # `[Unit]` in a file that is written is a heading of it
        yield Mark(*match.span(), match[0], canonical(match["name"], declared) or match["name"], optional=True)
    for match in _DOLLAR.finditer(script) if declared else ():
        text = match["plain"] or match["braced"]
        if name := canonical(text, declared):
            end = match.end() + (1 if match["braced"] else 0)
            yield Mark(match.start(), end, script[match.start() : end], name, variable=True)


def _is_markup(script: str, name: str, begin: int, end: int) -> bool:
    """`<title>…</title>` is markup, `Map<String>` a type, `<in>out` two redirects."""
    if name.lower() in _LITERAL:
        return True
    generic = _TYPE_BEFORE.search(script, max(0, begin - _LONGEST_TYPE), begin) is not None
    if generic or ("</" in script and f"</{name.split(maxsplit=1)[0]}>" in script):
        return True
    return "." in name and script[begin - 1 : begin] in " " and bool(re.match(r"[\w./]", script[end : end + 1]))


def blanked(script: str, declared: Collection[str] = ()) -> str:
    """`script` with each place that is not a variable turned into a plain word of the same length in bytes.

    So the shell's grammar can be asked about the rest, and offsets stay what they were.
    """
    parts: list[str] = []
    at = 0
    for mark in marks(script, declared):
        if not mark.variable and not mark.optional:
            parts += [script[at : mark.begin], "_" * len(mark.text.encode())]
            at = mark.end
    return "".join(parts) + script[at:]
