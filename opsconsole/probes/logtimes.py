"""When a line of a log was written, as its writer says. Pure.

A time without a zone is taken for one of this box. A line without a time belongs to the one before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_BEGINNING: Final = 400
"""Characters of a line in which its time must stand."""

_ISO: Final = re.compile(
    r"(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?\s?(Z\b|UTC\b|[+-]\d\d:?\d\d\b)?"
)
_ACCESS: Final = re.compile(r"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d):(\d\d) (?P<zone>[+-]\d{4})")
_REDIS: Final = re.compile(r"^\d+:[XCSM] (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d)(?:\.(?P<fraction>\d+))?")
_SYSLOG: Final = re.compile(r"^(?:<\d+>)?([A-Z][a-z]{2}) +(\d\d?) (\d\d):(\d\d):(\d\d)\b")
_EPOCH: Final = re.compile(r'"(?:ts|time|timestamp)"\s*:\s*"?(\d{10})(\d{3})?(?:\.(\d+))?[",}\s]')
_NAMES: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS: Final = {name: number for number, name in enumerate(_NAMES, 1)}


def since(lines: Iterable[str], begin: float, now: float) -> tuple[list[str], bool, bool]:
    """Of `lines`, oldest first, those from `begin` on; whether older ones were among them; whether any had a time."""
    kept: list[str] = []
    older = timed = False
    inside = False
    for line in lines:
        written = time_of(line, now)
        if written is not None:
            timed, inside = True, written >= begin
            older = older or not inside
        if inside:
            kept.append(line)
    return kept, older, timed


def time_of(line: str, now: float) -> float | None:
    """Seconds since the epoch, or None; `now` tells the year where the line does not."""
    head = line[:_BEGINNING]
    try:
        if match := _ISO.search(head):
            year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
            return _moment(datetime(year, month, day, hour, minute, min(second, 59)), match[8]) + _fraction(match[7])
        if match := _ACCESS.search(head) or _REDIS.match(head):
            return _with_named_month(match)
        if match := _SYSLOG.search(head):
            return _without_year(match, now)
        if match := _EPOCH.search(head):
            return float(match[1]) + _fraction(match[2] or match[3])
    except (ValueError, KeyError, OverflowError):
        return None
    return None


def _with_named_month(match: re.Match[str]) -> float:
    day, year, hour, minute, second = (int(match[n]) for n in (1, 3, 4, 5, 6))
    at = datetime(year, _MONTHS[match[2]], day, hour, minute, min(second, 59))
    return _moment(at, match["zone"]) if match.re is _ACCESS else _moment(at, None) + _fraction(match["fraction"])


def _fraction(digits: str | None) -> float:
    return float(f"0.{digits}") if digits else 0.0


def _moment(written: datetime, zone: str | None) -> float:
    if zone is None:
        return written.timestamp()
    if zone in ("Z", "UTC"):
        return written.replace(tzinfo=UTC).timestamp()
    digits = zone.replace(":", "")
    offset = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
    return written.replace(tzinfo=timezone(-offset if digits[0] == "-" else offset)).timestamp()


def _without_year(match: re.Match[str], now: float) -> float:
    """Of this year, or of the one before where it would lie in the future."""
    day, hour, minute, second = (int(match[n]) for n in (2, 3, 4, 5))
    year = datetime.fromtimestamp(now).year
    written = datetime(year, _MONTHS[match[1]], day, hour, minute, min(second, 59))
    if written.timestamp() > now + 86400:
        written = written.replace(year=year - 1)
    return written.timestamp()
