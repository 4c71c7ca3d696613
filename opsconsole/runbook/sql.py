"""What SQL statements can do, by their words. A small lexer, no grammar: what it does not know is not a look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from opsconsole.model.runbook import Risk
from opsconsole.runbook.table import Entry, Judgement, programs
from opsconsole.runbook.words import HIDDEN

_TOKEN: Final = re.compile(
    r"(?P<comment>--[^\n]*|/\*.*?\*/)"
    r"|(?P<text>[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)"
    r'|(?P<name>"(?:[^"]|"")*"|`[^`]*`|\[[^\]\n]*\])'
    r"|(?P<hidden>" + re.escape(HIDDEN) + r")"
    r"|(?P<word>[A-Za-z_][\w$]*)"
    r"|(?P<end>;|\\g\w*)"
    r"|(?P<sign>\S)",
    re.DOTALL,
)
_NO_CALL_NAMES: Final = (
    "in and or not as on over filter values using from where select union all distinct any some exists by having "
    "limit offset with case when then else end between like ilike is join within group lateral array row interval "
    "cast explain into copy to primary key references check unique default"
)
_NO_CALLS: Final = frozenset(_NO_CALL_NAMES.split())


def judge_sql(text: str) -> Judgement:
    """The worst that the statements in `text` can do."""
    worst = Judgement(Risk.READ, "reads nothing")
    meta, rest = _without_meta(text)
    for judgement in (*map(_meta, meta), *map(_statement, _statements(rest))):
        if judgement.risk > worst.risk or worst.why == "reads nothing":
            worst = judgement
    return worst


def statements(text: str) -> int:
    """How many statements there are in `text`."""
    return sum(1 for _ in _statements(text))


def _without_meta(text: str) -> tuple[list[str], str]:
    """The lines that begin with a backslash or a dot are the client's own commands."""
    lines = text.split("\n")
    meta = [line.strip() for line in lines if re.match(r"\s*[\\.][\w!?.+]", line)]
    return meta, "\n".join(line for line in lines if line.strip() not in meta)


def _meta(line: str) -> Judgement:
    word = line.split(maxsplit=1)[0].rstrip("+S")
    entry = programs()["sql-client"]
    for row in entry.rows:
        begins = bool(row.path) and row.path[0] in ("\\d", "\\l", "\\!") and word.startswith(row.path[0])
        if begins or row.path == (word,):
            return _unless_more(Judgement(row.risk, row.why), line)
    return Judgement(Risk.UNKNOWN, f"the client's command {word} is not known here")


def _unless_more(found: Judgement, line: str) -> Judgement:
    """A second backslash on the line begins another command."""
    if found.risk is Risk.READ and ("\\" in line[1:] or "|" in line or "`" in line):
        return Judgement(Risk.UNKNOWN, "the client does more on this line")
    return found


def _statements(text: str) -> Iterator[list[tuple[str, str]]]:
    """Lists of (kind, text) tokens, one a statement, comments left out."""
    statement: list[tuple[str, str]] = []
    at = 0
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "sign"
        if kind == "tag":
            kind = "text"
        at = match.end()
        if kind == "end":
            if match[0] != ";":
                statement.append(("sign", match[0]))
            if statement:
                yield statement
            statement = []
        elif kind != "comment" or match[0].startswith("/*!"):
            statement.append((kind, match[0].lower() if kind == "word" else match[0]))
    if statement and at:
        yield statement


def _statement(tokens: list[tuple[str, str]]) -> Judgement:
    words = [text for kind, text in tokens if kind == "word"]
    if tokens[0][0] == "sign" and tokens[0][1] == "(":
        tokens = tokens[1:]
    if not tokens or tokens[0][0] != "word":
        return Judgement(Risk.UNKNOWN, "the statement is hidden")
    found = _by_words(words)
    if found.risk is not Risk.READ:
        return found
    if any(sign == "'" or sign.startswith(("\\", "/*!")) for kind, sign in tokens if kind in ("sign", "comment")):
        return Judgement(Risk.UNKNOWN, "the statement does not parse")
    if any(kind == "hidden" for kind, _ in tokens):
        return Judgement(Risk.UNKNOWN, "a part of the statement is hidden")
    return _by_calls(tokens, found)


def _by_words(words: list[str]) -> Judgement:
    """The first word says what it is; words that write say so wherever they stand."""
    entry = programs()["sql"]
    first = _first(entry, words)
    if first is None:
        return Judgement(Risk.UNKNOWN, f"the statement {words[0].upper()} is not known here")
    worst = first
    if words[0] == "copy" and (words[-2:] != ["to", "stdout"]):
        worst = Judgement(Risk.CHANGE, "copies into a table or a file")
    if first.risk is Risk.READ and words[0] == "explain" and "analyze" not in words:
        return first
    if first.risk is Risk.READ and words[0] in ("show", "describe", "desc", "use", "set") and len(words) > 1:
        return first
    begin = 1
    for at in range(begin, len(words)):
        row = next((r for r in entry.rows if r.conditions == ("@*",) and r.path == (words[at],)), None)
        if row and row.risk > worst.risk:
            worst = Judgement(row.risk, row.why)
    if words[0] == "update" and "where" not in words:
        return Judgement(Risk.DESTROY, "overwrites all rows")
    return worst


def _first(entry: Entry, words: list[str]) -> Judgement | None:
    found = None
    length = 0
    for row in entry.rows:
        if row.conditions or tuple(words[: len(row.path)]) != row.path:
            continue
        if len(row.path) > length:
            found, length = Judgement(row.risk, row.why), len(row.path)
    return found


def _by_calls(tokens: list[tuple[str, str]], found: Judgement) -> Judgement:
    """A function may do anything: only those that are known to look are taken for a look."""
    rows = {row.path[0]: row for row in programs()["sql-function"].rows if row.path}
    for (kind, text), (_, following) in zip(tokens, [*tokens[1:], ("sign", "")], strict=True):
        if following != "(" or kind not in ("word", "name"):
            continue
        name = text.strip('"`').lower()
        row = rows.get(name)
        if row is None and (kind == "name" or name not in _NO_CALLS):
            return Judgement(Risk.UNKNOWN, f"calls {name}, which is not known here")
        if row is not None and row.risk > found.risk:
            found = Judgement(row.risk, row.why)
    return found
