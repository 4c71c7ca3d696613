"""What has to be filled in before a command may start, and filling it in without letting a value do anything. Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from opsconsole.model.runbook import Input, Placeholder, Runbook, Step
from opsconsole.model.text import one_line
from opsconsole.model.trouble import Trouble
from opsconsole.runbook.marks import Mark, blanked, canonical, marks
from opsconsole.runbook.places import Place, places

_TAME: Final = re.compile(r"[\w.:@/+-]+")
_ONE_WORD: Final = re.compile(r"[^\s*?\[\]{}~\\]+")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Filled:
    """A command with nothing left to fill in: the text, and the variables it is to be given."""

    text: str
    env: dict[str, str] = field(default_factory=dict, hash=False)


def placeholders(script: str, declared: Collection[str]) -> tuple[Placeholder, ...]:
    """What `script` asks for, each text once, in order. `declared` are the names of the runbook's inputs."""
    found = {mark.text: Placeholder(mark.text, mark.name, mark.optional) for mark in marks(script, declared)}
    return tuple(found.values())


def wanted(runbook: Runbook, step: Step) -> tuple[Input, ...]:
    """The inputs that `step` needs, declared ones as they were declared, others made from the placeholder's name."""
    declared = {given.name: given for given in runbook.inputs}
    found: dict[str, Input] = {}
    for placeholder in step.placeholders:
        name = canonical(placeholder.name, declared) or placeholder.name
        if name in declared:
            found.setdefault(name, declared[name])
        elif placeholder.optional:
            ask = f"{placeholder.name}? (or keep {placeholder.text} as it is written)"
            found.setdefault(name, Input(name, ask, default=placeholder.text))
        else:
            found.setdefault(name, Input(name, f"{placeholder.name}?"))
    return tuple(found.values())


def fill(
    script: str, placeholders: Iterable[Placeholder], values: Mapping[str, str], *, may_be_empty: Collection[str] = ()
) -> Filled | Trouble:
    """`script` with `values` (by the placeholders' names) put in, or why that cannot be done.

    A value goes in as an environment variable where the text uses it so, else quoted for the place it stands in;
    where it would be read again by another language (a nested shell, SQL, quotes) only plain characters are let in.
    An optional placeholder whose value is its own text, or that has none, stays as it is written. An empty value is
    refused unless its name is in `may_be_empty`.
    """
    asked = {placeholder.text: placeholder for placeholder in placeholders}
    names = {placeholder.name for placeholder in asked.values()}
    found = [mark for mark in marks(script, names) if mark.text in asked]
    around = places(blanked(script, names), [(mark.begin, mark.end) for mark in found])
    text: list[str] = []
    env: dict[str, str] = {}
    at = 0
    for mark, place in zip(found, around, strict=True):
        value = values.get(mark.name)
        if mark.optional and value in (None, mark.text):
            continue
        problem = _problem(mark, place, value, may_be_empty)
        if problem or value is None:
            return Trouble(problem or "is not filled in", mark.text, "give it a value" if value is None else "")
        text.append(script[at : mark.begin])
        text.append(_written(mark, place, value, env))
        at = mark.end
    return Filled("".join(text) + script[at:], env)


def _problem(mark: Mark, place: Place, value: str | None, may_be_empty: Collection[str]) -> str | None:
    """Why a value must not stand in this place."""
    if value is None:
        return "is not filled in"
    if value == "":
        return None if mark.name in may_be_empty else "must not be empty"
    if _CONTROLS.search(value):
        return "must be one line of plain text"
    return _out_of_place(mark, place, value)


def _out_of_place(mark: Mark, place: Place, value: str) -> str | None:
    shown = one_line(value, 40)
    quoted_variable = mark.variable and place.quotes == "double" and not place.again
    if not quoted_variable and (place.again or place.quotes != "none") and not _TAME.fullmatch(value):
        return f"stands where only letters, digits and . : @ / + - _ are safe, not {shown!r}"
    if mark.variable and place.quotes == "none" and not _ONE_WORD.fullmatch(value):
        return f"stands without quotes, where {shown!r} would be taken apart"
    if value.startswith("-") and (place.begins_word or mark.variable):
        return f"would be read as an option: {shown!r}"
    return None


def _written(mark: Mark, place: Place, value: str, env: dict[str, str]) -> str:
    """What stands in the text instead of the placeholder; a variable that this shell will fill in stays."""
    if mark.variable and not (place.quotes == "single" and place.again):
        found = re.search(r"\w+", mark.text)
        assert found is not None
        env[found[0]] = value
        return mark.text
    if mark.variable or place.again or place.quotes != "none":
        return value
    return shlex.quote(value)
