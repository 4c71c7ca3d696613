"""What stands inside a line of Markdown: its plain words, its links, the anchors written into it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from opsconsole.model.runbook import Link

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_MAY_LINK: Final = re.compile(r"\[|<[A-Za-z][A-Za-z0-9+.-]*[:@]")
_MARKED_UP: Final = re.compile(r"[\[*_`<\\&~]")
_ANCHOR: Final = re.compile(r"<\w+\s[^>]*?\b(?:id|name)\s*=\s*[\"']?(?P<name>[^\s\"'>]+)[^>]*>", re.IGNORECASE)
_ONLY_ANCHORS: Final = re.compile(
    rf"(?:\s*{_ANCHOR.pattern.replace('(?P<name>', '(?:')}\s*(?:</\w+>)?)+\s*", re.IGNORECASE
)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("strikethrough")


def children(content: str, env: MutableMapping[str, Any]) -> Sequence[Token]:
    """The inline tokens of `content`; `env` holds the document's link references."""
    return _parser().parseInline(content, env)[0].children or ()


def plain_words(content: str, env: MutableMapping[str, Any]) -> str:
    """`content` as a reader sees it: no stars, backticks, brackets, tags."""
    if not _MARKED_UP.search(content):
        return content.strip()
    return said(children(content, env))


def said(tokens: Sequence[Token]) -> str:
    """The words of inline tokens, on one line."""
    return "".join(" " if t.type in ("softbreak", "hardbreak") else _words_of(t) for t in tokens).strip()


def _words_of(token: Token) -> str:
    return "" if token.type == "html_inline" else token.content


def links(content: str, line: int, env: MutableMapping[str, Any]) -> Iterator[Link]:
    """The links of `content`, which begins in `line`; pictures are none."""
    if not _MAY_LINK.search(content):
        return
    tokens = children(content, env)
    for number, token in enumerate(tokens):
        if token.type in ("softbreak", "hardbreak"):
            line += 1
        elif token.type == "link_open":
            end = next(n for n in range(number, len(tokens)) if tokens[n].type == "link_close")
            yield Link(said(tokens[number + 1 : end]), target_of(token), line)


def target_of(token: Token) -> str:
    """Where a link goes, as its author wrote it."""
    return unquote(str(token.attrGet("href") or ""))


def anchors_in(html: str) -> list[str]:
    """The names that `<a id="x">` and the like give to a place."""
    return [match["name"] for match in _ANCHOR.finditer(html)] if "<" in html else []


def is_only_anchors(content: str) -> bool:
    """Whether nothing but such names stands there."""
    return "<" in content and _ONLY_ANCHORS.fullmatch(content) is not None
