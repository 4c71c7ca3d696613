"""What the shell itself and shellcheck say of the steps. They are given the text to read; nothing of it is run."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from typing import Any, Final

from opsconsole.model.runbook import Runbook, Step
from opsconsole.model.text import one_line
from opsconsole.runbook.kinds import SHELLS
from opsconsole.runbook.lint.where import line_of
from opsconsole.runbook.marks import blanked
from opsconsole.runbook.remarks import Remark

_SAID: Final = re.compile(r"^\S*bash: (?:line (?P<line>\d+): )?(?P<what>.*)$")
_NOT_OF_A_STEP: Final = "SC1090,SC1091,SC2034,SC2148,SC2154,SC2155,SC2164"
"""What shellcheck says of whole scripts: a step's variables may come from the step before, and hold in the next."""
_BEYOND_SYNTAX: Final = 2000
"""Codes below are about the syntax, which bash itself is asked about."""
_LONGEST: Final = 20.0
"""Seconds for one answer; both answer in a fraction of one."""


def syntax(runbook: Runbook) -> Iterator[Remark]:
    """What bash cannot parse (`bash -n`), and what our own grammar cannot, whose risk is a guess then."""
    bash = shutil.which("bash")
    for step in _in_shell(runbook):
        said = _bash(bash, step) if bash else None
        if said is not None:
            row, what = said
            text = one_line(step.text.split("\n")[row - 1], 60)
            yield Remark(_line(runbook, step, row), "syntax", f"bash does not parse this: {what} (at {text})")
        elif any(command.why == "it does not parse as shell" for command in step.commands):
            message = "our grammar does not parse this as shell, so that its risk is a guess"
            yield Remark(step.line, "syntax", message, "warning" if bash else "problem")


def shellcheck(runbook: Runbook) -> Iterator[Remark]:
    """Its errors and warnings, where it is installed."""
    program = shutil.which("shellcheck")
    for step in _in_shell(runbook) if program else ():
        for said in _shellcheck(str(program), step):
            message = f"{one_line(said['message'], 200)} (SC{said['code']})"
            yield Remark(_line(runbook, step, said["line"]), "shellcheck", message, "warning")


def _in_shell(runbook: Runbook) -> Iterator[Step]:
    shells = {"", *SHELLS} - {"zsh"}
    for step in runbook.steps:
        if step.kind == "command" and step.lang.lower() in shells and not step.options.interpreter:
            yield step


def _line(runbook: Runbook, step: Step, row: int) -> int:
    lines = step.text.split("\n")
    return line_of(runbook, step, lines[min(row, len(lines)) - 1])


def _script(step: Step) -> str:
    return blanked(step.text, {placeholder.name for placeholder in step.placeholders}) + "\n"


def _bash(bash: str, step: Step) -> tuple[int, str] | None:
    """The first thing that bash complains about: its row (from 1) and its words."""
    said = _ask([bash, "--norc", "--noprofile", "-n"], _script(step))
    for line in said[1].split("\n") if said and said[0] else ():
        if match := _SAID.match(line):
            rows = len(step.text.split("\n"))
            return min(int(match["line"] or 1), rows), one_line(match["what"], 120)
    return None


def _shellcheck(program: str, step: Step) -> list[dict[str, Any]]:
    words = [program, "--norc", "--format=json", "--shell=bash", "--severity=warning", f"--exclude={_NOT_OF_A_STEP}"]
    said = _ask([*words, "-"], _script(step), errors=False)
    try:
        found = json.loads(said[1]) if said else []
    except ValueError:
        return []
    return [each for each in found if each["code"] >= _BEYOND_SYNTAX]


def _ask(words: Sequence[str], script: str, *, errors: bool = True) -> tuple[int, str] | None:
    try:
        done = subprocess.run(
            words,
            input=script.encode(errors="replace"),
            capture_output=True,
            timeout=_LONGEST,
            env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.returncode, (done.stderr if errors else done.stdout).decode(errors="replace")
