"""What there is to read in a run: the runbook, then a step at a time, at its end what has changed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from opsconsole.model.check import Standing
from opsconsole.model.run import AskEnd, Question, RunState
from opsconsole.model.runbook import Runbook
from opsconsole.tui.presentation import runs, steps
from opsconsole.tui.presentation.document import document


@dataclass(frozen=True, slots=True)
class Reading:
    """A page under its heading; `place` is that of its step, None for the runbook as a whole."""

    heading: str
    page: steps.StepPage
    place: int | None


def of_run(
    book: Runbook,
    state: RunState | None,
    asked: Question | None,
    standings: Mapping[str, Standing],
    size: tuple[int, int],
) -> Reading:
    """The page for a run in `state` (None: not begun), with `asked` open, in `size` cells and lines."""
    place = runs.place(state, asked) if state is not None else None
    if state is None or place is None:
        return Reading("Runbook", steps.StepPage(document(book, size[0]), 0), None)
    if state.ended is not None or isinstance(asked, AskEnd):
        return Reading("What has changed", steps.StepPage(steps.difference(state, size[0]), 0), place)
    heading = f"{place + 1} of {len(state.steps)} · {state.steps[place].step.section}"
    return Reading(heading, steps.page(state, place, asked, standings, size), place)
