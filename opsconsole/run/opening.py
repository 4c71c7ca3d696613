"""What is looked at before a run begins or is taken up again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from opsconsole.model.runbook import Runbook
from opsconsole.model.stack import Stack
from opsconsole.model.trouble import Trouble, TroubleError
from opsconsole.run.values import fault_of


def text_of(runbook: Runbook) -> bytes:
    """The bytes of the runbook's file, kept with the run. TroubleError where they are not those it was read from."""
    if runbook.path is None:
        raise TroubleError(Trouble("a runbook without a file cannot be run", runbook.name))
    try:
        content = runbook.path.read_bytes()
    except OSError as error:
        raise TroubleError(Trouble(f"cannot be read: {error.strerror}", str(runbook.path))) from None
    if hashlib.sha256(content).hexdigest() != runbook.digest:
        raise TroubleError(Trouble("has changed since it was opened", str(runbook.path), "open it again"))
    return content


def check_unchanged(begun: Mapping[str, Any], run_id: str) -> None:
    """TroubleError where the runbook of an open run says something else by now. One that is gone has not changed."""
    path = Path(begun["path"] or "")
    try:
        content = path.read_bytes()
    except OSError:
        return  # the run's own copy is what counts
    if hashlib.sha256(content).hexdigest() != begun["digest"]:
        raise TroubleError(
            Trouble(
                "has changed since the run began, and a run goes on with its own text only",
                str(path),
                f"put the old text back (it is kept in the folder of run {run_id}), or begin a new run",
            )
        )


def acceptable(inputs: Mapping[str, str], runbook: Runbook, stack: Stack) -> dict[str, str]:
    """Of the values given beforehand those that the runbook asks for and that it accepts."""
    asked = {given.name: given for given in runbook.inputs}
    named = {placeholder.name for step in runbook.steps for placeholder in step.placeholders}
    accepted = (name for name in asked.keys() & inputs.keys() if not fault_of(inputs[name], asked[name], stack))
    plain = (name for name in (named - asked.keys()) & inputs.keys() if inputs[name].strip())
    return {name: inputs[name] for name in sorted((*accepted, *plain))}
