"""Names that are nearly right: what somebody may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def near(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Up to `most` of `known` that look like `name`, the nearest first."""
    return get_close_matches(name, list(known), n=most, cutoff=0.6)


def or_near(name: str, known: Iterable[str]) -> str:
    """`; did you mean x?`, or nothing."""
    found = near(name, known, 1)
    return f"; did you mean {found[0]}?" if found else ""
