"""What was run on the stack with opsconsole."""

from __future__ import annotations

from opsconsole.lately.asking import Asked, Told
from opsconsole.model.lately import Change
from opsconsole.model.text import one_line
from opsconsole.model.trouble import TroubleError
from opsconsole.probes.aside import aside


async def read(asked: Asked) -> Told:
    """A change for each run, from when it began; how it ended, or that it has not."""
    try:
        runs = await aside(asked.runs, asked.patience)
    except TroubleError as error:
        return Told(unseen=[one_line(str(error))])
    told = Told()
    for run in runs:
        if run.fault:
            told.unseen.append(f"{run.id}: {run.fault}")
            continue
        what = f"was run by {one_line(run.user, 40)}: {run.ended or 'still open'}"
        told.changes.append(Change(run.started, "run", (one_line(run.title, 80),), what))
    return told
