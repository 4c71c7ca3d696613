"""The footer: what can be done now, the most important first, as much of it as there is room for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from opsconsole.tui.presentation.spans import Line, Span, fit, line, width

SIGNS: Final = {
    "enter": "⏎",
    "escape": "esc",
    "question_mark": "?",
    "slash": "/",
    "ampersand": "&",
    "at": "@",
    "left": "←",
    "right": "→",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "exclamation_mark": "!",
    "tab": "tab",
    "ctrl+c": "^C",
    "ctrl+z": "^Z",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "space": "space",
    "upper_s": "S",
    "upper_g": "G",
    "colon": ":",
    "plus": "+",
    "up": "↑",
    "down": "↓",
    "shift+tab": "shift-tab",
    "ctrl+p": "^P",
}
"""How keys are written that are not called what they say."""


PRESS: Final = "press:"
"""Beginning of where a key that is written somewhere leads; the key as Textual calls it follows. A click presses it."""


@dataclass(frozen=True, slots=True)
class KeyHint:
    """A key (as it is written) and what it does now; `rank` orders them, the lowest stays longest.

    `press` is the key by Textual's name, which a click on the hint presses.
    """

    key: str
    does: str
    rank: int = 5
    press: str = ""


def footer(hints: Iterable[KeyHint], size: int, note: str = "") -> Line:
    """As many hints as fit in `size` cells, in their order; a `note` (what just happened) stands at the right."""
    said = line((f" {note} ", "note")) if note else ()
    room = size - 2 - width(said)
    kept = _fitting(list(hints), room)
    spans: list[Span] = [Span(" ")]
    for number, hint in enumerate(kept):
        to = f"{PRESS}{hint.press}" if hint.press else ""
        spans += [Span("  " if number else ""), Span(hint.key, "key", to), Span(f" {hint.does}", "dim", to)]
    return (*fit(tuple(span for span in spans if span.text), max(size - width(said), 0)), *said)


def _fitting(hints: Sequence[KeyHint], room: int) -> list[KeyHint]:
    kept = list(hints)
    while kept and sum(len(hint.key) + len(hint.does) + 3 for hint in kept) - 2 > room:
        kept.remove(max(reversed(kept), key=lambda hint: hint.rank))
    return kept


def written(key: str) -> str:
    """A key as people write it."""
    return SIGNS.get(key, key)
