"""Whether a part that has ended was a success, by its exit code and what it printed. Pure."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass

from opsconsole.model.run import PartState
from opsconsole.model.runbook import Step
from opsconsole.model.text import one_line, plain
from opsconsole.model.units import duration

_INTERRUPTED = (-signal.SIGINT, 128 + signal.SIGINT)
"""How something ends that had the whole terminal, and got a Ctrl-C there."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Success or not; `reason` says why not, `note` what is worth knowing of a success."""

    ok: bool
    reason: str = ""
    note: str = ""


def judge(step: Step, part: PartState, output: str, whole: bool = True) -> Judgement:
    """What to make of an ended part; `output` is what it printed, or the end of it.

    `whole` says that the step is through with it, so that what the step as a whole is to print is looked for.
    """
    code = part.exit if part.exit is not None else 0
    if part.timed_out:
        return Judgement(False, f"it was ended after {duration(part.seconds or 0)}, which was the time it had")
    wanted = step.options.expect if whole else None
    if code != 0 and (part.interrupted or (part.command.endless and code in _INTERRUPTED)):
        return _ended_by_operator(step, part, wanted, output)
    if code not in step.options.exit:
        if code == 1 and not part.command.risk.changes and _found_nothing(part.text, output):
            if step.options.until:
                return Judgement(False, "it found nothing yet")
            return _expected(wanted, output, note="found nothing")
        return Judgement(False, _in_words(code))
    return _expected(wanted, output)


def _ended_by_operator(step: Step, part: PartState, wanted: str | None, output: str) -> Judgement:
    """What has no end of its own is through when the operator stops it; a look may be, a change is not."""
    if part.command.endless:
        return _expected(wanted, output, note="watched until the operator stopped it")
    unfinished = step.options.expect or step.options.until or step.options.capture
    if part.command.risk.changes or unfinished:
        return Judgement(False, "the operator ended it")
    return Judgement(True, note="the operator ended it before its own end")


def _found_nothing(text: str, output: str) -> bool:
    from opsconsole.runbook.finders import finds

    found = finds(text)
    return bool(found) or (found is None and not output.strip())


def hollow_values(part: PartState) -> str:
    """Why what a part has set is not to be relied on, in one line: a substitution failed, or came out empty."""
    if part.leaves.empty:
        names = ", ".join(part.leaves.empty)
        return f"{names} came out empty: what was to give a value gave none"
    if part.leaves.failed:
        return f"a command that was to give a value failed (exit code {', '.join(part.leaves.failed)})"
    return ""


def _expected(expect: str | None, output: str, note: str = "") -> Judgement:
    if not expect:
        return Judgement(True, note=note)
    text = plain(output.replace("\r\n", "\n"))
    if len(expect) > 2 and expect.startswith("/") and expect.endswith("/"):
        try:
            found = re.search(expect[1:-1], text, re.MULTILINE) is not None
        except re.error as error:
            return Judgement(
                False, f"the runbook's expectation {one_line(expect, 60)} is no regular expression: {error}"
            )
    else:
        found = expect in text
    return Judgement(True, note=note) if found else Judgement(False, f"it did not print {one_line(expect, 80)}")


def _in_words(code: int) -> str:
    if code < 0:
        try:
            return f"it was ended by {signal.Signals(-code).name}"
        except ValueError:
            return f"it was ended by signal {-code}"
    if code == 127:
        return "exit code 127: a command in it was not found"
    if code == 126:
        return "exit code 126: it could not be run"
    if code > 128 and code - 128 in {number.value for number in signal.Signals}:
        return f"exit code {code}: something in it was ended by {signal.Signals(code - 128).name}"
    return f"exit code {code}"
