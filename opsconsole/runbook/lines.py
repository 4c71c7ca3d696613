"""Every command line of a script, also those that other programs are given to start: `sudo`, `sh -c`, `ssh`. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from opsconsole.runbook.inner import starts
from opsconsole.runbook.nested import InnerScript, InnerWords
from opsconsole.runbook.programs import known_as
from opsconsole.runbook.shell import Simple, read_script
from opsconsole.runbook.words import Word

_DEEPEST = 4


def every_line(script: str, depth: int = 0) -> Iterator[tuple[str, list[Word]]]:
    """The program of each, as the table knows it, and its words, the program's own first."""
    for simple in read_script(script).simples:
        if simple.words:
            yield from _lines(list(simple.words), simple, depth)


def _lines(words: list[Word], simple: Simple, depth: int) -> Iterator[tuple[str, list[Word]]]:
    program = words[0].text
    if program is None or depth > _DEEPEST:
        return
    name = known_as(program)[0]
    yield name, words
    for inner in starts(name, words, simple.stdin, simple.fed)[1]:
        if isinstance(inner, InnerWords) and inner.words:
            yield from _lines(list(inner.words), simple, depth + 1)
        if isinstance(inner, InnerScript):
            yield from every_line(inner.text, depth + 1)
