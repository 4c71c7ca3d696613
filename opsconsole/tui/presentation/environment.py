"""The environment of one service beside what the stack expects of it. Values of secrets are not even here. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from opsconsole.model.detail import Variable
from opsconsole.tui.presentation.spans import Line, Span, fit, line, words, wrap
from opsconsole.tui.presentation.subject import Subject
from opsconsole.tui.presentation.table import Row

_NAMES = 32
"""Cells that names may take in their column; a longer one pushes its value to the right."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the checks of the environment ask: allowed values and names that must be set, and what a contract lists."""

    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    contract: str = ""

    @classmethod
    def of(cls, subject: Subject) -> Wanted:
        """As the stack file says."""
        values: dict[str, tuple[str, ...]] = {}
        needed: list[str] = []
        contract = ""
        for standing in subject.standings:
            if standing.check.kind != "env":
                continue
            expect: Any = standing.check.expect
            values |= dict(getattr(expect, "values", ()))
            needed += getattr(expect, "has", ())
            reading = subject.snapshot.last_good.get(standing.check.target)
            needed += getattr(reading.value, "required", ()) if reading is not None else ()
            contract = contract or (getattr(reading.value, "contract", "") if reading is not None else "")
        return cls(values, tuple(dict.fromkeys(needed)), contract)


def rows(variables: Sequence[Variable], wanted: Wanted, width: int) -> list[Row]:
    """What is missing or not as expected first, then all others by name."""
    known = {one.name: one for one in variables}
    missing = [name for name in wanted.needed if name not in known and name not in wanted.values]
    missing += [name for name, allowed in wanted.values.items() if name not in known and "" not in allowed]
    wrong = [one for one in variables if _is_wrong(one, wanted)]
    others = sorted((one for one in variables if one not in wrong), key=lambda one: one.name)
    column = min(max((len(one.name) for one in variables), default=0), _NAMES, max(width // 2, 8))
    out = [Row(f"env:{name}", (_missing(name, wanted, column),)) for name in missing]
    out += [Row(f"env:{one.name}", tuple(_variable(one, wanted, column, width))) for one in (*wrong, *others)]
    hidden = sum(one.value is None for one in variables)
    said = "1 is hidden as it may be a secret" if hidden == 1 else f"{hidden} are hidden as they may be secrets"
    note = f"{len(variables)} variables{f', of which {said}' if hidden else ''}"
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
