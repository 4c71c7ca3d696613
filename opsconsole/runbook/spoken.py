"""Every command line that a script speaks, by its words, also those inside other commands. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from opsconsole.runbook.inner import starts
from opsconsole.runbook.marks import blanked
from opsconsole.runbook.nested import InnerScript, InnerWords, Opens
from opsconsole.runbook.programs import is_known, known_as
from opsconsole.runbook.shell import read_script
from opsconsole.runbook.table import Judgement
from opsconsole.runbook.words import Word

_DEEPEST: Final = 8


def command_lines(script: str, depth: int = 0) -> Iterator[Sequence[Word]]:
    """The words of each simple command; where the script does not parse, also its bare words."""
    source = blanked(script)
    read = read_script(source)
    if read.faults:
        yield [Word(word) for word in re.findall(r"[^\s'\"`;|&()<>]+", script)]
    for simple in read.simples:
        yield from _lines(simple.words, simple.stdin, simple.fed, depth)


def _lines(words: Sequence[Word], stdin: str | None, fed: bool, depth: int) -> Iterator[Sequence[Word]]:
    """A command line as it stands, and what it starts. Words that are printed or searched for are nobody's command."""
    if not words:
        return
    name = known_as(words[0].text)[0] if words[0].text is not None else ""
    if name in ("echo", "printf", "grep", "egrep", "fgrep", "rg", "git"):
        yield [word if " " not in word.template else Word("_") for word in words]
    elif name and is_known(name):
        yield [Word(w.template.replace(" ", "\u00a0"), w.splits) for w in words]
    else:
        yield words
    if depth >= _DEEPEST or not name:
        return
    for inner in starts(name, words, stdin, fed)[1]:
        if isinstance(inner, InnerWords):
            yield from _lines(inner.words, stdin, fed, depth + 1)
        elif isinstance(inner, InnerScript):
            yield from command_lines(inner.text, depth + 1)
        elif isinstance(inner, Opens) and inner.shell and stdin is not None:
            yield from command_lines(stdin, depth + 1)
        else:
            assert isinstance(inner, Opens | Judgement)
