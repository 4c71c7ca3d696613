"""The time that stands at the beginning of a line, which need not be shown beside a column that has it. Pure."""

from __future__ import annotations

import re
from typing import Final

from opsconsole.probes.logtimes import time_of

_TIME: Final = r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?"
_BEGINNING: Final = re.compile(rf"(?:\[{_TIME}\]|{_TIME})(?:\s+|$)(?:[-|]\s+)?")
_NEAR: Final = 2.0
"""Seconds by which a line's own time may differ from when it came, to be the same."""


def own_time(text: str, time: float | None) -> int:
    """How many characters of a line say no more than that it was written at `time`; 0 where they say anything else."""
    match = _BEGINNING.match(text)
    if match is None or time is None or match.end() == len(text):
        return 0
    own = time_of(match[0], time)
    return match.end() if own is not None and abs(own - time) < _NEAR else 0
