"""Text from outside is data: what of it may reach a screen, a journal or a report."""

from __future__ import annotations

import re
from typing import Final

_ESCAPES: Final = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor movement
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|\x9c|$)"  # OSC, DCS, SOS, PM, APC with their terminator
    r"|\x1b[ -/]*[0-~]"  # two-character escapes
    r"|[\x80-\x9f]",  # the same as single C1 characters
    re.DOTALL,
)
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """`text` without terminal escapes, control characters and direction marks; tabs and newlines stay."""
    return _CONTROLS.sub("", _ESCAPES.sub("", text))


def one_line(text: str, most: int = 200) -> str:
    """`text` as one plain line of at most `most` characters, white space folded, cut with an ellipsis."""
    folded = " ".join(plain(text).split())
    return folded if len(folded) <= most else folded[: most - 1] + "…"
