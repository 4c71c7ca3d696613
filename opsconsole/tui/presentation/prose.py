"""Markdown as styled lines, for reading beside a step. What it does not know it shows as its plain text."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from opsconsole.model.text import plain
from opsconsole.tui.presentation.prose_source import common
from opsconsole.tui.presentation.prose_table import table
from opsconsole.tui.presentation.spans import Line, Span, line, width, wrap

if TYPE_CHECKING:
    from markdown_it.token import Token

_MARKS: Final = {"strong": "strong", "em": "emphasis", "s": "dim", "link": "link"}
_ALERT: Final = re.compile(r"^\[!(?P<kind>\w+)\][+-]?[ \t]*(?P<title>[^\n]*)(?:\n|$)")
_LOUD: Final = {"WARNING": "degraded", "IMPORTANT": "degraded", "ATTENTION": "degraded", "CAUTION": "down"} | {
    "DANGER": "down",
    "BUG": "down",
    "FAILURE": "down",
    "ERROR": "down",
}
"""Kinds of alerts that stand out, and how; all others are as quiet as a key."""

_BOX: Final = re.compile(r"^\[(?P<mark>[ xX])\]\s+")
_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


def prose(source: str, size: int) -> list[Line]:
    """Markdown `source` folded to `size` cells."""
    return list(_prose(source, size)) if source.strip() else []


@lru_cache(maxsize=256)
def _prose(source: str, size: int) -> tuple[Line, ...]:
    """The same, made once: a page is drawn many times a second while a step prints."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(common(source))
    return tuple(_without_doubled_gaps(_Writer(size).write(tokens)))


