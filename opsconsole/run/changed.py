"""What has become of a runbook's text while a run of it was open: in words, and as a unified diff. Pure."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from opsconsole.model.runbook import Step
from opsconsole.model.text import one_line
from opsconsole.runbook.markdown import parse

_NAMED = 4
"""Steps that are named in a sentence at most."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`words` in one line, `lines` those of a unified diff, without its two head lines."""

    words: str
    lines: tuple[str, ...]


def difference(before: str, now: str) -> Difference:
    """What `now` says that `before` did not, and the other way round."""
    old, new = before.splitlines(), now.splitlines()
    lines = tuple(difflib.unified_diff(old, new, n=2, lineterm=""))[2:]
    if not lines:
        return Difference("only the ends of lines are others", ())
    out = sum(line.startswith("-") for line in lines)
    put_in = sum(line.startswith("+") for line in lines)
    counted = ", ".join(filter(None, (_lines(out, "taken out"), _lines(put_in, "put in"))))
    return Difference("; ".join(filter(None, (counted, *_steps(before, now)))), lines)


def _lines(count: int, what: str) -> str:
    return "" if not count else f"1 line {what}" if count == 1 else f"{count} lines {what}"


def _steps(before: str, now: str) -> tuple[str, ...]:
    """Which steps are other ones: what an operator wants to know before all lines."""
    old, new = _by_name(before), _by_name(now)
    changed = [name for name in old if name in new and _essence(old[name]) != _essence(new[name])]
    return (
        _named("changed", changed),
        _named("gone", [name for name in old if name not in new]),
        _named("new", [name for name in new if name not in old]),
    )


def _by_name(text: str) -> dict[str, Step]:
    return {step.name: step for step in parse(text, "runbook").todo}


def _essence(step: Step) -> tuple[object, ...]:
    """What of a step matters to who runs it; not where it stands."""
    return step.kind, step.text, step.risk, step.options


def _named(what: str, names: list[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    listed = ", ".join(one_line(name, 40) for name in names[:_NAMED])
    return f"{what}: {'step' if len(names) == 1 else 'steps'} {listed}{more}"
