"""Did a part that has ended do what it was for? By its exit, what it printed, and the live checks it names."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from opsconsole.model.run import PartState
from opsconsole.model.runbook import Step
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.text import one_line, plain
from opsconsole.model.units import duration
from opsconsole.model.verdict import Level
from opsconsole.run import folder as folders
from opsconsole.run.going import make_ready, start_part
from opsconsole.run.judging import Judgement, hollow_values, judge
from opsconsole.run.printed import end_of

if TYPE_CHECKING:
    from opsconsole.run.session import Session

AGAIN_AFTER: Final = 2.0
"""Seconds between two tries of a step with `until` whose author does not say."""
CHECKS_WITHIN: Final = 10.0
"""Seconds that live checks get to turn green where the step does not say: a restart takes a moment."""
LOOK_EVERY: Final = 1.0
CAPTURED: Final = 32 << 10
"""Bytes of output at most that a later step may be given."""


async def judge_ended(run: Session, step: int, part: int) -> dict[str, Any] | None:
    """What the journal says of the part's end; None where it was started once more instead (`until`)."""
    here = run.state.steps[step]
    now = here.parts[part]
    last = part == len(here.parts) - 1
    output = end_of(run.folder / folders.OUTPUT / (now.output or ""))
    found = judge(here.step, now, output, whole=last)
    if found.ok and (hollow := hollow_values(now)):
        found = Judgement(False, hollow)
    if not found.ok and await _again(run, step, part, found):
        return None
    run.series.pop((step, part), None)
    if found.ok and last and here.step.options.check:
        found = await _checks(run, here.step)
    if found.ok and last and here.step.options.capture:
        await run.give(here.step.options.capture, _captured(output))
    return {"ok": found.ok, "reason": found.reason, "note": found.note}


def _captured(output: str) -> str:
    return plain(output.replace("\r\n", "\n"))[-CAPTURED:].strip()


async def _again(run: Session, step: int, part: int, found: Judgement) -> bool:
    """Start a step that only looks once more, as long as its time lasts; whether that was done."""
    options = run.state.steps[step].step.options
    now: PartState = run.state.steps[step].parts[part]
    if not options.until or now.command.risk.changes or now.interrupted:
        return False
    began = run.series.setdefault((step, part), time.monotonic())
    left = options.until - (time.monotonic() - began)
    every = AGAIN_AFTER if options.every is None else options.every
    if left <= 0:
        return False
    run.waiting_for(f"not yet: {found.reason}; again every {duration(every)}, for {duration(left)} more")
    try:
        if not await run.pause(min(every, left)):
            return False
    finally:
        run.waiting_for("")
    filled = await make_ready(run, step, part)
    if filled.ready is None:
        return False
    await start_part(run, step, part, filled.ready)
    return True


async def _checks(run: Session, step: Step) -> Judgement:
    """Wait for the step's live checks to be OK, as long as it may take."""
    give_up = time.monotonic() + (step.options.until or CHECKS_WITHIN)
    try:
        while True:
            wrong = await _not_ok(run, step.options.check)
            left = give_up - time.monotonic()
            if not wrong:
                return Judgement(True, note=f"{', '.join(step.options.check)} OK")
            if left <= 0:
                return Judgement(False, f"it ran, but {wrong}")
            run.waiting_for(f"{wrong}; {duration(left)} left")
            if not await run.pause(min(LOOK_EVERY, left)):
                return Judgement(False, f"it ran, but {wrong}; the operator did not wait longer")
    finally:
        run.waiting_for("")


async def _not_ok(run: Session, names: tuple[str, ...]) -> str:
    """What is not OK of these checks, in one line; empty where all are."""
    try:
        seen: Snapshot = await run.ops_check(names)
    except Exception as error:  # whatever a probe does: it could not be seen
        return f"its checks could not be looked at: {one_line(str(error)) or type(error).__name__}"
    for name in names:
        standing = seen.standings.get(name)
        if standing is None:
            return f"there is no check {name} in this stack"
        if standing.verdict.level is not Level.OK or standing.level is not Level.OK:
            return f"{name} is {max(standing.level, standing.verdict.level).name}: {one_line(standing.verdict.reason)}"
    return ""
