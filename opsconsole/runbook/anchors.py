"""The names by which links inside a document reach its headings, as the common web pages make them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from opsconsole.model.runbook import Section

_NO_PART: Final = re.compile(r"[^\w\- ]")
_BEGINNING: Final = ("", "top")
"""What leads to the beginning of a page, whatever it is made of."""


@lru_cache(maxsize=256)
def anchor(title: str) -> str:
    """Lower case, punctuation gone, blanks as dashes; letters of any script stay."""
    return _NO_PART.sub("", title.strip().lower()).replace(" ", "-")


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


def section_at(target: str, sections: Sequence[Section]) -> Section | None:
    """The section that `#target` (with or without its `#`) leads to: by its heading, or by a name written into it.

    Sites differ: some fold dashes that stand together, and count headings of one name with `_1`.
    """
    wanted = target.removeprefix("#").lower()
    if wanted in _BEGINNING:
        return sections[0] if sections else None
    for section in sections:
        if wanted == section.anchor or wanted in section.names:
            return section
    folded = _folded(wanted)
    return next((section for section in sections if folded == _folded(section.anchor)), None)


def _folded(name: str) -> str:
    return re.sub(r"_(?=\d+$)", "-", re.sub(r"-+", "-", name).strip("-"))
