"""How a run reads in plain lines. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from opsconsole.model.check import Finding
from opsconsole.model.questions import (
    AskChanged,
    AskConfirm,
    AskEnd,
    AskFailed,
    AskInput,
    AskShown,
    AskTick,
    AskUnknown,
    AskWatch,
    AskWay,
    Question,
)
from opsconsole.model.run import OpsCheck, PartState, Progress, level_changes
from opsconsole.model.runbook import Step
from opsconsole.model.text import one_line, plain
from opsconsole.model.units import duration

_RISK_COLOURS: Final = {"read": "32", "unknown": "33", "change": "33", "destroy": "1;31"}


@dataclass(frozen=True, slots=True)
class Ink:
    """Colours, or none."""

    colours: bool = False

    def paint(self, text: str, code: str) -> str:
        """`text` in the colour that the terminal knows by `code`."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colours and text and code else text


def command_lines(question: AskConfirm, ink: Ink) -> str:
    """The command exactly as it will run, its risk and why, where it runs, and what takes it back."""
    text = "\n".join(
        f"  $ {line}" if not n else f"    {line}" for n, line in enumerate(plain(question.text).split("\n"))
    )
    risk = question.command.risk.word
    why = f"  {one_line(question.command.why)}" if question.command.why else ""
    lines = [
        ink.paint(text, "1"),
        f"\n  {ink.paint(risk.upper(), _RISK_COLOURS[risk])}{why} · {one_line(question.where)}",
    ]
    if question.values:
        lines.append("  with " + ", ".join(f"{name}={one_line(value, 80)}" for name, value in question.values))
    if question.command.caption:
        lines.append(f"  {one_line(question.command.caption)}")
    if question.condition:
        lines.append(f"  only if this holds: {one_line(question.condition)}")
    if question.session:
        lines.append(f"  in this run: {one_line(' · '.join(question.session), 400)}")
    lines += [f"  {one_line(each, 200)}" for each in question.forecast]
    if question.rest and question.rest_ends:
        lines.append(f"  [a] takes {question.rest} commands, {one_line(question.rest_ends, 300)}")
    if question.overridden:
        lines.append(f"  a rule is broken for it: {one_line(question.overridden)}")
    if question.undo:
        lines.append(f"  taken back by: {one_line(question.undo)}")
    if question.refused:
        lines.append(ink.paint(f"  refused: {one_line(question.refused)}", "1;31"))
    return "\n".join(lines) + "\n"


LABELS: Final = {
    "y": "[y]es",
    "d": "[d]one as it is",
    "r": "[r]un again",
    "s": "[s]kip",
    "e": "[e]dit",
    "u": "[u]ndo",
    "b": "[b]ack",
    "q": "[q] stop",
    "v": "[v]alues",
    "n": "[n]ote and done",
    "l": "[l]eave open",
    "a": "[a]ll the rest as one script",
    "p": "[p] one at a time",
    "o": "[o]verride the rule",
    "h": "run it [h]ere",
    "k": "skip, [k]eep what it set",
    "t": "[t]ake over",
    "!": "[!] shell",
}


def keys_of(question: Question) -> str:
    """The letters that answer a question; see `LABELS`."""
    fixed = {AskTick: "ynsbql", AskUnknown: "rdsbql", AskEnd: "ybl", AskWay: "sbql"}  # a way has a number, no letter
    match question:
        case AskConfirm():
            keys = _confirm_keys(question)
        case AskChanged(running=running):
            keys = "yl" if running else "yql"
        case AskWatch(not_now=not_now):
            keys = "l" if not_now else "tl"
        case AskShown(here=here):
            keys = f"ds{'h' if here else ''}bql"
        case AskFailed(undo_step=undo, leaves=leaves):
            keys = f"rs{'k' if leaves else ''}e{'' if undo is None else 'u'}bql"
        case _:
            keys = fixed.get(type(question), "")
    return keys if isinstance(question, AskChanged | AskWatch) else keys.replace("l", "v!l")


def _confirm_keys(question: AskConfirm) -> str:
    apart = "p" if question.joined else ""
    if question.refused:
        return f"rse{'o' if question.overridable else ''}{apart}bql"
    return f"{'' if question.mode == 'type' else 'y'}{'a' if question.rest else ''}{apart}sebql"


def prompt(question: Question) -> str:
    """The question line, with the keys that answer it."""
    if isinstance(question, AskInput):
        return _input_prompt(question)
    leads = {
        AskTick: "Done? ",
        AskShown: "Not run here. ",
        AskEnd: "End the run? ",
        AskChanged: "Go on with the text it began with? ",
    }
    lead = leads.get(type(question), "")
    if isinstance(question, AskWay):
        lead = f"Which way? [1-{len(question.ways)}] "
    if isinstance(question, AskConfirm):
        lead = "Run this? "
        if question.refused:
            lead = "It may not run. "
        elif question.mode == "type":
            lead = f"Type {one_line(question.target)} to run this, or "
        elif question.mode == "no":
            lead = "Run this? [Enter] or "
    return lead + " ".join(_label(question, key) for key in keys_of(question) if key in LABELS) + " > "


def _label(question: Question, key: str) -> str:
    return "[d]one there" if key == "d" and isinstance(question, AskShown) else LABELS[key]


