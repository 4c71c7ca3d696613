"""Which blocks are run and which are only shown. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from opsconsole.runbook.marks import blanked
from opsconsole.runbook.plausible import could_begin, plausible
from opsconsole.runbook.programs import is_known, known_as
from opsconsole.runbook.sessions import CONSOLE, Session, prompted, talks_to_another, without_output, without_tables
from opsconsole.runbook.shell import parse_tree
from opsconsole.runbook.table import programs

if TYPE_CHECKING:
    from tree_sitter import Node

SHELLS: Final = frozenset({"bash", "sh", "shell", "zsh"}) | CONSOLE
_STATEMENT_NAMES: Final = (
    "command pipeline list redirected_statement variable_assignment declaration_command negated_command comment "
    "if_statement for_statement while_statement compound_statement subshell"
)
_STATEMENTS: Final = frozenset(_STATEMENT_NAMES.split())
_SURELY: Final = re.compile(r"(?:^|\s)(?:-{1,2}[A-Za-z]|[./~$]\S)|[|;]|\$\(|&&")
_DRAWN: Final = re.compile(r"[\u2190-\u21ff\u2500-\u257f\u25b2-\u25c4]")
"""Arrows and lines: a tree or a diagram."""
_KEY: Final = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*[A-Za-z][\w.-]*:(?:[ \n]|$)")
"""A block that begins as YAML does: no program has such a name."""
_QUICK: Final = re.compile(r"[\w./:@%+,=*?'\"|~ \n-]*")
_ASSIGNMENT: Final = re.compile(r"\w+=")
_SENTENCE: Final = re.compile(r"^[a-z]+ [a-z]+ .*[a-z][.:!?]$")
_RARELY: Final = frozenset(
    {"time", "test", "file", "at", "who", "w", "yes", "wait", "type", "set", "read", "more", "host"}
)


def to_run(lang: str, text: str, interpreter: str | None) -> Session | None:
    """What of a block is a command, or None where it is only shown.

    It is one by its tag, by an interpreter that is named for it, or plainly by its text.
    """
    tag = lang.lower()
    if tag in SHELLS:
        session = _in_console(text) if tag in CONSOLE else _in_shell(text)
    elif interpreter is not None:
        session = Session(text) if tag != "text" else None
    else:
        session = _untagged(text) if tag == "" else None
    return session if session is not None and session.text.strip() else None


def _in_shell(text: str) -> Session | None:
    return None if talks_to_another(text) or _KEY.match(text) else prompted(text) or without_tables(text)


def _in_console(text: str) -> Session | None:
    """With a prompt it is a session. Without one, its lines are commands where they could be by their looks."""
    found = prompted(text, console=True)
    if found is not None or talks_to_another(text):
        return found
    whole = without_tables(text)
    return whole if _could_be_commands(whole.text) else _leading(text)


def _untagged(text: str) -> Session | None:
    found = prompted(text)
    if found is not None or talks_to_another(text):
        return found
    whole = without_tables(text)
    return whole if plainly_a_command(whole.text) else _leading(text)


def _leading(text: str) -> Session | None:
    """Commands with what they print under them, without a prompt."""
    session = without_output(text) if not _DRAWN.search(text) else None
    return session if session is not None and plainly_a_command(session.text) else None


def only_comments(script: str) -> bool:
    """Whether a script has nothing that could run."""
    return all(not line or line.startswith("#") for line in map(str.strip, script.split("\n")))


def plainly_a_command(text: str) -> bool:
    """Whether a text can only be meant for a shell: it parses, and each line begins with a known program."""
    if not text.strip() or len(text) > 4000:
        return False
    bare = blanked(text)
    if _QUICK.fullmatch(bare) and all(map(_plain_pipeline, bare.split("\n"))):
        return True
    root = parse_tree(bare).root_node
    if root.has_error:
        return False
    firsts = list(_programs(root))
    return bool(firsts) and all(_command(words) for words in firsts)


def _plain_pipeline(line: str) -> bool:
    """Whether a line is a command, or several with `|` between them, whatever the grammar says: that takes long."""
    if line.count("'") % 2 or line.count('"') % 2:
        return False
    parts = [part.split() for part in line.split("|")]
    return all(words and not _ASSIGNMENT.match(words[0]) and _command(words) for words in parts)


def _could_be_commands(text: str) -> bool:
    root = parse_tree(blanked(text)).root_node
    firsts = [words for words in _programs(root) if words not in ([], ["?"])]
    if root.has_error or any(not could_begin(words[0]) or words[1:2] == ["="] for words in firsts):
        return False
    return len(firsts) < 2 or plausible(firsts[0][0]) or not firsts[0][0].isidentifier()


def _programs(root: Node) -> Iterator[list[str]]:
    """The words of each command at the top; a statement that no script has ends it with a word nobody knows."""
    stack = [child for child in root.children if child.is_named]
    while stack:
        node = stack.pop(0)
        if node.type not in _STATEMENTS:
            yield ["?"]
        elif node.type == "declaration_command":
            yield [(node.children[0].text or b"").decode()]
        elif node.type == "command":
            yield [(child.text or b"").decode(errors="replace") for child in node.children if child.is_named]
        elif node.type in ("pipeline", "list", "redirected_statement", "negated_command"):
            stack = [child for child in node.children if child.is_named and not child.type.endswith("redirect")] + stack


def _command(words: list[str]) -> bool:
    words = [word for word in words if not _ASSIGNMENT.match(word)]
    if not words:
        return True
    name = known_as(words[0])[0]
    line = " ".join(words[1:])
    if words[0].endswith("/") or (_SENTENCE.search(line) and not _SURELY.search(line)):
        return False
    if not is_known(name):
        return plausible(words[0]) and not line.startswith(("'", '"'))
    entry = programs().get(name)
    if entry is not None and entry.subcommands:
        return len(words) == 1 or (bool(re.match(r"[-\w./$\"'<]", words[1])) and _a_subcommand(name, words))
    if name in _RARELY:
        return bool(_SURELY.search(line))
    return not re.match(r"[A-Z][a-z]+ [a-z]+", line)


def _a_subcommand(name: str, words: list[str]) -> bool:
    first = _subcommands(name)
    return any(word in first or word.startswith("-") for word in words[1:])


@lru_cache(maxsize=256)
def _subcommands(name: str) -> frozenset[str]:
    return frozenset(row.path[0] for row in programs()[name].rows if row.path)
