"""Bars and sparklines: always on a scale that is given, never on that of the data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from opsconsole.tui.presentation.spans import Line, Span

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_STEPS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across a bar: where on its scale, with which character and style."""

    at: float
    character: str
    style: str


def bar(value: float, top: float, size: int, style: str, marks: Sequence[Mark] = ()) -> Line:
    """`value` on a scale from 0 to `top`, in `size` cells between two end marks.

    A mark keeps its place over the filled and the empty part alike.
    """
    room = max(size - 2, 1)
    filled = round(_share(value, top) * room * 8)
    if value > 0 and filled == 0:
        filled = 1
    cells = [Span("█", style)] * (filled // 8)
    if filled % 8:
        cells.append(Span(_EIGHTHS[filled % 8], f"{style} on-track"))
    cells += [Span(" ", "track")] * (room - len(cells))
    for mark in marks:
        place = round(_share(mark.at, top) * room)
        if 0 < place < room:
            under = "on-bar" if place < filled // 8 else "on-track"
            cells[place] = Span(mark.character, f"{mark.style} {under}" if under == "on-track" else f"{style} {under}")
    return (Span("▕", "frame"), *merged(cells), Span("▏", "frame"))


def _share(value: float, top: float) -> float:
    """`value` as a part of `top`, from 0 to 1."""
    return max(0.0, min(value / top, 1.0)) if top > 0 else 0.0


def spark(values: Iterable[float | None], top: float) -> str:
    """One character a value on a scale from 0 to `top`; a blank where nothing is known."""
    return "".join(" " if value is None else _step(value, top) for value in values)


def _step(value: float, top: float) -> str:
    if top <= 0:
        return _STEPS[0]
    return _STEPS[max(0, min(int(value / top * len(_STEPS)), len(_STEPS) - 1))]


def merged(cells: Iterable[Span]) -> list[Span]:
    """Neighbours in the same style as one span: fewer bytes for the terminal."""
    out: list[Span] = []
    for cell in cells:
        if out and out[-1].style == cell.style:
            out[-1] = Span(out[-1].text + cell.text, cell.style)
        else:
            out.append(cell)
    return out
