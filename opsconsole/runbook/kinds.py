"""Which blocks are run and which are only shown. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from opsconsole.runbook.marks import blanked
from opsconsole.runbook.programs import is_known, known_as
from opsconsole.runbook.sessions import CONSOLE, read_session
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
_RARELY: Final = frozenset(
    {"time", "test", "file", "at", "who", "w", "yes", "wait", "type", "set", "read", "more", "host"}
)


def runs(lang: str, text: str, interpreter: str | None) -> bool:
    """Whether a block is a command: by its tag, by an interpreter that is named for it, or plainly by its text."""
    tag = lang.lower()
    if tag in SHELLS:
        return bool(text.strip())
    if interpreter is not None:
        return bool(text.strip()) and tag != "text"
    return tag == "" and plainly_a_command(text)


def only_comments(script: str) -> bool:
    """Whether a script has nothing that could run."""
    return all(not line or line.startswith("#") for line in map(str.strip, script.split("\n")))


def plainly_a_command(text: str) -> bool:
    """Whether an untagged block can only be meant for a shell: it parses, and each line begins with a known program."""
    if read_session(text, "") is not None:
        return True
    if not text.strip() or len(text) > 4000:
        return False
    root = parse_tree(blanked(text)).root_node
    if root.has_error:
        return False
    firsts = list(_programs(root))
    return bool(firsts) and all(_command(words) for words in firsts)


def _programs(root: Node) -> Iterator[list[str]]:
    """The words of each command at the top; a statement that no script has ends it with a word nobody knows."""
    stack = [child for child in root.children if child.is_named]
    while stack:
        node = stack.pop(0)
        if node.type not in _STATEMENTS:
            yield ["?"]
        elif node.type == "command":
            yield [(child.text or b"").decode(errors="replace") for child in node.children if child.is_named]
        elif node.type in ("pipeline", "list", "redirected_statement", "negated_command"):
            stack = [child for child in node.children if child.is_named and not child.type.endswith("redirect")] + stack


def _command(words: list[str]) -> bool:
    words = [word for word in words if not re.match(r"\w+=", word)]
    if not words:
        return True
    name = known_as(words[0])[0]
    if not is_known(name):
        return False
    entry = programs().get(name)
    if entry is not None and entry.subcommands:
        return len(words) == 1 or (bool(re.match(r"[-\w./$\"'<]", words[1])) and _a_subcommand(name, words))
    line = " ".join(words[1:])
    if name in _RARELY:
        return bool(_SURELY.search(line))
    return not re.match(r"[A-Z][a-z]+ [a-z]+", line)


def _a_subcommand(name: str, words: list[str]) -> bool:
    entry = programs()[name]
    first = {row.path[0] for row in entry.rows if row.path}
    return any(word in first for word in words[1:]) or any(word.startswith("-") for word in words[1:])
