"""What there is to read in a run: the runbook, then a step at a time, at its end what has changed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from opsconsole.model.check import Standing
from opsconsole.model.questions import AskChanged, AskEnd, AskWay, Question
from opsconsole.model.run import Progress, RunState
from opsconsole.model.runbook import Runbook
from opsconsole.model.text import plain
from opsconsole.runbook.between import after, before
from opsconsole.tui.presentation import runs, steps
from opsconsole.tui.presentation.document import alternatives, document
from opsconsole.tui.presentation.lately import Beside, block
from opsconsole.tui.presentation.prose import prose
from opsconsole.tui.presentation.spans import Line, line, words, wrap
from opsconsole.tui.presentation.summary import escalation


@dataclass(frozen=True, slots=True)
class Reading:
    """A page under its heading; `place` is that of its step, None for the runbook as a whole."""

    heading: str
    page: steps.StepPage
    place: int | None


@dataclass(frozen=True, slots=True)
class Around:
    """What is known besides the run: live checks, expected lines that were printed, the stack's contacts.

    `beside` is what changed on the box before it.
    """

    standings: Mapping[str, Standing] = field(default_factory=dict)
    met: frozenset[str] = frozenset()
    contacts: Mapping[str, str] = field(default_factory=dict)
    beside: Beside | None = None


def of_run(
    book: Runbook, state: RunState | None, asked: Question | None, around: Around, size: tuple[int, int]
) -> Reading:
    """The page for a run in `state` (None: not begun), with `asked` open, in `size` cells and lines."""
    place = runs.place(state, asked) if state is not None else None
    if state is None or place is None:
        lines = document(book, size[0], around.contacts).lines
        return Reading("Runbook", steps.StepPage([*_changed(around, state, size), *lines], 0), None)
    if isinstance(asked, AskChanged):
        return Reading("What has changed in the runbook", steps.StepPage(changes(asked, size[0]), 0), None)
    call = escalation(book, around.contacts, size[0])
    if state.ended is not None or isinstance(asked, AskEnd):
        changed = steps.difference(state, size[0])
        wrong = isinstance(asked, AskEnd) and bool(asked.still_wrong)
        told = prose(after(book), size[0]) if isinstance(asked, AskEnd) else []
        green = wrap(line(*words(state.green, "strong", 300)), size[0]) if state.green else []
        lines = [*green, *changed, *(call if wrong else []), *([(), *told] if told else [])]
        return Reading("What has changed", steps.StepPage(lines, 0), place)
    step = state.steps[place].step
    heading = f"{place + 1} of {len(state.steps)} · {step.section}" + (f" · {step.tab}" if step.tab else "")
    told = [*_changed(around, state, size), *prose(before(book, step), size[0])]
    if isinstance(asked, AskWay) and asked.alternatives:
        others = [here.step for here in state.steps if here.step.tab_group == step.tab_group]
        heading = f"{place + 1} of {len(state.steps)} · {step.section} · one of {len(asked.ways)}"
        return Reading(heading, steps.StepPage(alternatives(others, place + 1, size[0]), 0), place)
    beside = steps.Beside(told, around.standings, around.met, call)
    return Reading(heading, steps.page(state, place, asked, beside, size), place)


def _changed(around: Around, state: RunState | None, size: tuple[int, int]) -> list[Line]:
    """What changed here before the run, as long as nothing of it has been done; a few lines of the height there is."""
    if around.beside is None or (state is not None and any(s.progress is not Progress.TODO for s in state.steps)):
        return []
    return [*block(around.beside, size[0], min(max(size[1] // 5, 2), 6)), ()]


_DIFF_STYLES: Final = {"-": "down", "+": "good", "@": "dim"}


def changes(asked: AskChanged, size: int) -> list[Line]:
    """The diff of a runbook that has changed, and what it is that is compared."""
    head = line(("- ", "down"), "what the run began with   ", ("+ ", "good"), *words(asked.path, "", 200))
    diff = [line((plain(one).expandtabs(4), _DIFF_STYLES.get(one[:1], ""))) for one in asked.lines]
    return [each for one in (head, line(""), *diff) for each in wrap(one, size, "  ") or [line("")]]
