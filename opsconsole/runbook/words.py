"""What the shell makes of one word: quotes and escapes taken off, what an expansion hides marked as hidden."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tree_sitter import Node

HIDDEN: Final = "$__hidden__"
"""Stands in a word's template for what an expansion will put there."""

_EXPANSIONS: Final = frozenset(
    {"simple_expansion", "expansion", "command_substitution", "process_substitution", "arithmetic_expansion"}
)
_SIMPLE_NAME: Final = re.compile(r"\$(\w+)|\$\{(\w+)\}")
_ANSI_C: Final = re.compile(
    r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|c(.)|(.))", re.DOTALL
)
_ANSI_C_SIGNS: Final = dict(zip("abeEfnrtv", "\a\b\x1b\x1b\f\n\r\t\v", strict=True))
_PATTERN: Final = re.compile(r"(?<!\\)(?:[*?\[]|\{[^{}]*(?:,|\.\.)[^{}]*\}|\{.*\{)")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a command.

    `template` is its text after quotes are taken off, with `HIDDEN` for each part that is not known before it
    runs. `splits` is true where an unquoted expansion or pattern may turn it into several words, or into an option.
    """

    template: str
    splits: bool = False

    @property
    def text(self) -> str | None:
        """The text, or None where a part is hidden or the word may become several."""
        return None if self.splits or HIDDEN in self.template else self.template

    @property
    def hidden(self) -> bool:
        """Whether nothing at all is known of it."""
        return self.template == HIDDEN


def read_word(node: Node, known: Mapping[str, str]) -> tuple[Word, ...]:
    """The words that `node` stands for: one, or more where a `known` variable holds several."""
    if node.type in _EXPANSIONS:
        value = _value(node, known)
        if value is not None and not re.search(r"[*?\[{]", value):
            return tuple(Word(part) for part in value.split())
        return (Word(HIDDEN, splits=node.type != "process_substitution"),)
    template, splits = _read(node, known, quoted=False)
    return (Word(template, splits),)


def _read(node: Node, known: Mapping[str, str], *, quoted: bool) -> tuple[str, bool]:
    """Template, and whether it may become several words."""
    kind, source = node.type, _source(node)
    if kind in _EXPANSIONS:
        value = _value(node, known)
        if value is not None and (quoted or not re.search(r"[\s*?\[{]", value)):
            return value, False
        return HIDDEN, not quoted
    if kind in _QUOTED:
        return _QUOTED[kind](node, known), False
    if kind == "command_name" and node.named_child_count == 1:
        return _read(node.named_children[0], known, quoted=quoted)
    if node.named_child_count and kind not in _BARE:
        return _joined(node, known)
    return _bare(source), bool(_PATTERN.search(source)) or kind in ("brace_expression", "extglob_pattern")


def _joined(node: Node, known: Mapping[str, str]) -> tuple[str, bool]:
    """Parts that stand side by side, and the bare text between them."""
    parts: list[str] = []
    splits = bool(_PATTERN.search(_without_quotes(node)))
    at = node.start_byte
    for child in node.named_children:
        parts.append(_bare(_between(node, at, child.start_byte)))
        text, several = _read(child, known, quoted=False)
        parts.append(text)
        splits = splits or several
        at = child.end_byte
    parts.append(_bare(_between(node, at, node.end_byte)))
    return "".join(parts), splits


def _without_quotes(node: Node) -> str:
    """The source with quoted parts and expansions blanked, to look for patterns that span bare parts."""
    source = bytearray(node.text or b"")
    for child in node.named_children:
        if child.type not in ("word", "number", "brace_expression", "extglob_pattern"):
            begin, end = child.start_byte - node.start_byte, child.end_byte - node.start_byte
            source[begin:end] = b"_" * (end - begin)
    return source.decode(errors="replace")


def _double_quoted(node: Node, known: Mapping[str, str]) -> str:
    parts: list[str] = []
    begin = node.start_byte + (2 if node.type == "translated_string" else 1)
    inner = node.named_children
    if node.type == "translated_string" and len(inner) == 1 and inner[0].type == "string":
        return _double_quoted(inner[0], known)
    at = begin
    for child in inner:
        if child.type not in _EXPANSIONS:
            continue
        parts.append(_dequoted(_between(node, at, child.start_byte)))
        parts.append(_read(child, known, quoted=True)[0])
        at = child.end_byte
    parts.append(_dequoted(_between(node, at, node.end_byte - 1)))
    return "".join(parts)


def _value(node: Node, known: Mapping[str, str]) -> str | None:
    match = _SIMPLE_NAME.fullmatch(_source(node))
    return known.get(match[1] or match[2]) if match else None


def _bare(source: str) -> str:
    if "\\" not in source:
        return source
    return re.sub(r"\\(.)", r"\1", source.replace("\\\n", ""), flags=re.DOTALL)


def _dequoted(source: str) -> str:
    if "\\" not in source:
        return source
    return re.sub(r'\\([$`"\\])', r"\1", source.replace("\\\n", ""))


def _ansi_c(source: str) -> str:
    def sign(match: re.Match[str]) -> str:
        hexa, short, long, octal, control, other = match.groups()
        if number := hexa or short or long:
            code = int(number, 16)
            return chr(code) if code <= 0x10FFFF else "?"
        if octal:
            return chr(int(octal, 8) & 0xFF)
        if control:
            return chr(ord(control) & 0x1F)
        return _ANSI_C_SIGNS.get(other, other if other in "\\'\"?" else "\\" + other)

    return _ANSI_C.sub(sign, source)


_BARE: Final = frozenset({"word", "brace_expression", "extglob_pattern", "regex"})
_QUOTED: Final[Mapping[str, Callable[[Node, Mapping[str, str]], str]]] = {
    "raw_string": lambda node, known: _source(node)[1:-1],
    "ansi_c_string": lambda node, known: _ansi_c(_source(node)[2:-1]),
    "string": _double_quoted,
    "translated_string": _double_quoted,
}


def _between(node: Node, begin: int, end: int) -> str:
    """The bytes from `begin` to `end` of the source, which must lie within `node`."""
    whole = node.text or b""
    return whole[max(0, begin - node.start_byte) : max(0, end - node.start_byte)].decode(errors="replace")


def _source(node: Node) -> str:
    return (node.text or b"").decode(errors="replace")
