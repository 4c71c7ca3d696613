"""The header of a run, and what is said while no question is open. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from opsconsole.model.questions import Question
from opsconsole.model.run import RunState
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.text import one_line
from opsconsole.tui.presentation.header import verdict
from opsconsole.tui.presentation.spans import Line, Span, between, join, line, width, words
from opsconsole.tui.presentation.trail import crumbs

_DOT: Final = Span(" · ", "dim")

_ROOMY: Final = 70
"""Columns from which the header counts the findings."""


@dataclass(frozen=True, slots=True)
class Head:
    """What the header tells of: runbook, reason, run (None: not begun), whether only looks can run, and the way here.

    `trail` are the names of the screens that lead here, this one not among them.
    """

    title: str
    reason: str
    state: RunState | None
    read_only: bool = False
    trail: tuple[str, ...] = ()


def header(head: Head, snapshot: Snapshot | None, size: int, now: float) -> Line:
    """Which runbook on what, by whom and why; how bad the stack is; the clock against the time it should take.

    Where room is short the title is cut before READ-ONLY, the verdict and the clock are.
    """
    title, reason, state = head.title, head.reason, head.state
    worst = verdict(snapshot) if snapshot is not None else ()
    guarded = line(("READ-ONLY", "key")) if head.read_only else ()
    right = join([guarded, worst if size >= _ROOMY else worst[:1], _clock(state, now)], _DOT)
    room = size - width(right) - 4
    parts = [crumbs((*head.trail, title), room)]
    if state is not None:
        parts.append(line(*words(f"{state.stack} @ {state.host}"), (" as ", "dim"), *words(state.user)))
    if reason:
        parts.append(line(("reason: ", "dim"), *words(reason)))
    while len(parts) > 1 and width(join(parts, _DOT)) > room:
        parts.pop()
    return (Span(" "), *between(join(parts, _DOT), right, size - 2), Span(" "))


def place(state: RunState, asked: Question | None) -> int | None:
    """The step that is looked at: that of the question, else where the run stands; None where there are no steps."""
    if not state.steps:
        return None
    step = getattr(asked, "step", None)
    return min(step if step is not None else state.current, len(state.steps) - 1)


def _clock(state: RunState | None, now: float) -> Line:
    if state is None:
        return ()
    spent = max((state.ended_at or now) - state.started, 0)
    rto = state.runbook.rto
    late = rto is not None and spent > rto
    if late:
        return line((f"{minutes(spent)} of {minutes(rto or 0)}, over", "down"))
    return line((minutes(spent), "value"), (f" of {minutes(rto)}" if rto else "", "dim"))


def minutes(seconds: float) -> str:
    """`1:12`, `2:03:09`."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def waiting(state: RunState | None, now: float, *, trouble: str, left: bool, cut_short: bool) -> Line:
    """One line on what goes on while nothing is asked; `cut_short`: it is a waiting that Ctrl-C ends."""
    if trouble:
        return line(("! ", "down"), *words(trouble, "strong", 400))
    if state is None:
        return line(("beginning…", "dim"))
    if state.ended is not None:
        how = f"the run is over: {state.ended}"
        return line(
            (how, "good" if state.ended == "done" else "degraded"),
            f" · {one_line(state.why_ended)}" if state.why_ended else "",
        )
    if left:
        return line(("The run is open; it can be taken up again.", "strong"))
    waited = line(*words(state.waiting or "…", "dim"), ("  ^C stops the waiting" if cut_short else "", "dim"))
    return _running(state, now) or waited


def _running(state: RunState, now: float) -> Line:
    """What runs and what it asks for; empty where nothing does."""
    if state.prompt is not None:
        asks = "it asks for a password  " if state.prompt.secret else "it asks  "
        return line((asks, "degraded"), *words(state.prompt.text, "strong"))
    if state.shell is not None:
        return line(("a shell is open ", "now"), (minutes(max(now - state.shell.started, 0)), "value"))
    running = next((part for step in state.steps for part in step.parts if part.started and not part.ended), None)
    if running is not None and running.started is not None:
        return line(
            ("running ", "now"), (minutes(max(now - running.started, 0)), "value"), ("  ^C interrupts it", "dim")
        )
    return ()
