"""A block of shell taken apart into the commands that an operator is offered one by one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from opsconsole.runbook.shell import Top, top_level

_CONDITION: Final = re.compile(
    r"^\W*(?:\d+[.)]\s*)?(?:and |or |otherwise,? )?(?:only |but )?(?:if|when|in case|unless|should|optional(?:ly)?|"
    r"если|когда|только если|при необходимости|в случае|опционально)\b|\b(?:only if|if needed|if necessary|"
    r"only when|если нужно|при необходимости|только если)\b|(?:,| )(?:if|если) (?!.*\bcheck\b)",
    re.IGNORECASE,
)
_WHOLE: Final = frozenset({"function_definition"})
_WHOLE_COMMANDS: Final = frozenset({"alias", "trap", "shopt", "set"})


@dataclass(frozen=True, slots=True)
class Piece:
    """One command at the top of a block: its text, its bytes in the source, the comment over it."""

    text: str
    begin: int
    end: int
    caption: str = ""
    conditional: bool = False


def split_commands(script: str, source: str) -> Iterator[Piece]:
    """The pieces of `script`; `source` is the same with placeholders blanked, byte for byte as long.

    A block that defines a function or an alias, or sets options, is one piece: its parts do not stand alone.
    """
    nodes = [node for node in top_level(source) if node.kind != "heredoc_body"]
    written = script.encode(errors="replace")
    if not any(_belongs_together(node) for node in nodes):
        yield from _one_by_one(written, nodes)
        return
    first = next((number for number, node in enumerate(nodes) if node.kind != "comment"), None)
    if first is not None:
        yield _piece(written, nodes[first].begin, len(written), _comments(written, nodes[:first]))


def _belongs_together(node: Top) -> bool:
    return node.kind in _WHOLE or node.broken or node.first in _WHOLE_COMMANDS


def _one_by_one(script: bytes, nodes: list[Top]) -> Iterator[Piece]:
    comments: list[Top] = []
    row = -1
    for number, node in enumerate(nodes):
        if node.kind == "comment":
            if node.row == row and number and nodes[number - 1].kind != "comment":
                continue  # stands behind a command on its line, and was taken with that
            if comments and (node.row != comments[-1].last_row + 1 or row > comments[-1].last_row):
                comments = []
            comments.append(node)
            continue
        if comments and node.row > max(row, comments[-1].last_row) + 1:
            comments = []  # a blank line ends what a comment is about
        behind = nodes[number + 1] if number + 1 < len(nodes) else None
        trailing = behind is not None and behind.kind == "comment" and behind.row == node.last_row
        about = comments if comments or not trailing or behind is None else [behind]
        background = script[node.end : node.end + 2].lstrip()[:1] == b"&"
        yield _piece(script, node.begin, node.end, _comments(script, about), " &" if background else "")
        row = node.last_row


def _piece(script: bytes, begin: int, end: int, caption: str, more: str = "") -> Piece:
    text = script[begin:end].decode(errors="replace").strip() + more
    return Piece(text, begin, end, caption, bool(caption and _CONDITION.search(caption)))


def _comments(script: bytes, nodes: list[Top]) -> str:
    lines = (script[n.begin : n.end].decode(errors="replace") for n in nodes if n.kind == "comment")
    return " ".join(text for line in lines if (text := line.lstrip("#").strip()))
