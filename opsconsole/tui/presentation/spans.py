"""Styled text as plain values: a span has words and the *name* of a style; a theme turns names into colours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from rich.cells import cell_len, set_cell_size

from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level


class Span(NamedTuple):
    """Words in one style. The style is a name of the theme, empty for the usual one. `to` is where a link leads."""

    text: str
    style: str = ""
    to: str = ""


Line: TypeAlias = tuple[Span, ...]

EMPTY: Line = ()

LEVEL_STYLES = {Level.OK: "", Level.UNKNOWN: "unknown", Level.DEGRADED: "degraded", Level.DOWN: "down"}
"""Only what is wrong has a colour."""

_ENDS_FROM = 8
"""Cells from which a cut name keeps its end."""


def line(*parts: Span | tuple[str, str] | str) -> Line:
    """A line from spans, pairs or plain words; empty words are left out."""
    spans = (Span(part) if isinstance(part, str) else Span(*part) for part in parts)
    return tuple(span for span in spans if span.text)


def words(text: str, style: str = "", most: int = 200) -> Line:
    """Text from outside as one line: no escapes, no control characters, cut at `most`."""
    return line((one_line(text, most), style))


def sign(level: Level) -> Line:
    """The mark of a level in its colour; where all is well a blank, so that nothing moves when it no longer is."""
    return line((level.sign if level is not Level.OK else " ", LEVEL_STYLES[level]))


def width(spans: Iterable[Span]) -> int:
    """How many cells a line takes."""
    return sum(cell_len(span.text) for span in spans)


def text(spans: Iterable[Span]) -> str:
    """The bare words of a line."""
    return "".join(span.text for span in spans)


def cut(spans: Line, most: int) -> Line:
    """The line in at most `most` cells; what had to go is announced by an ellipsis."""
    if width(spans) <= most:
        return spans
    if most <= 0:
        return EMPTY
    kept: list[Span] = []
    left = most - 1
    for span in spans:
        size = cell_len(span.text)
        if size > left:
            short = set_cell_size(span.text, left).rstrip() if left else ""
            kept.append(span._replace(text=f"{short}…"))
            break
        kept.append(span)
        left -= size
    return tuple(kept)


def cut_name(spans: Line, most: int) -> Line:
    """A name, in one style, in at most `most` cells: cut in the middle, for what tells names apart is often the end."""
    if width(spans) <= most or most < _ENDS_FROM:
        return cut(spans, most)
    name = text(spans)
    kept = max((most - 1) // 3, 3)
    head, end = set_cell_size(name, most - 1 - kept), name
    while cell_len(end) > kept:
        end = end[1:]
    return (Span(f"{head.rstrip()}…{end}", spans[0].style),)


def fit_name(spans: Line, size: int) -> Line:
    """A name in exactly `size` cells; see `cut_name`."""
    return fit(cut_name(spans, size), size)


def fit(spans: Line, size: int, align: str = "left") -> Line:
    """The line in exactly `size` cells: cut, or filled with blanks on the side away from `align`."""
    short = cut(spans, size)
    gap = size - width(short)
    if gap <= 0:
        return short
    blank = Span(" " * gap)
    return (blank, *short) if align == "right" else (*short, blank)


def between(left: Line, right: Line, size: int) -> Line:
    """`left` and `right` at the two ends of `size` cells; the left one gives way."""
    most = size - width(right) - 1
    return (*fit(left, max(most, 0)), Span(" "), *right) if right and most > 0 else fit(left, size)


def restyled(spans: Line, style: str) -> Line:
    """The same words all in one style."""
    return tuple(span._replace(style=style) for span in spans)


def join(lines: Iterable[Line], separator: Span) -> Line:
    """The lines in a row with `separator` between them; empty ones leave no gap."""
    out: list[Span] = []
    for each in lines:
        if each:
            out += [separator, *each] if out else each
    return tuple(out)


def wrap(spans: Line, size: int, indent: str = "") -> list[Line]:
    """The line folded at blanks into lines of at most `size` cells; the folded ones begin with `indent`."""
    size = max(size, 8)
    lines: list[list[Span]] = [[]]
    used = 0
    for word in _word_spans(spans):
        room = cell_len(word.text)
        if used and used + room > size and word.text.strip():
            lines.append([Span(indent)] if indent else [])
            used = len(indent)
        pieces = _hard_cut(word, size) if room > size else [word]
        for number, piece in enumerate(pieces):
            if number:
                lines.append([Span(indent)] if indent else [])
                used = len(indent)
            lines[-1].append(piece)
            used += cell_len(piece.text)
    return [_trimmed(each) for each in lines]


def hang(head: Line, spans: Line, size: int) -> list[Line]:
    """The line folded behind `head`, which stands before its first fold only; the others are as far to the right."""
    room = max(size - width(head), 8)
    first, *others = wrap(spans, room) or [EMPTY]
    return [cut((*head, *first), size), *(cut((Span(" " * width(head)), *each), size) for each in others)]


def _word_spans(spans: Line) -> Iterable[Span]:
    for span in spans:
        word = ""
        for character in span.text:
            if (character == " ") is not (word[-1:] == " ") and word:
                yield span._replace(text=word)
                word = ""
            word += character
        if word:
            yield span._replace(text=word)


def _hard_cut(word: Span, size: int) -> list[Span]:
    pieces, rest = [], word.text
    step = max(size - 4, 4)
    while cell_len(rest) > step:
        piece = set_cell_size(rest, step).rstrip() or rest[:1]
        pieces.append(word._replace(text=piece))
        rest = rest[len(piece) :]
    return [*pieces, word._replace(text=rest)]


def at(spans: Line, x: int) -> Span | None:
    """What stands in the cell `x` of a line."""
    for span in spans:
        x -= cell_len(span.text)
        if x < 0:
            return span
    return None


def links_of(lines: Iterable[Line]) -> list[tuple[str, str]]:
    """What each link says, also where it is folded, and where it leads; the first of those that lead to one place."""
    found: list[tuple[str, str]] = []
    open_to = ""
    for each in lines:
        for span in each:
            if span.to and span.to == open_to:
                found[-1] = (f"{found[-1][0]}{span.text}", span.to)
            elif span.to:
                found.append((span.text, span.to))
            open_to = span.to if span.to or span.text.strip() else open_to
        open_to = open_to if each and each[-1].to else ""
    first: dict[str, str] = {}
    for said, to in found:
        first.setdefault(to, " ".join(said.split()))
    return [(said, to) for to, said in first.items()]


def _trimmed(spans: list[Span]) -> Line:
    while spans and not spans[-1].text.strip():
        spans.pop()
    return tuple(spans)
