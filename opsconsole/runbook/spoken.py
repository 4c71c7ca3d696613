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
from opsconsole.runbook.words import Word

_DEEPEST: Final = 8
_TEXT: Final = "a text"
_TELLING: Final = frozenset(
    {"echo", "printf", "grep", "egrep", "fgrep", "rg", "zgrep", "pgrep", "pidof", "which", "whereis", "type", "man"}
)
"""Programs whose words are only printed or searched for."""
_AS_MODULE: Final = "python -m "
"""Begins our own name for what a Python was told to run: the words that were spoken are in the line around it."""


def command_lines(script: str) -> Iterator[Sequence[Word]]:
    """The words of each simple command, those that it starts inside itself too.

    Where a part cannot be read (no syntax, a script in a variable, a shell that is fed by a pipe), all bare words of
    the script come as one more line: what is said there may be what is run.
    """
    speaker = _Speaker()
    yield from speaker.script(script, 0)
    if speaker.riddle:
        yield [Word(word) for word in bare_words(script.replace("\\\n", ""))]


def bare_words(text: str) -> list[str]:
    """All that could be a word in `text`, whatever quotes and signs stand around it."""
    return re.findall(r"[^\s'\"`;|&()<>\\]+", text)


class _Speaker:
    """Goes through a script and what is inside it; `riddle` is true once something could not be read."""

    def __init__(self) -> None:
        self.riddle = False

    def script(self, script: str, depth: int) -> Iterator[Sequence[Word]]:
        read = read_script(blanked(script))
        self.riddle = self.riddle or bool(read.faults) or depth > _DEEPEST
        for simple in read.simples:
            if simple.words and depth <= _DEEPEST:
                yield from self.line(simple.words, simple.stdin, simple.fed, depth)

    def line(self, words: Sequence[Word], stdin: str | None, fed: bool, depth: int) -> Iterator[Sequence[Word]]:
        """A command line as it stands, and what it starts."""
        if not words:
            return
        program = words[0].text
        if program is None:
            self.riddle = True
            yield words
            return
        name = known_as(program)[0]
        self.riddle = self.riddle or (stdin is not None and not is_known(name))
        if not program.startswith(_AS_MODULE):
            yield _own_words(name, words)
        for inner in starts(name, words, stdin, fed)[1]:
            if isinstance(inner, InnerWords):
                yield from self.line(inner.words, stdin, fed, depth)
            elif isinstance(inner, InnerScript):
                self.riddle = self.riddle or inner.pasted
                yield from self.script(inner.text, depth + 1)
            elif isinstance(inner, Opens) and inner.shell and stdin is not None:
                yield from self.script(stdin, depth + 1)
            elif isinstance(inner, Opens):
                self.riddle = self.riddle or (fed and stdin is None)


def _own_words(name: str, words: Sequence[Word]) -> Sequence[Word]:
    """Text that a known program prints, searches or sends is nobody's command; what it runs is found elsewhere."""
    if name in _TELLING:
        return words[:1]
    return (
        [word if " " not in word.template else Word(_TEXT, word.splits) for word in words] if is_known(name) else words
    )
