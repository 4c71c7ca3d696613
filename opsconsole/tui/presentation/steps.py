"""A run's steps: the outline, and the page of one step with its command, its risk and its proof. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from opsconsole.model.check import Standing
from opsconsole.model.questions import AskConfirm, AskFailed, AskUnknown, AskWay, Question
from opsconsole.model.run import PartState, Progress, RunState, StepState, level_changes
from opsconsole.model.runbook import Command, Risk, Runbook, Step
from opsconsole.model.text import one_line, plain
from opsconsole.model.units import duration
from opsconsole.model.verdict import Level
from opsconsole.tui.presentation.spans import LEVEL_STYLES, Line, Span, cut, fit_name, line, sign, words, wrap
from opsconsole.tui.presentation.table import Row

_SIGNS: Final = {
    Progress.TODO: (" ", "dim"),
    Progress.RUNNING: ("▸", "now"),
    Progress.DONE: ("✓", "good"),
    Progress.FAILED: ("✗", "down"),
    Progress.SKIPPED: ("-", "dim"),
    Progress.OUTCOME_UNKNOWN: ("?", "unknown"),
}


_NOW: Final = "now"
"""How a command stands among others of its block: it is the one in question."""


def label(step: Step) -> str:
    """What a step is called in a list: its section where its name comes from there, else its own name in words."""
    if step.kind == "tick":
        return one_line(step.text, 80)
    if step.kind == "decision":
        return one_line(step.section, 80) or "A decision"
    name = step.name.replace("-", " ").strip() or step.section
    return one_line(name[:1].upper() + name[1:], 80)


def not_begun(book: Runbook) -> tuple[StepState, ...]:
    """The steps of a runbook that nobody has begun."""
    nothing = (Command("", Risk.READ, ""),)
    return tuple(StepState(step, tuple(map(PartState, step.commands or nothing))) for step in book.todo)


def unproven(step: StepState) -> bool:
    """Whether a command of the step is over, and it has not been judged yet: it is repeated, or its checks awaited."""
    over = (part for part in step.parts if part.progress in (Progress.DONE, Progress.FAILED))
    return any(part.ended is not None and not part.judged for part in over)


def outline(steps: Sequence[StepState], current: int | None, width: int) -> list[Row]:
    """A row a step: how far it is, its number, its name; the section as a heading where it changes."""
    rows: list[Row] = []
    section = None
    for place, state in enumerate(steps):
        mark, style = _SIGNS[Progress.RUNNING if unproven(state) else state.progress]
        if place == current and state.progress is Progress.TODO:
            mark, style = "▸", "now"
        name = line(
            (f"{mark} ", style), (f"{place + 1:>2} ", "dim"), (label(state.step), "strong" if place == current else "")
        )
        lines = [cut(name, width)]
        if state.step.section != section:
            section = state.step.section
            lines.insert(0, cut(line((one_line(section, 80), "dim")), width))
        rows.append(Row(str(place), tuple(lines)))
    return rows


@dataclass(frozen=True, slots=True)
class StepPage:
    """The lines of a step's page. The first `vital` ones must have been in sight before a change may be confirmed."""

    lines: Sequence[Line]
    vital: int


@dataclass(frozen=True, slots=True)
class Beside:
    """What a step's page shows besides the run itself: what leads up to it, live checks, expected lines that came.

    `call` is whom to call where the runbook does not help.
    """

    told: Sequence[Line] = ()
    standings: Mapping[str, Standing] = field(default_factory=dict)
    met: frozenset[str] = frozenset()
    call: Sequence[Line] = ()


def page(state: RunState, place: int, question: Question | None, beside: Beside, size: tuple[int, int]) -> StepPage:
    """Everything about one step: prose, commands in full, risk and why, where, undo, expected, and its live checks.

    `size` is the room there is, in cells and lines. Where not all of it fits, what will run comes before the prose.
    """
    width, height = size
    step = state.steps[place]
    told = beside.told
    earlier, now, later = _what_runs(step, question, width)
    rest = _expected(step.step, width, beside.met)
    rest += [*_if_it_fails(step.step, width), *proof(_proves(state.runbook, step.step), beside.standings, width)]
    if isinstance(question, AskFailed | AskUnknown):
        later = [*beside.call, (), *later]
    before = _calm([*told, (), *earlier])
    vital = _calm([*before, (), *now])
    whole = _calm([*vital, (), *later, (), *rest])
    if len(whole) <= height:
        return StepPage(whole, len(vital))
    vital = _calm(now)
    return StepPage(_calm([*vital, (), *rest, (), *later, (), *earlier, (), *told]), len(vital))


def _calm(lines: Sequence[Line]) -> list[Line]:
    """No gap at either end, and none twice as wide as another."""
    out: list[Line] = []
    for each in lines:
        if each or (out and out[-1]):
            out.append(each)
    return out if not out or out[-1] else out[:-1]


