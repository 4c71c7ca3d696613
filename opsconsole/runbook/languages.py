"""Small languages that stand inside a command line: what an awk or a sed program, or a Redis command, can do."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import Final

from opsconsole.model.runbook import Risk
from opsconsole.runbook.table import Judgement, judge_line, programs
from opsconsole.runbook.words import HIDDEN, Word

_READS: Final = Judgement(Risk.READ, "only prints")
_AWK_TEXTS: Final = re.compile(r'"(?:[^"\\]|\\.)*"|#[^\n]*')
_AWK_REGEX: Final = re.compile(r"(?<=[~(,!&|;{])\s*/(?:[^/\\\n]|\\.)*/|^\s*/(?:[^/\\\n]|\\.)*/", re.MULTILINE)
_SED_HARMLESS: Final = re.compile(r"[pdqQnNgGhHxD=lPz]|[qQ]\s*\d+")


def judge_awk(program: str) -> Judgement:
    """An awk program writes by `>` behind `print`, and runs by a pipe, by `system`, or by gawk's `@`."""
    if HIDDEN in program:
        return Judgement(Risk.UNKNOWN, "a part of the program is hidden")
    bare = _AWK_REGEX.sub(" 0 ", _AWK_TEXTS.sub('""', program))
    if re.search(r"\bsystem\b|@|\bgetline\b", bare):
        return Judgement(Risk.CHANGE, "the program may run commands")
    if re.search(r"(?<!\|)\|(?!\|)", bare):
        return Judgement(Risk.CHANGE, "the program runs a command")
    if re.search(r"\bprintf?\b[^;}\n]*>", bare):
        return Judgement(Risk.CHANGE, "the program writes a file")
    return _READS


def judge_sed(program: str) -> Judgement:
    """A sed program: commands whose effect is only on the output are a look, `w` and `e` are not."""
    rest = program.strip()
    if HIDDEN in rest:
        return Judgement(Risk.UNKNOWN, "a part of the program is hidden")
    while rest:
        rest = rest.lstrip(" \t\n;}{")
        if not rest or rest.startswith("#"):
            rest = rest.partition("\n")[2]
            continue
        after = _after_address(rest)
        if after is None:
            return Judgement(Risk.UNKNOWN, "the program is not understood")
        step = _sed_command(after)
        if isinstance(step, Judgement):
            return step
        rest = step
    return _READS


def _after_address(rest: str) -> str | None:
    """What follows the lines that a command is for."""
    address = r"(?:\d+(?:~\d+)?|\$|/(?:[^/\\]|\\.)*/[IM]*|\\(.)(?:(?!\1).)*\1[IM]*)"
    match = re.match(
        rf"(?:{address}(?:\s*,\s*(?:{address.replace(chr(92) + '1', chr(92) + '2')}|[+~]\d+))?)?\s*!?\s*", rest
    )
    return rest[match.end() :] if match else None


def _sed_command(text: str) -> str | Judgement:
    """The text after one command, or why it is no look."""
    first = text[:1]
    if first in ("w", "W", "e"):
        return Judgement(Risk.CHANGE, "runs a command" if first == "e" else "writes a file")
    if first and first in "sy":
        return _substitution(text)
    if not first or first in "};{\n":
        return text[1:]
    if first in "aic":
        return text[_sed_text_end(text) :]
    match = re.match(r"[bt:][^;\n}]*", text) or _SED_HARMLESS.match(text)
    return text[match.end() :] if match else Judgement(Risk.UNKNOWN, "the program is not understood")


def _sed_text_end(text: str) -> int:
    """Where the text of an `a`, `i` or `c` ends: at the first line break without a backslash."""
    found = re.search(r"(?<!\\)\n", text)
    return found.end() if found else len(text)


def _substitution(text: str) -> str | Judgement:
    """`s` and `y` with any separator; the flags `w` and `e` of `s` write and run."""
    if len(text) < 2:
        return Judgement(Risk.UNKNOWN, "the program is not understood")
    sign = re.escape(text[1])
    match = re.match(
        rf".{sign}((?:[^{sign}\\]|\\.|\[[^\]]*\])*){sign}((?:[^{sign}\\]|\\.)*){sign}([^;\n}}]*)", text, re.DOTALL
    )
    if not match:
        return Judgement(Risk.UNKNOWN, "the program is not understood")
    if text[0] == "s" and re.search("[we]", match[3], re.IGNORECASE):
        return Judgement(Risk.CHANGE, "writes a file" if "w" in match[3] else "runs what comes out")
    return text[match.end() :]


def judge_redis(words: Sequence[Word]) -> Judgement:
    """A Redis command by its first words, in any case."""
    upper = [Word(word.template.upper(), word.splits) if n < 2 else word for n, word in enumerate(words)]
    if upper[0].text is None:
        return Judgement(Risk.UNKNOWN, "the command is hidden")
    tail = [Word(word.template.upper(), word.splits) for word in words[2:]]
    return judge_line(programs()["redis"], [Word("redis"), *upper, *tail])


def judge_redis_lines(text: str) -> list[Judgement]:
    """Redis commands as they are fed to `redis-cli`, one a line."""
    found = []
    for line in text.splitlines():
        try:
            words = shlex.split(line)
        except ValueError:
            words = line.split()
        if words and not words[0].startswith("#"):
            found.append(judge_redis([Word(word) for word in words]))
    return found
