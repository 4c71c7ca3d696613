"""Which rows of a table a filter keeps, and what is said about those it hides. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from opsconsole.model.verdict import Level
from opsconsole.tui.presentation.spans import LEVEL_STYLES, Line, line, text
from opsconsole.tui.presentation.table import Row

_NOT: Final = "!"


def keeps(row: Row, words: str) -> bool:
    """Whether a row has every word in its name or in what is drawn of it, and none that begins with `!`.

    Words in small letters are found in capitals, too.
    """
    whole = "\n".join((row.words or row.key, *(text(each) for each in (*row.lines, *row.more))))
    folded = whole.lower()
    for word in words.split():
        sought = word.removeprefix(_NOT)
        found = sought in (folded if sought == sought.lower() else whole)
        if sought and found is word.startswith(_NOT):
            return False
    return True


def kept(rows: Sequence[Row], words: str) -> list[Row]:
    """The rows that the filter keeps, in their order."""
    return [row for row in rows if keeps(row, words)] if words.strip() else list(rows)


def told(words: str, shown: Sequence[Row], rows: Sequence[Row], *, typing: bool) -> Line:
    """What the title says: the words, how many of how many are shown, and what of that which is hidden is bad."""
    if not words and not typing:
        return ()
    here = {row.key for row in shown}
    hidden = Counter(row.level for row in rows if row.key not in here and row.level is not Level.OK)
    parts: list[tuple[str, str]] = [
        (f"/{words}", "key"),
        ("▏" if typing else "", "key"),
        (f" {len(shown)} of {len(rows)}", "value"),
    ]
    for level in sorted(hidden, reverse=True):
        parts.append((" · hides " if len(parts) == 3 else ", ", "dim"))
        parts.append((f"{hidden[level]} {level.name}", LEVEL_STYLES[level]))
    return line(*parts)