def _if_it_fails(step: Step, width: int) -> list[Line]:
    """What its author wants done then, where that is not to ask."""
    wish = step.options.on_failure or ""
    said = {"": "", "ask": "", "stop": "the run is stopped", "continue": "the run goes on"}.get(wish, f"on to {wish}")
    return wrap(line(("if it fails  ", "dim"), *words(said, "value")), width, " " * 13) if said else []


def _what_runs(step: StepState, question: Question | None, width: int) -> tuple[list[Line], list[Line], list[Line]]:
    """The commands before the one that is asked about, that one with all there is to know of it, and those after it.

    Where nothing is asked about, all of them are in the middle.
    """
    if step.step.kind == "decision" and not isinstance(question, AskWay):
        return [], [cut(line("  ", *words(text, "strong")), width) for text, _ in step.step.choices], []
    if step.step.kind == "tick":
        return [], wrap(line(("☐ ", "key"), *words(step.step.text, "strong", 500)), width, "  "), []
    if step.step.kind != "command":
        return [], [], []
    many = len(step.parts) > 1
    here = getattr(question, "part", None)
    asked = question if isinstance(question, AskConfirm) else None
    drawn = [
        [*_command(part, asked if number == here else None, width, many and (_NOW if number == here else "other")), ()]
        for number, part in enumerate(step.parts)
    ]
    if here is None:
        why = ", ".join(dict.fromkeys(part.command.why for part in step.parts))
        return [], [*chain.from_iterable(drawn), *([] if question else _risk(step.step.risk, why, width))], []
    now = [*drawn[here], *(_about(asked, width) if asked else [])]
    return list(chain.from_iterable(drawn[:here])), now, list(chain.from_iterable(drawn[here + 1 :]))


def _proves(runbook: Runbook, step: Step) -> tuple[str, ...]:
    return step.options.check or (runbook.treats if step.risk.changes else ())


def _command(part: PartState, asked: AskConfirm | None, width: int, among: str | bool) -> list[Line]:
    """A command in full; `among` others it has a mark, and it is the brighter the more it is about this one."""
    out: list[Line] = []
    caption = part.command.caption
    if caption:
        out += wrap(line(("# ", "comment"), *words(caption, "comment", 300)), width)
    mark, style = _SIGNS[part.progress]
    if among == _NOW and part.progress is Progress.TODO:
        mark, style = _SIGNS[Progress.RUNNING]
    text = plain(asked.text if asked else part.text or part.command.text).rstrip("\n")
    first = True
    for each in text.split("\n"):
        lead = line((f"{mark} ", style)) if among and first else line("  ")
        prompt = line(("$ ", "prompt")) if first else line("  ")
        for folded in _folded(each.expandtabs(4), width - 4):
            out.append((*lead, *prompt, Span(folded, "code" if among == "other" else "command")))
            lead, prompt = line("  "), line("  ")
        first = False
    if part.ended is not None and part.judged:
        out.append(_result(part))
    return out


def _folded(text: str, size: int) -> list[str]:
    """A command line cut at the margin, never anywhere else changed: it is shown in full."""
    size = max(size, 8)
    return [text[start : start + size] for start in range(0, len(text), size)] or [""]


def _result(part: PartState) -> Line:
    took = part.seconds if part.seconds is not None else (part.ended or 0) - (part.started or 0)
    bad = part.progress is Progress.FAILED
    how = part.reason or (f"exit {part.exit}" if part.exit is not None else part.progress.value)
    return line(
        "    ",
        (f"{_SIGNS[part.progress][0]} ", _SIGNS[part.progress][1]),
        *words(how, "down" if bad else "dim"),
        (f" · {duration(max(took, 0))}", "dim"),
    )


def _about(asked: AskConfirm, width: int) -> list[Line]:
    out = _risk(asked.command.risk, asked.command.why, width, asked.where)
    if asked.values:
        given = "  ".join(f"{name} = {value}" for name, value in asked.values)
        out += wrap(line(("with  ", "dim"), *words(given, "value", 400)), width, "      ")
    if asked.session:
        out += wrap(line(("run   ", "dim"), *words(" · ".join(asked.session), "value", 400)), width, "      ")
    for each in asked.forecast:
        out += wrap(line(("does  ", "dim"), *words(each, "value", 300)), width, "      ")
    if asked.overridden:
        out += wrap(line(("rule broken  ", "down"), *words(asked.overridden, "value", 300)), width, "      ")
    if asked.rest_ends and asked.rest:
        out += wrap(
            line(("A     ", "dim"), *words(f"takes {asked.rest} commands, {asked.rest_ends}", "dim", 300)), width
        )
    if asked.undo:
        out += wrap(line(("undo  ", "dim"), *words(asked.undo, "value", 400)), width, "      ")
    return out


