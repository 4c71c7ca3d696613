"""Text from outside in Markdown, where it stays text. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from opsconsole.model.text import one_line, plain


def moment(at: float) -> str:
    """`14:02:11`."""
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S")


def day(at: float) -> str:
    """`2026-01-07`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def day_and_moment(at: float) -> str:
    """`2026-01-07 14:02:11 UTC`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


_MEANS_SOMETHING: Final = re.compile(r"([\\`*_\[\]<>#|~&])")


def text(said: object) -> str:
    """Text from outside as one line of Markdown that means nothing but itself."""
    return _MEANS_SOMETHING.sub(r"\\\1", one_line(str(said or ""), 500))


def code(said: object) -> str:
    """A command in a line; the ticks around it are more than any in it."""
    shown = one_line(str(said), 300)
    ticks = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    space = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{space}{shown}{space}{ticks}"


def fenced(said: str, lang: str) -> str:
    """Lines in a fence that is longer than any in them."""
    shown = plain(said).rstrip("\n")
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    return f"{fence}{lang}\n{shown}\n{fence}"
