"""What there is to read in a run: the runbook, then a step at a time, at its end what has changed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from opsconsole.model.check import Standing
from opsconsole.model.run import AskChanged, AskEnd, Question, RunState
from opsconsole.model.runbook import Runbook
from opsconsole.model.text import plain
from opsconsole.tui.presentation import runs, steps
from opsconsole.tui.presentation.document import document
from opsconsole.tui.presentation.spans import Line, line, words, wrap


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
    if isinstance(asked, AskChanged):
        return Reading("What has changed in the runbook", steps.StepPage(changes(asked, size[0]), 0), None)
    if state.ended is not None or isinstance(asked, AskEnd):
        return Reading("What has changed", steps.StepPage(steps.difference(state, size[0]), 0), place)
    heading = f"{place + 1} of {len(state.steps)} · {state.steps[place].step.section}"
    return Reading(heading, steps.page(state, place, asked, standings, size), place)


_DIFF_STYLES: Final = {"-": "down", "+": "good", "@": "dim"}


def changes(asked: AskChanged, size: int) -> list[Line]:
    """The diff of a runbook that has changed, and what it is that is compared."""
    head = line(("- ", "down"), "what the run began with   ", ("+ ", "good"), *words(asked.path, "", 200))
    diff = [line((plain(one).expandtabs(4), _DIFF_STYLES.get(one[:1], ""))) for one in asked.lines]
    return [each for one in (head, line(""), *diff) for each in wrap(one, size, "  ") or [line("")]]
