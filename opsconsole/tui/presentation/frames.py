"""Frames around lines: a box, or only a rule on top where height is short. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from opsconsole.tui.presentation.spans import Line, Span, cut, fit, line, width

Frame = Literal["box", "rule"]


def inner_width(frame: Frame, size: int) -> int:
    """Cells that a line inside may take."""
    return max(size - (4 if frame == "box" else 2), 1)


def cost(frame: Frame) -> int:
    """Lines that the frame itself takes."""
    return 2 if frame == "box" else 1


def title(name: str, *, focused: bool, number: int | None = None, why: str = "") -> Line:
    """The title of a frame: its number, its name, and why what it holds is not fresh."""
    mark = (f"{number} ", "key") if number is not None else ""
    said = line((f" {why} ", "unknown")) if why else ()
    return (*line(" ", mark, (f"{name} ", "pane-focus" if focused else "pane")), *said)


def framed(
    frame: Frame, head: Line, body: Sequence[Line], size: int, *, focused: bool, above: int = 0, below: int = 0
) -> list[Line]:
    """`body` in its frame, `size` cells wide; `above` and `below` are the lines that are out of sight."""
    style = "frame-focus" if focused else "frame"
    hidden = " ".join(filter(None, (f"▲ {above}" if above > 0 else "", f"▼ {below}" if below > 0 else "")))
    note = line((f" {hidden} ", "dim")) if hidden else ()
    if frame == "rule":
        short = cut(head, size - width(note) - 1)
        rule = size - width(short) - width(note)
        return [(*short, Span("─" * rule, style), *note), *((Span(" "), *each) for each in body)]
    short = cut(head, size - width(note) - 4)
    rule = size - 3 - width(short) - width(note)
    top = (Span("┌", style), *short, Span("─" * rule, style), *note, Span("─┐", style))
    room = inner_width(frame, size)
    middle = [(Span("│ ", style), *fit(each, room), Span(" │", style)) for each in body]
    return [top, *middle, (Span("└" + "─" * max(size - 2, 0) + "┘", style),)]