def _input_prompt(question: AskInput) -> str:
    lines = f"{one_line(question.problem)}\n" if question.problem else ""
    choices = f" ({', '.join(map(one_line, question.choices))})" if question.choices else ""
    offer = f" [{one_line(question.suggestion)}]" if question.suggestion and not question.secret else ""
    return f"{lines}{one_line(question.text)}{choices}{offer} > "


def question_lines(question: Question, ink: Ink) -> str:
    """What stands before the question line."""
    match question:
        case AskConfirm():
            return command_lines(question, ink)
        case AskShown():
            return _shown_lines(question)
        case AskFailed() | AskUnknown():
            return _trouble_lines(question, ink)
        case AskWay():
            return _way_lines(question)
        case AskChanged() | AskWatch():
            return _before_going_on(question, ink)
        case _:
            return _end_lines(question) if isinstance(question, AskEnd) else ""


def _way_lines(question: AskWay) -> str:
    head = "  these are alternatives: one is done, the others are not\n" if question.alternatives else ""
    ways = enumerate(question.ways, 1)
    return head + "".join(f"  {number} {one_line(way.text)} → {one_line(way.leads)}\n" for number, way in ways)


def _end_lines(question: AskEnd) -> str:
    still = "".join(_finding_line(found) for found in question.still_wrong)
    lasting = f"Recovered means green for {duration(question.stay_green)}.\n" if question.stay_green else ""
    return "\nAll steps are through.\n" + lasting + (f"Still wrong:\n{still}" if still else "")


_DIFF_COLOURS: Final = {"-": "31", "+": "32", "@": "36"}


def _before_going_on(question: AskChanged | AskWatch, ink: Ink) -> str:
    """Who steers the run; or what the runbook says otherwise by now, as a diff."""
    if isinstance(question, AskWatch):
        return "".join(f"  {one_line(said)}\n" for said in (question.words, question.not_now) if said)
    head = f"\nThe runbook has changed since this run began: {one_line(question.path)}\n  {question.words}\n\n"
    diff = (ink.paint(f"  {_indented(line)}", _DIFF_COLOURS.get(line[:1], "")) for line in question.lines)
    return ink.paint(head, "1") + "".join(f"{line}\n" for line in diff) + "\n"


def _indented(line: str) -> str:
    return plain(line).replace("\n", " ").expandtabs(4)


def _shown_lines(question: AskShown) -> str:
    shown = "".join(f"    {line}\n" for line in plain(question.text).split("\n"))
    return f"{shown}  {one_line(question.why, 300)}\n"


def _trouble_lines(question: AskFailed | AskUnknown, ink: Ink) -> str:
    if isinstance(question, AskUnknown):
        return ink.paint(f"  outcome unknown: {one_line(question.reason)}", "1;31") + "\n"
    said = ink.paint(f"  failed: {one_line(question.reason)}", "1;31") + "\n"
    return said + (f"  it has set: {one_line(' · '.join(question.leaves), 400)}\n" if question.leaves else "")


def _finding_line(found: Finding) -> str:
    return f"  {found.level.sign} {found.level.name} {one_line(found.check)}: {one_line(found.reason)}\n"


def result_line(part: PartState, ink: Ink) -> str:
    """How a part ended."""
    took = f" in {duration(part.seconds)}" if part.seconds is not None else ""
    note = f" · {one_line(part.note)}" if part.note else ""
    note += f" · left running: {one_line(part.left)}" if part.left else ""
    note += "".join(f" · {one_line(why, 200)}" for why in part.leaves.dropped)
    match part.progress:
        case Progress.DONE:
            how = _exit_words(part.exit)
            return ink.paint(f"  ✓ {how}{took}{note}", "32") + "\n"
        case Progress.SKIPPED:
            return f"  – skipped: {one_line(part.note)}\n"
        case Progress.FAILED:
            how = "" if part.exit is None else f" ({_exit_words(part.exit)}{took})"
            return ink.paint(f"  ✗ failed{how}", "1;31") + "\n"
        case _:
            return ""


def _exit_words(code: int | None) -> str:
    if code is None:
        return "done"
    return f"exit {code}" if code >= 0 else f"ended by signal {-code}"


def ops_check_lines(check: OpsCheck, before: OpsCheck | None) -> str:
    """What an OPS-check saw; after the first one only what has changed."""
    if check.problem:
        return f"OPS-check {check.label}: not verified, {one_line(check.problem)}\n"
    head = f"OPS-check {check.label}: {check.level.name}\n"
    if before is None or before.problem:
        return head + "".join(_finding_line(found) for found in check.findings)
    changes = level_changes(before, check)
    lines = [
        f"  {one_line(c.check)} {c.before.name if c.before is not None else '–'} → "
        f"{c.after.name if c.after is not None else '–'}\n"
        for c in changes
    ]
    return head + ("".join(lines) or "  nothing has changed\n")


def plan(state_steps: tuple[tuple[int, Step, AskConfirm | None], ...], ink: Ink) -> str:
    """What `--dry-run` prints: every step, with the commands as they would run."""
    blocks = []
    for place, step, question in state_steps:
        if question is not None:
            blocks.append(
                f"{place + 1} · {one_line(step.section)} · {one_line(step.name)}\n{command_lines(question, ink)}"
            )
        else:
            blocks.append(f"{place + 1} · {one_line(step.section)} · [{step.kind}] {one_line(step.text)}\n")
    return "\n".join(blocks)
