"""Moments as people say them: `03:12`, `-10m`, `2026-01-06 23:50:10`. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from opsconsole.model.units import parse_duration

_CLOCK: Final = re.compile(r"(?:(\d{4})-(\d\d)-(\d\d)[ T])?(\d\d?):(\d\d)(?::(\d\d))?\s*(Z|UTC)?", re.IGNORECASE)


def parse_moment(said: str, now: float, zone: tzinfo | None = UTC) -> float:
    """Epoch seconds of what somebody said at `now`. ValueError with a sentence where it is no moment.

    A clock without a day is the last time that it was so: today, or yesterday where that is still to come.
    """
    words = said.strip().removeprefix("@").strip()
    if words.lower() in ("now", "0"):
        return now
    match = _CLOCK.fullmatch(words)
    if match is None:
        try:
            ago = now - parse_duration(words.removeprefix("-").strip())
            datetime.fromtimestamp(ago, UTC)
            return ago
        except (ValueError, OverflowError):
            pass
        raise ValueError(f"{said.strip()!r} is no time like 03:12, -10m or 2026-01-06 23:50")
    zone = UTC if match[7] else zone
    today = datetime.fromtimestamp(now, zone)
    try:
        at = today.replace(hour=int(match[4]), minute=int(match[5]), second=int(match[6] or 0), microsecond=0)
        if match[1]:
            at = at.replace(year=int(match[1]), month=int(match[2]), day=int(match[3]))
        elif at > today:
            at -= timedelta(days=1)
        return at.timestamp()
    except (ValueError, OverflowError):
        raise ValueError(f"there is no such time as {said.strip()!r}") from None


def clock(time: float, zone: tzinfo | None = UTC, *, fine: bool = True) -> str:
    """`03:12:09.120`; without `fine` `03:12:09`."""
    at = datetime.fromtimestamp(time, zone)
    return f"{at:%H:%M:%S}.{at.microsecond // 1000:03}" if fine else f"{at:%H:%M:%S}"


def stamp(time: float, zone: tzinfo | None = UTC) -> str:
    """With its day, and its zone where that is UTC: `2026-01-06 23:50:10.120Z`."""
    at = datetime.fromtimestamp(time, zone)
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03}{'Z' if zone is UTC else f'{at:%z}'}"
