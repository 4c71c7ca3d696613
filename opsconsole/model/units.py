"""Quantities as people write and read them. Sizes are binary, as in `docker stats`: 1 M is 1024 x 1024 bytes."""

from __future__ import annotations

import re
from typing import Final

_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?", re.IGNORECASE)
_SIZE_FACTORS: Final = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_DURATION_PART: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)")
_DURATION_FACTORS: Final = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def parse_size(text: str) -> int:
    """Bytes from `700M`, `1.5G`, `512 MiB`, `4096`. ValueError with a sentence otherwise."""
    match = _SIZE.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text!r} is not a size like 700M or 1.5G")
    return round(float(match[1]) * _SIZE_FACTORS[match[2].lower()])


def parse_duration(text: str) -> float:
    """Seconds from `5m`, `1h30m`, `250ms`. ValueError with a sentence otherwise."""
    parts = _DURATION_PART.findall(text)
    if not parts or _DURATION_PART.sub("", text).strip():
        raise ValueError(f"{text!r} is not a duration like 30s, 5m or 1h30m")
    return sum(float(number) * _DURATION_FACTORS[unit] for number, unit in parts)


def size(count: float) -> str:
    """Bytes in at most three significant figures: `312 M`, `1.5 G`, `0 B`."""
    value = float(count)
    for unit in "BKMGT":
        if abs(value) < 999.5 or unit == "T":
            short = f"{value:.1f}" if unit != "B" and abs(value) < 9.95 else f"{value:.0f}"
            return f"{short.removesuffix('.0')} {unit}"
        value /= 1024
    raise AssertionError  # the loop always returns at T


def duration(seconds: float) -> str:
    """Seconds in the two largest units that matter: `4 m 02 s`, `6 d`, `2 h 10 m`, `14 ms`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms" if seconds >= 0.0095 or seconds <= 0 else f"{seconds * 1000:.1f} ms"
    whole = round(seconds)
    days, rest = divmod(whole, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, secs = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h" if days < 3 and hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes:02} m" if minutes else f"{hours} h"
    if minutes:
        return f"{minutes} m {secs:02} s" if secs else f"{minutes} m"
    return f"{secs} s"


def roughly(seconds: float) -> str:
    """A time to come, no more exact than it can be known: `40 s`, `12 min`, `5 h`."""
    if seconds < 90:
        return f"{max(round(seconds / 10) * 10, 10)} s"
    return f"{round(seconds / 60)} min" if seconds < 100 * 60 else f"{round(seconds / 3600)} h"


def count(number: int) -> str:
    """A whole number with thin gaps between thousands: `1 204`."""
    return f"{number:,}".replace(",", " ")
