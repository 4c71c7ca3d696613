"""The environment of one service beside what the stack expects of it. Values of secrets are not even here. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from opsconsole.model.detail import Variable
from opsconsole.model.verdict import Level
from opsconsole.tui.presentation.spans import Line, Span, cut, fit, line, words, wrap
from opsconsole.tui.presentation.subject import Subject
from opsconsole.tui.presentation.table import Row

_NAMES = 32
"""Cells that names may take in their column; a longer one pushes its value to the right."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the checks of the environment ask: allowed values, names that must be set, and their other names."""

    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    alias: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, subject: Subject) -> Wanted:
        """As the stack file says."""
        values: dict[str, tuple[str, ...]] = {}
        alias: dict[str, tuple[str, ...]] = {}
        needed: list[str] = []
        for standing in subject.standings:
            if standing.check.kind == "env":
                expect: Any = standing.check.expect
                values |= dict(getattr(expect, "values", ()))
                alias |= dict(getattr(expect, "alias", ()))
                good = subject.snapshot.last_good.get(standing.check.target)
                listed = getattr(good.value, "required", ()) if good is not None else ()
                listed = listed if getattr(expect, "complete", True) else ()
                ignored = getattr(expect, "ignore", ())
                needed += [*getattr(expect, "has", ()), *(name for name in listed if name not in ignored)]
        return cls(values, tuple(dict.fromkeys(needed)), alias)

    def missing(self, known: Mapping[str, Variable]) -> list[str]:
        """The names that should be set, under that name or another, and are not."""
        held = [name for name in self.needed if name not in self.values]
        lacking = [name for name in held if not any(one in known for one in (name, *self.alias.get(name, ())))]
        return lacking + [name for name, allowed in self.values.items() if name not in known and "" not in allowed]


def rows(variables: Sequence[Variable], wanted: Wanted, whence: str, width: int) -> list[Row]:
    """What is missing or not as expected first, then all others by name; `whence` says what they are."""
    missing = wanted.missing({one.name: one for one in variables})
    wrong = [one for one in variables if _is_wrong(one, wanted)]
    others = sorted((one for one in variables if one not in wrong), key=lambda one: one.name)
    column = min(max((len(one.name) for one in variables), default=0), _NAMES, max(width // 2, 8))
    out = [Row(f"env:{name}", (cut(_missing(name, wanted, column), width),), Level.DOWN) for name in missing]
    for one in (*wrong, *others):
        level = Level.DOWN if one in wrong else Level.OK
        out.append(Row(f"env:{one.name}", tuple(_variable(one, wanted, column, width)), level))
    hidden = sum(one.value is None for one in variables)
    said = "1 is hidden as it may be a secret" if hidden == 1 else f"{hidden} are hidden as they may be secrets"
    note = f"{len(variables)} variables{f', of which {said}' if hidden else ''}; {whence}"
    return [*out, Row("env", tuple(wrap(line((note, "dim")), width)))]


def _is_wrong(one: Variable, wanted: Wanted) -> bool:
    allowed = wanted.values.get(one.name)
    if one.value == "" and one.name in wanted.needed:
        return True
    return allowed is not None and one.value is not None and one.value not in allowed


def _missing(name: str, wanted: Wanted, column: int) -> Line:
    allowed = wanted.values.get(name)
    why = f"not set, expected {_or(allowed)}" if allowed else "not set, but the stack needs it"
    return line(("✗ ", "down"), *fit(words(name, "down", 80), max(column, len(name))), " ", (why, "down"))


def _variable(one: Variable, wanted: Wanted, column: int, width: int) -> list[Line]:
    wrong = _is_wrong(one, wanted)
    allowed = wanted.values.get(one.name)
    mark = line(("✗ ", "down")) if wrong else line("  ")
    value = words(one.value, "value", 1000) if one.value else line((one.hidden or "(empty)", "dim"))
    asked = f"  expected {_or(allowed)}" if allowed else ""
    name = words(one.name, "down" if wrong else "", 120)
    if len(name[0].text if name else "") <= column:
        name = fit(name, column)
    told = (*mark, *name, Span(" "), *value, *line((asked, "down" if wrong else "dim")))
    return wrap(told, width, " " * 4)


def _or(allowed: Sequence[str] | None) -> str:
    return " or ".join(one or "nothing" for one in allowed or ())
