"""Texts and regular expressions as the stack file writes them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Self


class Pattern(str):
    """Text that must be found as it stands, or a regular expression between slashes. Lines are looked at one by one."""

    __slots__ = ()

    @classmethod
    def read(cls, written: Any) -> Self:
        """From the stack file; ValueError with a sentence."""
        if not isinstance(written, str) or not written:
            raise ValueError("a text is wanted here, or /a regular expression/")
        try:
            compiled(written)
        except re.error as fault:
            raise ValueError(f"this is no regular expression: {fault}") from None
        return cls(written)


@lru_cache(maxsize=512)
def compiled(written: str) -> re.Pattern[str]:
    """What a pattern looks for; `^` and `$` are the ends of a line."""
    inner = written[1:-1] if len(written) > 2 and written[0] == written[-1] == "/" else re.escape(written)
    return re.compile(inner, re.MULTILINE)
