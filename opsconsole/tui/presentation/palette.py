"""What the palette shows for the letters typed so far: the best first, and of those alike what was used last. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from opsconsole.tui.presentation.matching import match
from opsconsole.tui.presentation.spans import Line, Span, line, words
from opsconsole.tui.presentation.table import Column, Row, lay_out

if TYPE_CHECKING:
    from opsconsole.tui.palette import Entry

_COLUMNS: Final = (
    Column(keep=6),  # kind
    Column(keep=9, least=16),  # name
    Column(keep=4, least=8, grow=True),  # about
    Column(keep=7, align="right"),  # key
)
_MOST: Final = 200
"""Rows: nobody looks further down, and each letter is answered at once."""

_BESIDE: Final = 0.5
"""What letters count for that stand in what is said beside a name."""


def ranked(entries: Sequence[Entry], sought: str, recent: Sequence[str]) -> list[Entry]:
    """The entries that fit, the best first. `recent` are ids, the last used first; with nothing sought those lead."""
    last = {each: len(recent) - place for place, each in reversed(list(enumerate(recent)))}
    scored = []
    for entry in entries:
        score = score_of(entry, sought)
        if score is not None:
            scored.append((score if sought.strip() else 0.0, last.get(entry.id, 0), entry))
    scored.sort(key=lambda one: (-one[0], -one[1]))
    return [entry for _, _, entry in scored]


def score_of(entry: Entry, sought: str) -> float | None:
    """How well an entry fits: by its name, else by its name with what stands beside it; None where it does not."""
    own = match(sought, entry.name)
    if own is not None:
        return own.score
    beside = match(sought, f"{entry.kind} {entry.name} {entry.about}")
    return beside.score * _BESIDE if beside is not None and _together(beside.places, sought) else None


def _together(places: Sequence[int], sought: str) -> bool:
    """Whether the letters are not strewn over all of it, which a long line of words nearly always allows."""
    runs = sum(1 for place, before in zip(places[1:], places, strict=False) if place != before + 1) + 1
    return runs <= 2 * len(sought.split())


def rows(entries: Sequence[Entry], sought: str, width: int) -> list[Row]:
    """A row for each entry, the letters that were typed marked in its name."""
    cells = [
        (
            line((entry.kind, "dim")),
            _marked(entry.name, sought),
            words(entry.about, "dim"),
            line((entry.key, "key")),
        )
        for entry in entries[:_MOST]
    ]
    drawn = lay_out(_COLUMNS, cells, width, gap=2)
    return [Row(entry.id, (each,)) for entry, each in zip(entries, drawn, strict=False)]


def _marked(name: str, sought: str) -> Line:
    found = match(sought, name)
    inside = set(found.places) if found is not None else set()
    out: list[Span] = []
    for place, letter in enumerate(name):
        style = "now" if place in inside else ""
        if out and out[-1].style == style:
            out[-1] = out[-1]._replace(text=out[-1].text + letter)
        else:
            out.append(Span(letter, style))
    return tuple(out)
