"""What a script leaves to the shell that it was pasted into: where it goes, and which variables it may set. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from opsconsole.runbook.shell import parse_tree

if TYPE_CHECKING:
    from tree_sitter import Node

_APART: Final = frozenset(
    {"subshell", "command_substitution", "process_substitution", "function_definition", "pipeline"}
    | {"heredoc_body", "heredoc_redirect", "comment"}
)
"""What stands in these runs in a shell of its own, or not now."""
_MOVERS: Final = frozenset({b"cd", b"pushd", b"popd"})
_READERS: Final = frozenset({b"read", b"mapfile", b"readarray"})
_SETTERS: Final = _READERS | {b"printf", b"getopts", b"let"}
_ANYTHING: Final = frozenset({b"eval", b"source", b"."})
_PREFIXES: Final = frozenset({b"builtin", b"command"})
_NAME: Final = re.compile(rb"[A-Za-z_]\w*")
_SUBSTITUTIONS: Final = frozenset({"command_substitution"})


@dataclass(frozen=True, slots=True)
class Leaves:
    """`moves`: it may change the folder. `names` are the variables that it may set or take away.

    `substituted` are those of them whose value comes from what another command prints, `typed` those that are read in
    (from somebody's keys, perhaps). `everything`: it reads another script (`source .env`), which may set any variable.
    """

    moves: bool = False
    names: tuple[str, ...] = ()
    substituted: tuple[str, ...] = ()
    typed: tuple[str, ...] = ()
    everything: bool = False


def leaves(script: str) -> Leaves:
    """What `script` may leave, by its syntax tree; what runs in a subshell, a pipe or the background leaves nothing."""
    moves = everything = False
    names: dict[str, None] = {}
    substituted: dict[str, None] = {}
    typed: dict[str, None] = {}
    for node in _in_this_shell(parse_tree(script).root_node):
        if node.type == "variable_assignment" and node.children:
            name = _name_of(node.children[0])
            names[name] = None
            if any(_substitutes(child) for child in node.children[1:]):
                substituted[name] = None
        elif node.type in ("declaration_command", "unset_command"):
            names |= dict.fromkeys(_name_of(child) for child in node.children if child.type == "variable_name")
        elif node.type == "command":
            words = [child.text or b"" for child in node.children if child.type != "variable_assignment"]
            while words and words[0] in _PREFIXES:
                del words[0]
            first = words[0] if words else b""
            moves = moves or first in _MOVERS
            everything = everything or first in _ANYTHING
            if first in _SETTERS:
                found = dict.fromkeys(word.decode() for word in words[1:] if _NAME.fullmatch(word))
                names |= found
                typed |= found if first in _READERS else {}
    return Leaves(moves or everything, tuple(names), tuple(substituted), tuple(typed), everything)


def _in_this_shell(root: Node) -> Iterator[Node]:
    stack = [root]
    while stack:
        here = stack.pop()
        yield here
        if here.type == "command":
            continue  # what is assigned before a command holds for that command alone
        children = here.children
        stack.extend(
            child
            for number, child in reversed(list(enumerate(children)))
            if child.type not in _APART and not _in_background(children, number)
        )


def _in_background(children: list[Node], number: int) -> bool:
    return number + 1 < len(children) and children[number + 1].type == "&"


def _name_of(node: Node) -> str:
    text = node.text or b""
    return text.split(b"[")[0].decode(errors="replace")


def _substitutes(node: Node) -> bool:
    stack = [node]
    while stack:
        here = stack.pop()
        if here.type in _SUBSTITUTIONS:
            return True
        stack.extend(here.children)
    return False


def mentions(text: str, name: str) -> bool:
    """Whether a command uses a variable: `$NAME`, `${NAME…}`."""
    return re.search(rf"\$(?:{name}\b|\{{[#!]?{name}\b)", text) is not None