class _Writer:
    """Walks over block tokens and keeps track of how deep in lists and quotes it is."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._margin: list[Span] = []
        self._bullet: Span | None = None
        self._numbers: list[int | None] = []
        self._style = ""
        self._rows: list[list[Line]] = []
        self._in_cell = False
        self._quote_begins = False

    def write(self, tokens: Sequence[Token]) -> Iterator[Line]:
        for token in tokens:
            kind = token.type
            if kind == "inline":
                yield from self._inline(token)
            elif kind in ("fence", "code_block"):
                yield from self._code(token.content)
            elif kind == "html_block":
                yield from self._html(token.content)
            elif kind == "hr":
                yield (*self._before(), Span("─" * min(self._room, 40), "frame"))
            else:
                yield from self._structure(token)

    def _structure(self, token: Token) -> Iterator[Line]:
        """What opens or closes a block, by the name that markdown-it gives it."""
        kind = token.type
        if kind in ("bullet_list_open", "ordered_list_open"):
            self._numbers.append(int(token.attrs.get("start", 1)) if kind.startswith("ordered") else None)
        elif kind == "list_item_open":
            self._open_item()
        elif kind == "blockquote_open":
            self._margin.append(Span("┃ ", "frame"))
            self._quote_begins = True
        elif kind in ("list_item_close", "blockquote_close"):
            self._margin.pop()
        elif kind in ("th_open", "td_open", "th_close", "td_close"):
            self._in_cell = token.nesting == 1
        elif kind in ("heading_open", "heading_close"):
            self._style = "heading" if token.nesting == 1 else ""
        elif kind == "tr_open":
            self._rows.append([])
        elif kind == "table_close":
            yield from ((*self._before(), *each) for each in table(self._rows, self._room))
            self._rows = []
        yield from self._gap_after(kind)

    def _gap_after(self, kind: str) -> Iterator[Line]:
        if kind in ("bullet_list_close", "ordered_list_close"):
            self._numbers.pop()
        gap = kind in ("heading_close", "table_close", "paragraph_close", "bullet_list_close", "blockquote_close")
        if (gap or kind == "ordered_list_close") and not self._numbers:
            quoted = any(span.style != "" for span in self._margin)
            yield tuple(self._margin) if quoted else ()

    def _open_item(self) -> None:
        number = self._numbers[-1]
        mark = "•" if number is None else f"{number}."
        if number is not None:
            self._numbers[-1] = number + 1
        self._bullet = Span(f"{mark} ", "key")
        self._margin.append(Span(" " * (len(mark) + 1)))

    def _inline(self, token: Token) -> Iterator[Line]:
        children = list(token.children or ())
        if self._in_cell:
            lines = list(_spans(children, self._style))
            self._rows[-1].append(lines[0] if lines else ())
            return
        if self._quote_begins and (alert := _ALERT.match(token.content)):
            children = yield from self._alert(alert, children)
        self._quote_begins = False
        if self._bullet is not None and (box := _BOX.match(token.content)):
            self._bullet = Span("☑ " if box["mark"] != " " else "☐ ", "key")
            children[0].content = _BOX.sub("", children[0].content)
        for each in _spans(children, self._style):
            yield from self._wrapped(each)

    def _alert(self, alert: re.Match[str], children: list[Token]) -> Generator[Line, None, list[Token]]:
        """The word that an alert begins with, in a colour that says how loud it is; what stands behind it is left."""
        kind = alert["kind"].upper()
        style = _LOUD.get(kind, "key")
        self._margin[-1] = Span("┃ ", style)
        yield from self._wrapped(line((kind, f"strong {style}"), *((f"  {alert['title']}", "strong"),)))
        breaks = (number for number, child in enumerate(children) if child.type == "softbreak")
        return children[next(breaks, len(children)) + 1 :]

    def _code(self, text: str) -> Iterator[Line]:
        for each in plain(text).rstrip("\n").split("\n"):
            yield (*self._before(), Span("  "), *line((each.expandtabs(4), "code")))
        yield ()

    def _html(self, source: str) -> Iterator[Line]:
        """As it is written, but for what its author meant nobody to see."""
        text = " ".join(plain(_COMMENT.sub("", source)).split())
        if text:
            yield from self._wrapped(line((text, "dim")))
            yield ()

    @property
    def _room(self) -> int:
        return max(self._size - width(self._margin), 8)

    def _wrapped(self, spans: Line) -> Iterator[Line]:
        for each in wrap(spans, self._room) if spans else ():
            yield (*self._before(), *each)

    def _before(self) -> Line:
        margin = list(self._margin)
        if self._bullet is not None and margin:
            margin[-1] = self._bullet
            self._bullet = None
        return tuple(margin)


def _spans(children: Sequence[Token], style: str) -> Iterator[Line]:
    """Inline tokens as lines: a hard break begins a new one, a soft one is a blank."""
    out: list[Span] = []
    styles = [style] if style else []
    to = ""
    for token in children:
        named = " ".join(filter(None, styles))
        if token.type == "hardbreak":
            yield tuple(out)
            out = []
        elif token.type == "softbreak":
            out.append(Span(" ", named, to))
        elif token.type == "code_inline":
            out.append(Span(plain(token.content), "link" if to else "code", to))
        elif token.type == "image":
            out.append(Span(plain(token.content) or "picture", "dim", to))
        elif token.type == "html_inline":
            if _COMMENT.sub("", token.content).lower() in ("<br>", "<br/>", "<br />"):
                out.append(Span(" "))
            elif not token.content.startswith(("<!--", "<a", "</a")):
                out.append(Span(plain(token.content), "dim"))
        elif token.nesting:
            to = unquote(str(token.attrGet("href") or "")) if token.type == "link_open" else to
            to = "" if token.type == "link_close" else to
            _turn(styles, token)
        elif token.content:
            out.append(Span(plain(token.content), named, to))
    yield tuple(out)


def _turn(styles: list[str], token: Token) -> None:
    """A mark begins or ends."""
    if token.nesting == 1:
        styles.append(_MARKS.get(token.type.removesuffix("_open"), ""))
    elif styles:
        styles.pop()


def _without_doubled_gaps(lines: Iterator[Line]) -> list[Line]:
    out: list[Line] = []
    for each in lines:
        if not _is_gap(each) or (out and not _is_gap(out[-1])):
            out.append(each)
        elif out and len(each) < len(out[-1]):
            out[-1] = each  # a quote ends with its last words, not with an empty line of its own
    while out and _is_gap(out[-1]):
        out.pop()
    return out


def _is_gap(spans: Line) -> bool:
    return all(not span.text.strip(" ┃") for span in spans)
