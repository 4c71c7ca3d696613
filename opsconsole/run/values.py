"""Filling a command in: which values it needs, whether one is acceptable, and what may be suggested."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from opsconsole.model.run import RunState
from opsconsole.model.runbook import Input, Placeholder, Runbook
from opsconsole.model.stack import Stack
from opsconsole.model.text import one_line
from opsconsole.run.mask import HIDDEN

if TYPE_CHECKING:
    from opsconsole.runbook.guard import Guard

SUGGEST_WITHIN: Final = 10.0
"""Seconds that a command which suggests a value may take."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A command with all its values: `text` and `env` as they will run; `used` for people, secrets hidden.

    `problem` says in one line why it cannot run as it is, `notes` what is otherwise than in the document.
    """

    text: str
    env: Mapping[str, str] = field(default_factory=dict, hash=False)
    used: tuple[tuple[str, str], ...] = ()
    secrets: tuple[str, ...] = ()
    problem: str = ""
    notes: tuple[str, ...] = ()


def needed(text: str, state: RunState) -> tuple[Placeholder, ...]:
    """What is to be filled in in a command of this run."""
    from opsconsole.runbook.inputs import placeholders

    return placeholders(text, declared(state))


def declared(state: RunState) -> set[str]:
    """The names that a `$NAME` in this run's commands may mean: its inputs, and what steps have captured."""
    captures = {here.step.options.capture for here in state.steps if here.step.options.capture}
    return {given.name for given in state.runbook.inputs} | (captures & state.inputs.keys())


def input_for(placeholder: Placeholder, runbook: Runbook) -> Input:
    """The input that a placeholder asks for: the declared one, else one made for it."""
    made = Input(placeholder.name, f"What stands for {placeholder.text}?")
    return next((given for given in runbook.inputs if given.name == placeholder.name), made)


def choices(wanted: Input, stack: Stack) -> tuple[str, ...]:
    """The only values that an input may have; empty where it may have any."""
    if wanted.choices_from == "services":
        return tuple(service.name for service in stack.services)
    return wanted.choices


def fault_of(value: str, wanted: Input, stack: Stack) -> str:
    """Why `value` cannot be taken, in one line; empty where it can."""
    if not value.strip() and not wanted.allow_empty:
        return "it must not be empty"
    allowed = choices(wanted, stack)
    if allowed and value not in allowed:
        return f"it must be one of {', '.join(allowed)}"
    if any(ord(char) < 32 and char not in "\t\n" for char in value):
        return "it must not hold control characters"
    if wanted.pattern and not re.fullmatch(wanted.pattern, value):
        return f"it must look like {wanted.pattern}"
    return ""


def fill_in(text: str, state: RunState, secrets: Mapping[str, str]) -> Ready:
    """The command with its values put in; all that it needs must be among the run's inputs and `secrets`."""
    from opsconsole.model.trouble import Trouble
    from opsconsole.runbook.inputs import fill
    from opsconsole.runbook.standard_input import without_terminal

    values = {**state.inputs, **secrets}
    found = needed(text, state)
    may_be_empty = {given.name for given in state.runbook.inputs if given.allow_empty}
    may_be_empty |= {here.step.options.capture for here in state.steps if here.step.options.capture}
    filled = fill(text, found, values, may_be_empty=may_be_empty)
    kept = {one.name for one in found if one.optional and values.get(one.name) == one.text}
    names = dict.fromkeys(one.name for one in found if one.name in values and one.name not in kept)
    used = tuple((name, HIDDEN if name in secrets else values[name]) for name in names)
    if isinstance(filled, Trouble):
        return Ready(text, used=used, problem=one_line(str(filled)))
    problem = ""
    if any(value and value in filled.text for value in secrets.values()):
        problem = "a secret would stand in the command line for all to see; the runbook must use it as $NAME"
    hidden = tuple(name for name in filled.env if filled.env[name] in secrets.values())
    piped = without_terminal(filled.text)
    notes = ("-T is added: compose has no terminal to give to what reads or writes a file",)
    return Ready(text if problem else piped, filled.env, used, hidden, problem, notes if piped != filled.text else ())


async def suggestion(wanted: Input, stack: Stack, cwd: Path, guard: Guard) -> tuple[str, str]:
    """What may be suggested for an input, and a line on why its own command could not be asked; either may be empty."""
    fallback = wanted.default or ""
    if not wanted.source:
        return fallback, ""
    from opsconsole.runbook.risk import assess, overall

    refused = guard.refuse(wanted.source)
    if refused or overall(assess(wanted.source)).changes:
        return fallback, f"its suggestion is not looked up: {refused or 'the command for it is more than a look'}"
    line = ""
    with suppress(OSError, TimeoutError):
        line = await _first_line(wanted.source, cwd)
    return line or fallback, ""


async def _first_line(command: str, cwd: Path) -> str:
    process = await asyncio.create_subprocess_exec(
        "bash",
        "-c",
        command,
        cwd=cwd,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=1 << 16,
        start_new_session=True,  # a pipeline is several processes; one signal must reach all of them
    )
    try:
        async with asyncio.timeout(SUGGEST_WITHIN):
            assert process.stdout is not None
            first = await process.stdout.readline()
    except ValueError:
        return ""
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    return one_line(first.decode("utf-8", "replace"))
