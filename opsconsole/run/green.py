"""Recovered means green for so long: a restart always turns things green for a moment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from opsconsole.model.runbook import Runbook
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.model.verdict import Level

if TYPE_CHECKING:
    from opsconsole.run.session import Session

LOOK_EVERY: Final = 5.0
"""Seconds between two looks at most; a shorter time to stay green is looked at four times."""


@dataclass(slots=True)
class Green:
    """How long all has been well without a break, of `wanted` seconds. Moments are of the monotonic clock."""

    wanted: float
    since: float | None = None

    def saw(self, wrong: str, now: float) -> str:
        """What to say after a look in which `wrong` (empty: nothing) was not well."""
        if wrong:
            self.since = None
            return f"green for 0 s of {duration(self.wanted)}: {wrong}"
        if self.since is None:
            self.since = now
        lasted = now - self.since
        if lasted >= self.wanted:
            return f"green for {duration(self.wanted)}"
        return f"green for {duration(int(lasted)) if lasted >= 1 else '0 s'} of {duration(self.wanted)}"


def wrong_in(runbook: Runbook, levels: Mapping[str, tuple[Level, str]]) -> str:
    """The first of the checks that this runbook treats (of all, where it does not say) that is not OK, in words."""
    for name in runbook.treats or sorted(levels):
        level, reason = levels.get(name, (Level.UNKNOWN, "there is no such check"))
        if level is not Level.OK:
            return f"{name} is {level.name}" + (f", {one_line(reason, 100)}" if reason else "")
    return ""


async def watch_green(run: Session) -> None:
    """Keep saying how long all has been well, until it has been for as long as the runbook wants."""
    green = Green(run.state.runbook.stay_green)
    run.green_for("green for 0 s of " + duration(green.wanted))
    while True:
        try:
            wrong = wrong_in(run.state.runbook, _levels(await run.ops_check(run.state.runbook.treats or None)))
        except Exception as error:  # whatever a probe does: it could not be seen, so it is not known to be well
            wrong = f"it could not be looked at: {one_line(str(error)) or type(error).__name__}"
        run.green_for(green.saw(wrong, time.monotonic()))
        if green.since is not None and time.monotonic() - green.since >= green.wanted:
            return
        await asyncio.sleep(min(LOOK_EVERY, green.wanted / 4))


def _levels(seen: Snapshot) -> dict[str, tuple[Level, str]]:
    return {
        name: (max(standing.level, standing.verdict.level), standing.verdict.reason)
        for name, standing in seen.standings.items()
    }
