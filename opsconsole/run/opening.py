"""What is looked at before a run begins or is taken up again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from opsconsole.model.questions import AskChanged, Leave, Stop, Yes
from opsconsole.model.runbook import Runbook
from opsconsole.model.stack import Stack
from opsconsole.model.text import one_line
from opsconsole.model.trouble import Trouble, TroubleError
from opsconsole.run.changed import difference
from opsconsole.run.folder import TEXT
from opsconsole.run.kinds import Kind
from opsconsole.run.values import fault_of

if TYPE_CHECKING:
    from opsconsole.run.session import Session

_LONGEST: Final = 16 << 20
"""Bytes of a runbook, as the library has it."""


def text_of(runbook: Runbook) -> bytes:
    """The bytes of the runbook's file, kept with the run. TroubleError where they are not those it was read from.

    One that was made here, as an action is, has no file: its own text is kept.
    """
    if runbook.path is None:
        made = runbook.source.encode()
        if hashlib.sha256(made).hexdigest() != runbook.digest:
            raise TroubleError(Trouble("a runbook without a file, or its text, cannot be run", runbook.name))
        return made
    try:
        content = runbook.path.read_bytes()
    except OSError as error:
        raise TroubleError(Trouble(f"cannot be read: {error.strerror}", str(runbook.path))) from None
    if hashlib.sha256(content).hexdigest() != runbook.digest:
        raise TroubleError(Trouble("has changed since it was opened", str(runbook.path), "open it again"))
    return content


def change_of(begun: Mapping[str, Any], folder: Path) -> AskChanged | None:
    """What the runbook of an open run says otherwise by now; None where it is the same.

    One that is gone has not changed: the run's own copy is what counts.
    """
    path = Path(begun["path"] or "")
    try:
        with path.open("rb") as file:  # a device never ends
            content = file.read(_LONGEST + 1)
        if len(content) <= _LONGEST and hashlib.sha256(content).hexdigest() == begun["digest"]:
            return None
        before = (folder / TEXT).read_bytes()
    except OSError:
        return None
    if len(content) > _LONGEST:
        return AskChanged(str(path), "it is too long for a runbook by now", ())
    found = difference(before.decode("utf-8", "replace"), content.decode("utf-8", "replace"))
    return AskChanged(str(path), found.words, found.lines)


async def settle_change(run: Session, changed: AskChanged) -> None:
    """Nothing silently: the operator says whether the run goes on with the text it began with, or ends.

    A run whose step is running at this moment can be gone on with or left.
    """
    question = replace(changed, running=run.running)
    answer = await run.ask(question)
    if isinstance(answer, Yes):
        await run.append(Kind.SAME_TEXT, {"path": changed.path, "changed": changed.words})
        run.changed = None
    elif isinstance(answer, Stop) and not run.running:
        reason = one_line(answer.reason, 2000) or "the runbook has changed"
        await run.append(Kind.CLOSED, {"how": "stopped", "reason": reason})
    elif isinstance(answer, Leave):
        run.leaving = True


def acceptable(inputs: Mapping[str, str], runbook: Runbook, stack: Stack) -> dict[str, str]:
    """Of the values given beforehand those that the runbook asks for and that it accepts."""
    asked = {given.name: given for given in runbook.inputs}
    named = {placeholder.name for step in runbook.steps for placeholder in step.placeholders}
    accepted = (name for name in asked.keys() & inputs.keys() if not fault_of(inputs[name], asked[name], stack))
    plain = (name for name in (named - asked.keys()) & inputs.keys() if inputs[name].strip())
    return {name: inputs[name] for name in sorted((*accepted, *plain))}
