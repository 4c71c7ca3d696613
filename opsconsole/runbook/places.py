"""In which surroundings a place to be filled in stands: what a value has to withstand there. Pure."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from opsconsole.runbook.nested import SHELLS
from opsconsole.runbook.shell import parse_tree

if TYPE_CHECKING:
    from tree_sitter import Node

Quotes = Literal["none", "double", "single", "here", "unsure"]

_READ_AGAIN_NAMES: Final = (
    "eval ssh su runuser watch parallel xargs flock psql mysql mariadb sqlite3 redis-cli valkey-cli mongosh awk "
    "gawk mawk sed perl python python3 ruby node php jq yq find trap env at batch sqlcmd"
)
_READ_AGAIN: Final = SHELLS | frozenset(_READ_AGAIN_NAMES.split())
"""Programs that read a word again, in a language of their own."""
_QUOTES: Final[dict[str, Quotes]] = {
    "raw_string": "single",
    "ansi_c_string": "single",
    "string": "double",
    "translated_string": "double",
    "heredoc_body": "here",
    "herestring_redirect": "here",
    "comment": "unsure",
    "ERROR": "unsure",
    "arithmetic_expansion": "unsure",
}


@dataclass(frozen=True, slots=True)
class Place:
    """`quotes` around it; `again` is true where what stands there is read once more by another language."""

    quotes: Quotes
    again: bool
    begins_word: bool = False


def places(source: str, spans: list[tuple[int, int]]) -> list[Place]:
    """The place of each span (character offsets) of `source`, in which placeholders are already blanked."""
    root = parse_tree(source).root_node
    found = []
    for begin, end in spans:
        first, last = len(source[:begin].encode()), len(source[:end].encode())
        found.append(_place(root, first, last, source[:begin]))
    return found


def _place(root: Node, begin: int, end: int, before: str) -> Place:
    node = root.descendant_for_byte_range(begin, end)
    quotes: Quotes = "unsure" if root.has_error else "none"
    again = False
    while node is not None:
        kind = _QUOTES.get(node.type)
        if kind is not None and quotes == "none":
            quotes = kind
        elif kind is not None and quotes != kind:
            quotes = "unsure"  # quotes in a substitution in quotes
        if node.type in ("command", "redirected_statement", "pipeline"):
            again = again or _reads_again(node)
        node = node.parent
    return Place(quotes, again, begins_word=not before or before[-1].isspace())


def _reads_again(node: Node) -> bool:
    stack = list(node.children)
    while stack:
        here = stack.pop()
        if here.type in ("word", "command_name"):
            if posixpath.basename((here.text or b"").decode(errors="replace")) in _READ_AGAIN:
                return True
        elif here.type in ("command", "pipeline", "redirected_statement", "list", "heredoc_redirect", "concatenation"):
            stack.extend(here.children)
    return False
