"""The rules that refuse a command: forbidden by the stack, or more than a look where only looking is allowed. Pure.

It stands where commands start: it is asked about the very text that is about to run, edited or not.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterator, Sequence

from opsconsole.model.runbook import Risk
from opsconsole.model.stack import Forbidden
from opsconsole.model.text import one_line
from opsconsole.runbook.risk import assess
from opsconsole.runbook.shell import in_ascii
from opsconsole.runbook.spoken import bare_words, command_lines
from opsconsole.runbook.words import Word


def digest(text: str) -> str:
    """What identifies the text of a command that was shown (SHA-256, hex)."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


class Guard:
    """Refuses what `forbidden` names and, with `read_only`, everything that may be more than a look."""

    def __init__(self, forbidden: tuple[Forbidden, ...] = (), read_only: bool = False) -> None:
        self.forbidden = forbidden
        self.read_only = read_only

    def refuse(
        self, script: str, shown_digest: str | None = None, *, declared_read: bool = False, overridden: bool = False
    ) -> str | None:
        """The reason, in one line, why `script` must not run, or None.

        `shown_digest` is that of the text that was shown to the operator. `declared_read` says that the author of
        the step vouches for it being a look, which is believed only of what nobody knows better. `overridden` says
        that the operator breaks what the stack forbids, for this very text and with a reason on record; read-only
        mode holds all the same.
        """
        if shown_digest is not None and digest(script) != shown_digest:
            return "the text is not the one that was shown"
        if self.read_only and (reason := self._more_than_a_look(script, declared_read)):
            return reason
        return None if overridden else self.forbids(script)

    def forbids(self, script: str) -> str | None:
        """The first rule of the stack that `script` breaks, in one line, or None."""
        lines = list(command_lines(script)) if self.forbidden else []
        for rule in self.forbidden:
            if any(_matches(rule, line) for line in lines):
                return f"forbidden here ({' '.join(rule.words)}): {one_line(rule.because)}"
        return None

    @staticmethod
    def _more_than_a_look(script: str, declared_read: bool) -> str | None:
        for command in assess(script):
            if command.risk.changes and not (declared_read and command.risk is Risk.UNKNOWN):
                word = "may change something" if command.risk is Risk.UNKNOWN else f"is a {command.risk.word}"
                return f"read-only: {one_line(command.text, 60)} {word} ({command.why})"
        return None


def _matches(rule: Forbidden, line: Sequence[Word]) -> bool:
    """Whether all words of the rule are in the line, or may be: a hidden word may stand for one of several."""
    words = [in_ascii(word).decode() for word in rule.words]  # as the shell's grammar was shown the script
    missing = [word for word in words if not any(_is(word, given) for given in line)]
    hidden = sum(given.text is None for given in line)
    if len(missing) > (hidden if len(missing) < len(words) else 0):
        return False
    return not (rule.unless and all(any(word == given.text for given in line) for word in rule.unless))


def _is(word: str, given: Word) -> bool:
    text = given.text
    if text is None:
        return False
    return word in (text, posixpath.basename(text)) or (not word.startswith("-") and word in _parts(text))


def _parts(text: str) -> Iterator[str]:
    """A word that is itself made of words, such as a line given to a program that may run it."""
    return iter(bare_words(text)) if " " in text.strip() and len(text) < 2000 else iter(())
