"""Looking for words in lines. Pure."""

from __future__ import annotations

from opsconsole.tui.presentation.spans import Line, Span, text


def holds(spans: Line, sought: str) -> bool:
    """Whether a line holds those words; where they are all in lower case, whatever its own case."""
    return bool(sought) and sought in _cased(text(spans), sought)


def marked(spans: Line, sought: str) -> Line:
    """The line with every place of those words marked."""
    if not holds(spans, sought):
        return spans
    whole = _cased(text(spans), sought)
    inside = [False] * len(whole)
    place = whole.find(sought)
    while place >= 0:
        inside[place : place + len(sought)] = [True] * len(sought)
        place = whole.find(sought, place + len(sought))
    out: list[Span] = []
    begin = 0
    for span in spans:
        out += _cut_at(span, inside[begin : begin + len(span.text)])
        begin += len(span.text)
    return tuple(out)


def _cut_at(span: Span, inside: list[bool]) -> list[Span]:
    """A span in pieces, of which those that are `inside` are marked."""
    pieces: list[Span] = []
    begin = 0
    for place in range(1, len(inside) + 1):
        if place == len(inside) or inside[place] is not inside[begin]:
            style = f"{span.style} found".strip() if inside[begin] else span.style
            pieces.append(span._replace(text=span.text[begin:place], style=style))
            begin = place
    return pieces


def _cased(words: str, sought: str) -> str:
    folded = words.lower()
    return folded if sought.islower() and len(folded) == len(words) else words
