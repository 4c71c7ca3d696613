"""Ways to go on: the questions of a decision and of alternatives, and what follows from what was picked. Pure."""

from __future__ import annotations

from typing import Any

from opsconsole.model.questions import AskWay, Way
from opsconsole.model.run import Progress, RunState, StepState
from opsconsole.model.text import one_line
from opsconsole.runbook.anchors import section_at


def ask_way(state: RunState, step: int) -> AskWay:
    """Which way? Each says where it leads."""
    return AskWay(step, tuple(_way(state, step, text, link) for text, link in state.steps[step].step.choices))


def ask_tab(state: RunState, step: int) -> AskWay:
    """Which of the alternatives that begin at `step`?"""
    group = state.steps[step].step.tab_group
    ways = []
    for tab in tabs_of(state, group):
        places = [place for place in steps_of(state, group) if state.steps[place].step.tab == tab]
        ran = any(part.attempt for place in places for part in state.steps[place].parts)
        many = f"{len(places)} steps, from " if len(places) > 1 else ""
        again = "; it has been run already" if ran else ""
        ways.append(Way(tab, f"{many}step {places[0] + 1}{again}", places[0]))
    return AskWay(step, tuple(ways), alternatives=True)


def steps_of(state: RunState, group: int) -> tuple[int, ...]:
    """The places of all steps of a group of alternatives; none for 0."""
    return tuple(place for place, here in enumerate(state.steps) if group and here.step.tab_group == group)


def tabs_of(state: RunState, group: int) -> tuple[str, ...]:
    """The alternatives of a group, in their order."""
    return tuple(dict.fromkeys(state.steps[place].step.tab for place in steps_of(state, group)))


def chosen(state: RunState, asked: AskWay, way: int) -> dict[str, Any]:
    """What the journal keeps of a choice: the way, the others, where the run goes, and what will not be done."""
    picked = asked.ways[way]
    others = [other.text for number, other in enumerate(asked.ways) if number != way]
    data = {"way": picked.text, "others": others, "goes_to": picked.goes_to, "passed": []}
    if not asked.alternatives:
        return data
    group = state.steps[asked.step].step.tab_group
    apart = [place for place in steps_of(state, group) if state.steps[place].step.tab != picked.text]
    undone = [p for p in apart if all(part.progress is Progress.TODO for part in state.steps[p].parts)]
    return {**data, "passed": undone, "group": group, "tab": picked.text}


def _way(state: RunState, step: int, text: str, link: str) -> Way:
    target = section_start(state, link)
    if target is None:
        return Way(text, f"no section is called {one_line(link, 80)}; the next step")
    if target >= len(state.steps):
        return Way(text, "the end of the run: nothing is to be done there", target)
    section = one_line(state.steps[target].step.section, 60)
    return Way(text, f"step {target + 1}" + (f" · {section}" if section else ""), target)


def other_ways(state: RunState, step: int) -> tuple[str, ...]:
    """Decisions that were to lead to this step by another way than the one picked, in words.

    The way that was picked may well go on to it in the order of the document: only the operator can tell.
    """
    line = state.steps[step].step.line
    return tuple(
        f"step {place + 1} leads here for “{one_line(text, 60)}”; “{one_line(picked, 60)}” was chosen"
        for place, here in enumerate(state.steps)
        if here.step.kind == "decision" and (picked := _picked(here))
        for text, link in here.step.choices
        if text != picked and _holds(state, link, line) and not _holds(state, dict(here.step.choices)[picked], line)
    )


def _picked(here: StepState) -> str:
    """What was chosen at a decision; empty where it was left out or is to come."""
    part = here.parts[0]
    return part.note if part.progress is Progress.DONE and part.note in dict(here.step.choices) else ""


def _holds(state: RunState, link: str, line: int) -> bool:
    """Whether `line` stands in the section that `link` leads to, or in one below that."""
    sections = state.runbook.sections
    section = section_at(link, sections)
    if section is None:
        return False
    later = (one.line for one in sections if one.line > section.line and one.level <= section.level)
    return section.line <= line < next(later, line + 1)


def section_start(state: RunState, link: str) -> int | None:
    """The place of the first step in the section that `link` (`#its-heading`) names, or below it.

    The number of steps where none comes after it; None where no section is called so.
    """
    section = section_at(link, state.runbook.sections)
    if section is None:
        return None
    return next((place for place, here in enumerate(state.steps) if here.step.line >= section.line), len(state.steps))
