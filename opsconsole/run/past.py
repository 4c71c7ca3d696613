"""What has been run on a stack, each run with what its record says of its end."""

from __future__ import annotations

from pathlib import Path

from opsconsole.model.past_run import PastRun
from opsconsole.model.run import Entry
from opsconsole.model.trouble import TroubleError
from opsconsole.model.verdict import Level
from opsconsole.run.folder import RunSummary, kept_text_fault, list_runs, reading_of
from opsconsole.run.kinds import Kind
from opsconsole.run.ops_checks import ops_check_from


def past_runs(state_folder: Path, stack: str) -> list[PastRun]:
    """The runs of the stack of that name, the newest first, and those of which nobody can tell which stack it was.

    Reads every journal: off the event loop.
    """
    return [_past(state_folder, run) for run in list_runs(state_folder) if run.stack in (stack, "")]


def _past(state_folder: Path, run: RunSummary) -> PastRun:
    folder = state_folder / "runs" / run.id
    entries: tuple[Entry, ...] = ()
    fault = run.fault
    try:
        entries = reading_of(folder).entries
        if entries and not fault:
            fault = kept_text_fault(folder, entries)
    except TroubleError as error:
        fault = fault or str(error.troubles[0])
    return PastRun(
        run.id,
        run.title,
        str(entries[0].data.get("runbook", "")) if entries else "",
        run.user,
        run.reason,
        run.started,
        run.ended,
        run.ended_at,
        run.step,
        run.running,
        _after(entries),
        fault,
    )


def _after(entries: tuple[Entry, ...]) -> Level | None:
    """What the last OPS-check said; None where none was taken after the last command, or it failed."""
    last = next((one for one in reversed(entries) if one.kind in (Kind.OPS_CHECK, Kind.ENDED, Kind.LOST)), None)
    if last is None or last.kind != Kind.OPS_CHECK:
        return None
    check = ops_check_from(last)
    return None if check.problem else check.level
