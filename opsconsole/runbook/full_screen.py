"""Looks that draw on the whole terminal, and end at once where they have none: top, htop and their like. Pure."""

from __future__ import annotations

import re
from typing import Final

from opsconsole.runbook.lines import every_line
from opsconsole.runbook.words import Word

_UNLESS: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(("top", "iotop"), frozenset({"b", "batch"})),
    **dict.fromkeys(("iftop", "nethogs"), frozenset({"t", "o"})),
    "slabtop": frozenset({"o", "once"}),
    **dict.fromkeys(
        ("htop", "btop", "atop", "nload", "bmon", "ncdu", "ctop", "lazydocker", "k9s", "glances", "mc"), frozenset()
    ),
}
"""Program -> the options with which it only prints, without their dashes."""
_MAYBE: Final = re.compile(rf"\b(?:{'|'.join(_UNLESS)})\b")


def takes_screen(script: str) -> bool:
    """Whether some command of `script` wants the whole terminal to draw on."""
    return bool(_MAYBE.search(script)) and any(_takes(name, words) for name, words in every_line(script))


def _takes(name: str, words: list[Word]) -> bool:
    unless = _UNLESS.get(name)
    return unless is not None and not any(_prints(word.text or "", unless) for word in words[1:])


def _prints(word: str, unless: frozenset[str]) -> bool:
    if word.startswith("--"):
        return word[2:] in unless
    return word.startswith("-") and any(letter in unless for letter in word[1:])
