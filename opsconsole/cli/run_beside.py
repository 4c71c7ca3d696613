"""What is said beside a run's questions, in plain lines: what its author says, the clock, whom to call. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from opsconsole.cli.run_text import Ink
from opsconsole.model.questions import AskWay
from opsconsole.model.run import Progress, RunState
from opsconsole.model.runbook import Step
from opsconsole.model.text import one_line, plain
from opsconsole.model.units import duration
from opsconsole.runbook.between import after, before, in_the_header


def heading(state: RunState) -> str:
    """What a run begins with."""
    reason = f" · reason: {one_line(state.reason)}" if state.reason else ""
    head = f"{one_line(state.runbook.title)} · {state.stack} @ {state.host} as {state.user}{reason}"
    book = state.runbook
    within = f" · to be done within {duration(book.rto)}" if book.rto is not None else ""
    told = "".join(f"\n{one_line(section.title)}: {plain(section.prose).strip()}\n" for section in in_the_header(book))
    return f"{head}\nrun {state.id}{within}\n{told}"


_BLOCK: Final = 6
"""Changes that a run begins with."""


def lately_lines(state: RunState) -> str:
    """What had changed on the box before the run, as long as nothing of it has been done."""
    if state.lately is None or any(here.progress is not Progress.TODO for here in state.steps):
        return ""
    from opsconsole.cli.lately_text import block

    lines = block(state.lately, state.lately.at, _BLOCK, state.inputs.get("service", ""))
    return "\n" + "\n".join(lines) + "\n"


def step_heading(state: RunState, place: int, ink: Ink) -> str:
    """A step's head line, and what its author says before it."""
    step = state.steps[place].step
    where = f"{one_line(step.section)} · " if step.section else ""
    head = ink.paint(f"{place + 1} of {len(state.steps)} · {where}{one_line(step.name)}", "1")
    prose = plain(before(state.runbook, step)).strip()
    expected = "".join(f"\n  expected: {one_line(line)}" for line in step.expected)
    return f"\n{head}\n" + (f"\n{prose}\n" if prose else "") + (expected + "\n" if expected else "")


def closing_words(state: RunState) -> str:
    """What the document says behind its last step."""
    told = plain(after(state.runbook)).strip()
    return f"\n{told}\n" if told else ""


def escalation(state: RunState, contacts: Mapping[str, str]) -> str:
    """Whom to call where the runbook does not help; empty where it does not say."""
    name = state.runbook.escalate
    if not name:
        return ""
    contact = contacts.get(name)
    said = one_line(contact, 300) if contact else "no contact of that name in the stack file"
    return f"  escalate to {one_line(name, 60)}: {said}\n"


def clock(state: RunState, now: float, ink: Ink) -> str:
    """That the time is over in which this should have been done; empty before that, or without one."""
    rto, spent = state.runbook.rto, max(now - state.started, 0)
    if rto is None or spent <= rto:
        return ""
    return ink.paint(f"  {duration(spent)} of {duration(rto)}: over", "1;31") + "\n"


def met_lines(step: Step, seen: Collection[str], ink: Ink) -> str:
    """Which of the expected lines were printed; that one was not is no failure by itself."""
    return "".join(
        ink.paint(f"  ✓ expected: {one_line(each)}", "32") + "\n"
        if each in seen
        else f"  ? not seen word for word: {one_line(each)}\n"
        for each in step.expected
    )


def alternatives(state: RunState, question: AskWay) -> str:
    """The commands of each of several tabs, of which one is done."""
    group = state.steps[question.step].step.tab_group
    out = ""
    for number, way in enumerate(question.ways, 1):
        out += f"  {number} {one_line(way.text)}\n"
        for here in state.steps:
            if here.step.tab_group == group and here.step.tab == way.text:
                out += "".join(f"      {line}\n" for line in plain(here.step.text).rstrip("\n").split("\n"))
    return out


def held(state: RunState) -> str:
    """What the run has come to know and set; secrets are named, never shown."""
    secret = [given.name for given in state.runbook.inputs if given.secret]
    pairs = [(name, value) for name, value in state.inputs.items() if name not in secret]
    pairs += [(name, "(secret)") for name in secret]
    pairs += [("folder", state.cwd)] if state.cwd else []
    pairs += [
        (f"export {one.name}" if one.exported else one.name, "(secret)" if one.secret else one.value)
        for one in state.carried
    ]
    said = "".join(f"  {one_line(name, 80)} = {one_line(value, 400)}\n" for name, value in pairs)
    return said or "  the run holds no values yet\n"
