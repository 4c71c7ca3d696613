"""Commands whose exit code 1 means that they found nothing, which is an answer and no failure. Pure."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from opsconsole.runbook.shell import parse_tree

if TYPE_CHECKING:
    from tree_sitter import Node

_FINDERS: Final = frozenset(
    {"grep", "egrep", "fgrep", "zgrep", "bzgrep", "xzgrep", "pgrep", "rg", "ag", "ack", "pidof"}
)
_WRAPPERS: Final = frozenset(
    {"sudo", "doas", "env", "time", "timeout", "nice", "ionice", "command", "git", "docker", "docker-compose", "podman"}
    | {"kubectl", "ssh", "nsenter", "chroot"}
)
"""Programs whose exit code is that of what they run (`git grep`, `docker exec web grep …`)."""


def finds(script: str) -> bool | None:
    """Whether the exit code of `script` is a finder's; None where it may be that of a command before (`a && grep`)."""
    statements = [node for node in parse_tree(script).root_node.children if node.is_named and node.type != "comment"]
    return _is_finder(statements[-1]) if statements else False


def _is_finder(node: Node) -> bool | None:
    named = [child for child in node.children if child.is_named and child.type != "comment"]
    if node.type == "pipeline":
        return bool(named) and _is_finder(named[-1])
    if node.type == "redirected_statement":
        return bool(named) and _is_finder(named[0])
    if node.type == "list":
        found = bool(named) and _is_finder(named[-1])
        certain = any(child.type == "||" for child in node.children)
        return found if certain or not found else None
    return node.type == "command" and _runs_finder(node)


def _runs_finder(command: Node) -> bool:
    words = [(child.text or b"").decode(errors="replace") for child in command.children]
    names = [posixpath.basename(word) for word in words if "=" not in word]
    if not names:
        return False
    return names[0] in _FINDERS or (names[0] in _WRAPPERS and any(name in _FINDERS for name in names[1:]))
