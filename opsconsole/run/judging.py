"""Whether a part that has ended was a success, by its exit code and what it printed. Pure."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass

from opsconsole.model.run import PartState
from opsconsole.model.runbook import Step
from opsconsole.model.text import one_line, plain
from opsconsole.model.units import duration

_FINDERS = re.compile(r"(?:^|[\s|;&(])(?:[efpz]?grep|rg|ag)\s")


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
    if part.interrupted and code != 0:
        if part.command.risk.changes or step.options.expect or step.options.until:
            return Judgement(False, "the operator ended it")
        return Judgement(True, note="watched until the operator ended it")
    if code not in step.options.exit:
        if code == 1 and not part.command.risk.changes and not output.strip() and _FINDERS.search(part.text):
            return Judgement(True, note="found nothing")
        return Judgement(False, _in_words(code))
    return _expected(step.options.expect if whole else None, output)


def hollow_values(part: PartState) -> str:
    """Why what a part has set is not to be relied on, in one line: a substitution failed, or came out empty."""
    if part.leaves.empty:
        names = ", ".join(part.leaves.empty)
        return f"{names} came out empty: what was to give a value gave none"
    if part.leaves.failed:
        return f"a command that was to give a value failed (exit code {', '.join(part.leaves.failed)})"
    return ""


def _expected(expect: str | None, output: str) -> Judgement:
    if not expect:
        return Judgement(True)
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
    return Judgement(True) if found else Judgement(False, f"it did not print {one_line(expect, 80)}")


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
