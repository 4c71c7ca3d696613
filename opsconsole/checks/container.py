"""Whether a container is in the state that it should be in, and healthy by its own health check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import msgspec

from opsconsole.model.sample import Sample
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.model.verdict import Level, Verdict

if TYPE_CHECKING:
    from opsconsole.model.readings import ContainerReading

OUT_OF_MEMORY = "out of memory"


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`exited` is for jobs that run once: these must have ended well."""

    state: Literal["running", "exited"] = "running"


def judge(expect: Expect, sample: Sample, past: Sequence[Sample]) -> Verdict:
    """Another state is DOWN, and so is an unhealthy one; a health check that has only begun is OK, with a word."""
    reading: ContainerReading = sample.value
    state = one_line(reading.state, 40)
    if reading.state != expect.state:
        return Verdict(Level.DOWN, _instead(reading, sample.at), state, expect.state)
    if reading.state == "exited":
        return _ended(reading, sample.at)
    if reading.health == "unhealthy":
        return Verdict(Level.DOWN, "running, but its own health check fails", "unhealthy", "running, healthy")
    if reading.health == "starting":
        return Verdict(Level.OK, "running; its health check has only begun", "starting", expect.state)
    return Verdict(Level.OK, f"running{_for(reading.started_at, sample.at)}", state, expect.state)


def _ended(reading: ContainerReading, now: float) -> Verdict:
    code = reading.exit_code
    level = Level.OK if code == 0 else Level.DOWN
    return Verdict(level, _instead(reading, now), f"exit code {code}", "exit code 0")


def _instead(reading: ContainerReading, now: float) -> str:
    """The state in words, with what explains it."""
    why = f" with code {reading.exit_code}" if reading.exit_code is not None else ""
    why += f", {OUT_OF_MEMORY}" if reading.oom_killed and reading.exit_code else ""
    match reading.state:
        case "exited" | "dead":
            return f"ended{_ago(reading.finished_at, now)}{why}"
        case "restarting":
            times = f" ({reading.restarts} restarts so far)" if reading.restarts else ""
            return f"keeps crashing{times}: ended{why}" if why else f"keeps crashing{times}"
        case "created":
            return "made, but never started"
        case "running":
            return f"still running{_for(reading.started_at, now)}, expected to have ended"
        case other:
            return one_line(other, 40)


def _ago(then: float | None, now: float) -> str:
    return f" {duration(max(now - then, 0))} ago" if then is not None else ""


def _for(then: float | None, now: float) -> str:
    return f" for {duration(max(now - then, 0))}" if then is not None else ""
