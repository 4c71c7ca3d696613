"""Whether a step's `when` holds: by what was answered, captured, done or seen. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from opsconsole.model.run import Progress, RunState
from opsconsole.model.text import one_line
from opsconsole.model.verdict import Level
from opsconsole.runbook.conditions import Condition, Term, condition


@dataclass(frozen=True, slots=True)
class Holding:
    """`holds` is None where nobody but the operator can tell; `words` say in one line what was found."""

    holds: bool | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class _Fact:
    """What is known of a name: `texts` it may be called, in words for people the first, and whether it holds alone."""

    texts: tuple[str, ...]
    alone: bool


def looks_at_checks(state: RunState, text: str) -> bool:
    """Whether checks have to be looked at to tell."""
    asked = condition(text)
    return asked is not None and any(_known(state, term.name) is None for term in asked.terms)


def holding(state: RunState, text: str, levels: Mapping[str, Level]) -> Holding:
    """Whether the condition `text` holds in this run; `levels` are those of the checks, as seen just now."""
    asked = condition(text)
    return Holding(None) if asked is None else _weigh(asked, state, levels)


def _weigh(asked: Condition, state: RunState, levels: Mapping[str, Level]) -> Holding:
    found: list[bool | None] = []
    words: list[str] = []
    for term in asked.terms:
        fact = _known(state, term.name) or _seen(term.name, levels)
        found.append(None if fact is None else _true(term, fact))
        what = one_line(fact.texts[0], 80) or "empty" if fact else "not known here"
        words.append(f"{term.name} is {what}")
    deciding = not asked.every
    if deciding in found:
        holds: bool | None = deciding
    else:
        holds = None if None in found else asked.every
    return Holding(holds, ", ".join(dict.fromkeys(words)))


def _true(term: Term, fact: _Fact) -> bool:
    if not term.sign:
        found = fact.alone
    elif term.sign == "is":
        found = term.value in fact.texts or (
            term.value.upper() in Level.__members__ and term.value.upper() in fact.texts
        )
    elif len(term.value) > 2 and term.value.startswith("/") and term.value.endswith("/"):
        try:
            found = any(re.search(term.value[1:-1], text, re.MULTILINE) for text in fact.texts)
        except re.error:
            found = False
    else:
        found = any(term.value in text for text in fact.texts)
    return found != term.negated


def _known(state: RunState, name: str) -> _Fact | None:
    """An input or capture of the run, else how a step of that name ended (a decision: what was answered)."""
    if name in state.inputs:
        value = state.inputs[name]
        return _Fact((value,), bool(value.strip()))
    for here in state.steps:
        if here.step.name == name:
            done = here.progress is Progress.DONE
            notes = tuple(part.note for part in here.parts if part.note)
            ended = (here.progress.value, *notes)
            return _Fact(ended if here.step.kind != "decision" else (*notes, here.progress.value), done)
    return None


def _seen(name: str, levels: Mapping[str, Level]) -> _Fact | None:
    level = levels.get(name)
    return None if level is None else _Fact((level.name,), level is Level.OK)
