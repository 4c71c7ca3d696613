"""What the past of a target tells: its course in a few cells, and how fast a figure goes up or down. Pure."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, Final

from opsconsole.model.sample import Sample

SPAN: Final = 15 * 60.0
"""Seconds that a sparkline covers, the length of the past that a snapshot keeps."""

RATE_OVER: Final = 30.0
"""Seconds over which a rate is taken: long enough to be calm, short enough to see a worker come back."""


def course(past: Sequence[Sample], now: float, cells: int, value: Callable[[Any], float | None]) -> list[float | None]:
    """The newest value in each of `cells` equal parts of the last quarter of an hour; None where none was read.

    The parts are cut at whole multiples of their length, so that the drawing only moves when a part is full.
    """
    if not past or cells <= 0:
        return [None] * max(cells, 0)
    part = SPAN / cells
    end = (math.floor(now / part) + 1) * part
    out: list[float | None] = []
    for number in range(cells):
        until = end - (cells - 1 - number) * part
        place = bisect_right(past, until, key=_at) - 1
        found = past[place] if place >= 0 else None
        recent = found is not None and found.at > until - part and found.problem is None
        out.append(value(found.value) if recent and found is not None else None)
    return out


def per_second(past: Sequence[Sample], value: Callable[[Any], float | None], over: float = RATE_OVER) -> float | None:
    """How fast `value` changes from `over` seconds ago to the newest sample; None with too little past."""
    last = _read(past, value)
    if last is None:
        return None
    began = past[max(bisect_right(past, last[0] - over, key=_at) - 1, 0) :]
    first = next((found for found in (_read([sample], value) for sample in began) if found), None)
    if first is None or last[0] - first[0] < 1.5:
        return None
    return (last[1] - first[1]) / (last[0] - first[0])


def _read(past: Sequence[Sample], value: Callable[[Any], float | None]) -> tuple[float, float] | None:
    if not past or past[-1].problem is not None:
        return None
    number = value(past[-1].value)
    return None if number is None else (past[-1].at, number)


def _at(sample: Sample) -> float:
    return sample.at
