"""Code that the shell runs and the grammar does not see: it must not pass for text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node


def hides_code(node: Node) -> bool:
    """Whether the shell may run something in `node` that the grammar takes for mere text.

    It sees no backticks in here-documents, few substitutions in `${…}`, and `${x@P}` runs what the value of `x` says.
    """
    text = node.text or b""
    return any(sign in text for sign in (b"`", b"${")) and _hides(node)


def _hides(node: Node) -> bool:
    text = node.text or b""
    if node.type == "expansion":
        unseen = text.count(b"$(") > _substitutions(node)
        return unseen or any(sign in text for sign in (b"`", b"<(", b">(", b"@P")) or _in_children(node)
    if node.type == "heredoc_redirect" and b"`" in text:
        start = next((child.text or b"" for child in node.children if child.type == "heredoc_start"), b"")
        body = next((child.text or b"" for child in node.children if child.type == "heredoc_body"), b"")
        return (b"`" in body and not any(sign in start for sign in (b"'", b'"', b"\\"))) or _in_children(node)
    return _in_children(node)


def _in_children(node: Node) -> bool:
    return any(_hides(child) for child in node.children)


def _substitutions(node: Node) -> int:
    """How many of the `$(` in `node` the grammar has seen; what is in them is judged on its own."""
    own = node.type in ("command_substitution", "arithmetic_expansion") and (node.text or b"").startswith(b"$(")
    return own + sum(_substitutions(child) for child in node.children)
