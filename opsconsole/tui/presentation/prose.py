"""Markdown as styled lines, for reading beside a step. What it does not know it shows as its plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from opsconsole.model.text import plain
from opsconsole.tui.presentation.spans import Line, Span, line, wrap

if TYPE_CHECKING:
    from markdown_it.token import Token

_MARKS = {"strong": "strong", "em": "emphasis", "s": "dim", "link": "link"}


def prose(source: str, size: int) -> list[Line]:
    """Markdown `source` folded to `size` cells."""
    if not source.strip():
        return []
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(source)
    return _without_doubled_gaps(_Writer(size).write(tokens))


class _Writer:
    """Walks over block tokens and keeps track of how deep in lists and quotes it is."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._margin: list[Span] = []
        self._bullet: Span | None = None
        self._numbers: list[int | None] = []
        self._style = ""
        self._cells: list[Line] = []
        self._in_cell = False

    def write(self, tokens: Sequence[Token]) -> Iterator[Line]:
        for token in tokens:
            kind = token.type
            if kind == "inline":
                yield from self._inline(token)
            elif kind in ("fence", "code_block"):
                yield from self._code(token.content)
            elif kind == "html_block":
                yield from self._wrapped(line((" ".join(plain(token.content).split()), "dim")))
            elif kind == "hr":
                yield line(("─" * min(self._size, 40), "frame"))
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
        elif kind in ("list_item_close", "blockquote_close"):
            self._margin.pop()
        elif kind in ("th_open", "td_open", "th_close", "td_close"):
            self._in_cell = token.nesting == 1
        elif kind in ("heading_open", "heading_close"):
            self._style = "heading" if token.nesting == 1 else ""
        elif kind == "tr_close":
            row = [span for cell in self._cells for span in (*cell, Span("   "))]
            self._cells = []
            yield from self._wrapped(tuple(row[:-1]))
        yield from self._gap_after(kind)

    def _gap_after(self, kind: str) -> Iterator[Line]:
        if kind in ("bullet_list_close", "ordered_list_close"):
            self._numbers.pop()
        gap = kind in ("heading_close", "table_close") or kind in ("paragraph_close", "bullet_list_close")
        if (gap or kind == "ordered_list_close") and not self._numbers:
            yield ()

    def _open_item(self) -> None:
        number = self._numbers[-1]
        mark = "•" if number is None else f"{number}."
        if number is not None:
            self._numbers[-1] = number + 1
        self._bullet = Span(f"{mark} ", "key")
        self._margin.append(Span(" " * (len(mark) + 1)))

    def _inline(self, token: Token) -> Iterator[Line]:
        lines = list(_spans(token.children or (), self._style))
        if self._in_cell:
            self._cells.append(lines[0] if lines else ())
            return
        for each in lines:
            yield from self._wrapped(each)

    def _code(self, text: str) -> Iterator[Line]:
        for each in plain(text).rstrip("\n").split("\n"):
            yield (*self._before(), Span("  "), *line((each.expandtabs(4), "code")))
        yield ()

    def _wrapped(self, spans: Line) -> Iterator[Line]:
        room = self._size - sum(len(span.text) for span in self._margin)
        for each in wrap(spans, room):
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
    for token in children:
        if token.type in ("hardbreak",):
            yield tuple(out)
            out = []
        elif token.type == "softbreak":
            out.append(Span(" ", " ".join(styles)))
        elif token.type == "code_inline":
            out.append(Span(plain(token.content), "code"))
        elif token.type == "image":
            out.append(Span(plain(token.content) or "picture", "dim"))
        elif token.nesting == 1:
            styles.append(_MARKS.get(token.type.removesuffix("_open"), ""))
        elif token.nesting == -1 and styles:
            styles.pop()
        elif token.content:
            out.append(Span(plain(token.content), " ".join(filter(None, styles))))
    yield tuple(out)


def _without_doubled_gaps(lines: Iterator[Line]) -> list[Line]:
    out: list[Line] = []
    for each in lines:
        if each or (out and out[-1]):
            out.append(each)
    while out and not out[-1]:
        out.pop()
    return out
