"""Whether a systemd unit is in the state that it should be in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.readings import UnitReading

_RESULTS: Final = {
    "exit-code": "it ended with an error",
    "signal": "a signal ended it",
    "core-dump": "it crashed",
    "timeout": "it took too long to start or stop",
    "watchdog": "its watchdog ended it",
    "oom-kill": "it was out of memory",
    "start-limit-hit": "it was started too often in too short a time",
    "resources": "systemd had no resources for it",
    "exec-condition": "its ExecCondition said no",
}
"""What systemd's `Result=` means (systemd.service(5), systemd.exec(5))."""


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`inactive` is for what should not run here.

    `current`: what runs is what its file says now. DEGRADED where the file changed on disk since systemd read it, or
    the main process was started by another command line than that of its ExecStart.
    """

    state: Literal["active", "inactive"] = "active"
    current: bool = False


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """A crash loop is DOWN even though systemd calls it activating; a start or stop under way is DEGRADED."""
    reading: UnitReading = sample.value
    state, sub = reading.active_state, reading.sub_state
    measured = one_line(f"{state} ({sub})" if sub and sub != state else state, 60)
    if reading.load_state == "not-found":
        level = Level.OK if expect.state == "inactive" else Level.DOWN
        return Verdict(level, f"no unit called {one_line(reading.name, 80)}", "not found", expect.state)
    if reading.load_state in ("masked", "bad-setting", "error") and expect.state == "active" and state != "active":
        return Verdict(Level.DOWN, f"cannot be loaded: {reading.load_state}", reading.load_state, expect.state)
    level, reason = _state(expect, reading, sample.at)
    if level is Level.OK and expect.current and (stale := _stale(reading)) is not None:
        return stale
    return Verdict(level, reason, measured, expect.state)


def _stale(reading: UnitReading) -> Verdict | None:
    """What makes a unit that runs another one than its file describes."""
    if reading.need_reload:
        reason = "its file changed on disk since systemd read it: daemon-reload and a restart are due"
        return Verdict(Level.DEGRADED, reason, "as it was", "as on disk")
    if reading.as_started is False:
        runs, wanted = one_line(" ".join(reading.argv), 80), one_line(reading.exec_start, 80)
        return Verdict(Level.DEGRADED, f"runs {runs}, but its ExecStart is {wanted}: a restart is due", runs, wanted)
    return None


def _state(expect: Expect, reading: UnitReading, now: float) -> tuple[Level, str]:
    running = reading.active_state in ("active", "reloading", "refreshing")
    if expect.state == "inactive":
        quiet = reading.active_state == "inactive"
        return (
            (Level.OK, "not active, as expected") if quiet else (Level.DOWN, f"is {_word(reading)}, expected inactive")
        )
    if running:
        up = f" for {duration(max(now - reading.started_at, 0))}" if reading.started_at is not None else ""
        return Level.OK, f"{_word(reading)}{up}"
    if reading.sub_state.startswith("auto-restart"):
        times = f" ({reading.restarts} restarts so far)" if reading.restarts else ""
        return Level.DOWN, f"keeps crashing{times}{_why(reading)}"
    if reading.active_state in ("activating", "deactivating"):
        what = "starting" if reading.active_state == "activating" else "stopping"
        return Level.DEGRADED, f"still {what} ({one_line(reading.sub_state, 40)})"
    if reading.active_state == "failed":
        return Level.DOWN, f"failed{_why(reading)}"
    return Level.DOWN, f"{_word(reading)}{_why(reading)}"


def _why(reading: UnitReading) -> str:
    why = _RESULTS.get(reading.result, "")
    if reading.result in ("exit-code", "signal", "core-dump") and reading.exit_code:
        why += f" (code {reading.exit_code})" if reading.result == "exit-code" else f" ({reading.exit_code})"
    return f": {why}" if why else ""


def _word(reading: UnitReading) -> str:
    return one_line(reading.active_state, 40)
