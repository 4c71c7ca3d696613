"""What the header says of the watch: that somebody is told when nobody looks, or that nobody is. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsconsole.model.verdict import Level
from opsconsole.tui.presentation.ages import age
from opsconsole.tui.presentation.spans import LEVEL_STYLES, Line, line

if TYPE_CHECKING:
    from opsconsole.watch.alerts.claim import LastRound

_WRONG = LEVEL_STYLES[Level.DEGRADED]


def last_watch(last: LastRound | None, *, wanted: bool, now: float) -> tuple[Line, bool]:
    """When the watch last looked, and whether something is wrong with that.

    Nothing where none has ever looked, unless it is `wanted`: the stack file says who is to be told.
    """
    if last is None:
        return (line(("no watch has run", _WRONG)), True) if wanted else ((), False)
    ago = max(now - last.at, 0)
    if last.is_stale(now):
        return line((f"watch silent for {age(ago)}", _WRONG)), True
    if last.failing:
        return line((f"watch: {', '.join(last.failing)} failing", _WRONG)), True
    return line((f"watch {age(ago)} ago" if ago >= 60 else "watch just now", "dim")), False
