"""When nothing is told: windows of maintenance, silences, and the time after a boot. All of them end. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from opsconsole.model.alerts import Maintenance, Once, Weekly
from opsconsole.watch.alerts.state import Silence


def hushed(name: str, at: float, windows: Iterable[Maintenance], silences: Iterable[Silence]) -> bool:
    """Whether nothing is to be told of `name` at that moment."""
    return any(covers((silence.name,), name) and at < silence.until for silence in silences) or any(
        covers(window.checks, name) and ends(window.when, at) is not None for window in windows
    )


def covers(names: Sequence[str], name: str) -> bool:
    """Whether a check is meant by one of `names`; of a service all checks are meant, and without names everything."""
    return not names or name in names or name.partition(".")[0] in names


def ends(when: Once | Weekly, at: float) -> float | None:
    """When the window ends that is open at that moment; None where it is not open."""
    if isinstance(when, Once):
        return when.ends if when.begins <= at < when.ends else None
    zone = ZoneInfo(when.zone) if when.zone else None
    today = datetime.fromtimestamp(at, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    for days in range(8):  # one that began a week ago may be open still
        day = today - timedelta(days=days)
        if when.days and day.weekday() not in when.days:
            continue
        # By the clock on the wall, which may have been put forward or back between midnight and then.
        begins = day.replace(hour=when.at // 3600, minute=when.at % 3600 // 60).timestamp()
        if begins <= at < begins + when.lasts:
            return begins + when.lasts
    return None
