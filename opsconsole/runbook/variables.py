"""Which variables of a script hold a text that is known before it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tree_sitter import Node

_PLAIN: Final = frozenset({"word", "number", "raw_string"})
_NAMING: Final = frozenset(
    {"for_statement", "unset_command", "postfix_expression", "unary_expression", "binary_expression"}
)
_SETTERS: Final = frozenset({b"read", b"mapfile", b"readarray", b"printf", b"getopts", b"let"})
_ANYTHING: Final = frozenset({b"eval", b"source", b"."})


def settled(root: Node) -> dict[int, Mapping[str, str]]:
    """From each top-level node (by id) on: the variables that were assigned once, plainly and for certain before it.

    One that anything else in the script may set is left out: taking the wrong text for its value would be worse
    than not knowing it.
    """
    plain: dict[str, tuple[int, str]] = {}
    for number, node in enumerate(root.children):
        for name, value in _assignments(node):
            plain.setdefault(name, (number, value))
    if not plain:
        return {}
    counts = dict.fromkeys(plain, 0)
    for changed in _set_anywhere(root):
        if changed is None:
            return {}
        if changed in counts:
            counts[changed] += 1
    sure = {name: at for name, at in plain.items() if counts[name] == 1}
    return {
        node.id: {name: value for name, (at, value) in sure.items() if at < number}
        for number, node in enumerate(root.children)
    }


def _assignments(node: Node) -> Iterator[tuple[str, str]]:
    """Name and text of plain assignments that `node`, a top-level one, makes."""
    several = node.type in ("declaration_command", "variable_assignments")
    for part in node.children if several else [node]:
        if part.type != "variable_assignment" or len(part.children) != 3:
            continue
        name, sign, value = part.children
        source = (value.text or b"").decode(errors="replace")
        if name.type != "variable_name" or sign.text != b"=":
            continue
        if value.type == "string" and not any(c in source for c in "$`\\"):
            yield (name.text or b"").decode(), source[1:-1]
        elif value.type in _PLAIN and "\\" not in source and not source.startswith("~"):
            yield (name.text or b"").decode(), source[1:-1] if value.type == "raw_string" else source


def _set_anywhere(node: Node) -> Iterator[str | None]:
    """Every name that something in the tree may set, once for each place; None where it may be any name."""
    stack = [node]
    while stack:
        here = stack.pop()
        stack.extend(here.children)
        kind = here.type
        if kind == "variable_assignment" and here.children:
            yield (here.children[0].text or b"").decode(errors="replace").split("[")[0]
        elif kind in _NAMING or (kind == "expansion" and b"=" in (here.text or b"")):
            yield from _names_in(here)
        elif kind == "command" and here.children:
            first = here.children[0].text or b""
            if first in _ANYTHING or b"$" in first:
                yield None if first in _ANYTHING else "\0"
            elif first.lstrip(b"\\") in _SETTERS or first in (b"builtin", b"command"):
                yield from ((word.text or b"").decode(errors="replace") for word in here.children[1:])


def _names_in(node: Node) -> Iterator[str]:
    """Names that stand directly in `node`; in a comparison they are only read, which costs no more than a value."""
    for child in node.children:
        if child.type in ("variable_name", "word"):
            yield (child.text or b"").decode(errors="replace")
