"""What a run has come to know and set: its inputs, its folder, its environment. Pure."""

from __future__ import annotations

from opsconsole.model.run import Carried, RunState
from opsconsole.model.text import one_line
from opsconsole.tui.presentation.spans import Line, line, words, wrap


def holding(state: RunState, folder: str, width: int) -> list[Line]:
    """Under a heading each: values given, what steps have left to those after them, and where all is kept."""
    secret = [given.name for given in state.runbook.inputs if given.secret]
    given = [_pair(name, value, width) for name, value in state.inputs.items()]
    hidden = [_pair(name, "(secret, not shown)", width) for name in secret if name not in state.inputs]
    left = [_pair("folder", state.cwd, width)] if state.cwd else []
    left += [_pair(*_carried(one), width) for one in state.carried]
    return [
        *_under("Values of this run", [*given, *hidden], "none were asked for yet"),
        (),
        *_under("What steps left to those after them", left, "no step has changed folder or set a variable"),
        (),
        *_under("Kept on disk", [_pair("all of it, with every output in full", folder, width)] if folder else [], ""),
    ]


def _carried(one: Carried) -> tuple[str, str]:
    value = "(secret, not shown)" if one.secret else one.value
    return f"{'export ' if one.exported else ''}{one.name}", value


def _pair(name: str, value: str, width: int) -> list[Line]:
    return wrap(line("  ", *words(name, "strong", 80), (" = ", "dim"), *words(value, "value", 1000)), width, "      ")


def _under(title: str, pairs: list[list[Line]], none: str) -> list[Line]:
    said = [each for pair in pairs for each in pair]
    return [line((title, "heading")), *(said or [line(("  " + one_line(none), "dim"))])]