def risk_line(risk: Risk, why: str) -> Line:
    """The risk in a word, and why it is thought so."""
    word = "CHANGE?" if risk is Risk.UNKNOWN else risk.name
    return line((f" {word} " if risk is Risk.DESTROY else word, f"risk-{risk.word}"), "  ", *words(why, "", 300))


def _risk(risk: Risk, why: str, width: int, where: str = "") -> list[Line]:
    said = risk_line(risk, why)
    return wrap(
        (*said, *line((f" · {one_line(where)}", "dim"))) if where else said, width, "        " if width > 60 else "  "
    )


def _expected(step: Step, width: int, met: frozenset[str]) -> list[Line]:
    """Lines that should be printed; those that were have a tick."""
    out: list[Line] = []
    for text in step.expected:
        mark = line(("✓ ", "good")) if text in met else line("  ")
        out += wrap((*line(("expected  ", "dim")), *mark, *words(text, "value", 300)), width, " " * 12)
    if step.options.expect:
        out += wrap(line(("must be printed  ", "dim"), *words(step.options.expect, "value", 300)), width, " " * 17)
    return out


def proof(names: Sequence[str], standings: Mapping[str, Standing], width: int) -> list[Line]:
    """The live checks that show whether it worked."""
    if width < _ROOMY:
        return _narrow_proof(names, standings, width)
    out: list[Line] = []
    longest = min(max(map(len, names), default=0), 32) + 2
    for number, name in enumerate(names):
        standing = standings.get(name)
        head = "proves itself by  " if not number else " " * 18
        if standing is None:
            said = line(("not looked at", "dim"))
        elif standing.level is Level.OK:
            said = line(("✓ OK  ", "good"), *words(standing.verdict.measured or standing.verdict.reason, "dim"))
        else:
            said = line(*sign(standing.level), " ", *words(standing.verdict.reason, LEVEL_STYLES[standing.level]))
        out.append(cut((*line((head, "dim")), *fit_name(words(name, "strong"), longest), *said), width))
    return [(), *out] if out else []


_ROOMY: Final = 60
"""Cells from which a check, how it stands and why have room on one line."""


def _narrow_proof(names: Sequence[str], standings: Mapping[str, Standing], width: int) -> list[Line]:
    out = [(), line(("proves itself by", "dim"))] if names else []
    for name in names:
        standing = standings.get(name)
        if standing is None:
            said = line("? ", *words(name, "strong"), ("  not looked at", "dim"))
        elif standing.level is Level.OK:
            said = line(("✓ ", "good"), *words(name, "strong"), ("  OK", "good"))
        else:
            reason = words(standing.verdict.reason, LEVEL_STYLES[standing.level])
            said = line(*sign(standing.level), " ", *words(name, "strong"), "  ", *reason)
        out += wrap(said, width, "  ")
    return out


def difference(state: RunState, width: int) -> list[Line]:
    """What became of the checks between the first OPS-check of a run and the last, and where its record is."""
    record = wrap(line(("record  ", "dim"), (f"opsconsole runs report {state.id}", "command")), width, "        ")
    return [*_changes(state, width), (), *record]


def _changes(state: RunState, width: int) -> list[Line]:
    if len(state.ops_checks) < 2:
        return wrap(_why_not(state), width, "  ")
    first, last = state.ops_checks[0], state.ops_checks[-1]
    if last.problem:
        return wrap(line(("not verified: ", "degraded"), *words(last.problem, "strong", 300)), width, "  ")
    out = [line(("before  ", "dim"), *_level(first.level), ("   now  ", "dim"), *_level(last.level))]
    changed = level_changes(first, last)
    for change in changed:
        after, before = change.after, change.before
        became = line(*_level(before), (" → ", "dim"), *_level(after))
        out.append(cut(line("  ", *fit_name(words(change.check, "strong"), 28), *became), width))
    return out if changed else [*out, line(("no check has changed", "dim"))]


def _why_not(state: RunState) -> Line:
    """Why nothing can be compared."""
    if why := state.runbook.unchecked_because:
        return line(("not verified: ", "degraded"), *words(why, "strong", 300))
    changed = state.unchecked is not None and state.unchecked.changes
    if changed:
        return line(("not verified: ", "degraded"), ("no OPS-check was taken after the last change", "strong"))
    return line(("OPS-check: ", "dim"), ("taken once" if state.ops_checks else "not taken", "dim"))


def _level(level: Level | None) -> Line:
    if level is None:
        return line(("not there", "dim"))
    return line((f"{level.sign} {level.name}", "good" if level is Level.OK else LEVEL_STYLES[level]))
