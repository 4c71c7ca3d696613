"""The names by which links inside a document reach its headings, as the common web pages make them."""

from __future__ import annotations

import re
from collections.abc import Sequence


def anchor(title: str) -> str:
    """Lower case, punctuation gone, blanks as dashes; letters of any script stay."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title)
    return re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-")


def anchors(titles: Sequence[str]) -> list[str]:
    """One for each title; the second of the same name gets `-1`, and so on."""
    seen: dict[str, int] = {}
    found = []
    for title in titles:
        name = anchor(title)
        number = seen.get(name, 0)
        seen[name] = number + 1
        found.append(f"{name}-{number}" if number else name)
    return found
