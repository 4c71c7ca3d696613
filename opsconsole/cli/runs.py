"""`opsconsole runs`: what has been run, what is still open, and the record of each."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from opsconsole.cli.output import write
from opsconsole.model.text import one_line
from opsconsole.model.units import duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opsconsole.run.folder import RunSummary
    from opsconsole.run.session import Session
    from opsconsole.wiring import Parts

ALTERED = 1
"""What `verify` leaves with where a journal is not as it was written."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="all runs of this stack, the newest first")
    listing.add_argument("--all", action="store_true", help="those of other stacks as well")
    for name, words in (
        ("show", "where a run stands, step by step"),
        ("resume", "take up an open run"),
        ("report", "the run as Markdown, for the post-mortem"),
        ("verify", "whether the journal is as it was written"),
    ):
        action = actions.add_parser(name, help=words)
        action.add_argument("id", metavar="ID", help="a run's id, its beginning, or `last`")


def main(args: argparse.Namespace) -> int:
    """0; `resume` as `opsconsole run`; `verify` 1 where the journal was altered."""
    from opsconsole.cli.parts import parts_from

    parts = parts_from(args)
    if args.action == "list":
        return _list(parts, everything=args.all)
    if args.action == "resume":
        return asyncio.run(_resume(parts, args))
    return {"show": _show, "report": _report, "verify": _verify}[args.action](parts, args.id)


def _list(parts: Parts, everything: bool) -> int:
    from opsconsole.run.folder import list_runs

    runs = list_runs(parts.state_folder) if everything else parts.runs()
    if not runs:
        print("opsconsole: nothing has been run here yet", file=sys.stderr)
        return 0
    write(table(runs, time.time()))
    return 0


def table(runs: Sequence[RunSummary], now: float) -> str:
    """The runs as aligned columns: id, how it stands, since when, who, what, and where it stopped."""
    rows = [(run.id, standing(run), f"{duration(max(0.0, now - run.started))} ago", run.user) for run in runs]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = []
    for row, run in zip(rows, runs, strict=True):
        columns = "  ".join(one_line(cell).ljust(width) for cell, width in zip(row, widths, strict=True))
        at = f" · last step {one_line(run.step, 60)}" if run.ended is None and run.step else ""
        lines.append(f"{columns}  {one_line(run.title, 80)}{at}\n")
    return "".join(lines)


def standing(run: RunSummary) -> str:
    """How a run stands, in a word or two."""
    if run.fault:
        return "damaged"
    if run.ended:
        return run.ended
    return "step running" if run.running else "open"


async def _resume(parts: Parts, args: argparse.Namespace) -> int:
    from opsconsole.cli.run import play
    from opsconsole.cli.run_lines import LineOperator

    operator = LineOperator.at_the_terminal(no_color=args.no_color, contacts=parts.stack.contacts)

    async def open_session() -> Session:
        return await parts.resume_run(args.id, operator)

    return await play(parts, operator, open_session)


def _show(parts: Parts, run_id: str) -> int:
    state = parts.run_state(run_id)
    lines = [f"{one_line(state.runbook.title)} · {state.stack} @ {state.host} by {state.user}"]
    reason = f", because: {one_line(state.reason)}" if state.reason else ""
    lines.append(
        f"{state.ended or 'open'}, begun {datetime.fromtimestamp(state.started, UTC):%Y-%m-%d %H:%M:%S} UTC{reason}"
    )
    for place, here in enumerate(state.steps):
        mark = ">" if place == state.current and state.ended is None else " "
        exits = ", ".join(f"exit {part.exit}" for part in here.parts if part.exit is not None)
        notes = "; ".join(one_line(part.note or part.reason) for part in here.parts if part.note or part.reason)
        more = "".join(f" · {words}" for words in (exits, notes) if words)
        lines.append(f"{mark} {place + 1:2} {one_line(here.step.name)}: {here.progress.value}{more}")
    write("\n".join(lines) + "\n")
    return 0


def _report(parts: Parts, run_id: str) -> int:
    from opsconsole.run.folder import record_of
    from opsconsole.run.report import outputs_of, report

    folder, reading = record_of(parts.state_folder, run_id)
    write(report(reading.entries, outputs_of(folder, reading.entries), reading.head))
    if reading.fault:
        print(f"opsconsole: the journal is damaged: {reading.fault}; what comes after is left out", file=sys.stderr)
        return ALTERED
    return 0


def _verify(parts: Parts, run_id: str) -> int:
    from opsconsole.run.folder import kept_text_fault, reading_of, run_folder

    folder = run_folder(parts.state_folder, run_id)
    reading = reading_of(folder)
    fault = reading.fault or kept_text_fault(folder, reading.entries)
    if fault:
        print(f"opsconsole: {folder.name}: altered or damaged: {fault}", file=sys.stderr)
        return ALTERED
    if reading.torn:
        print(f"opsconsole: {folder.name}: the last line was cut off by a crash", file=sys.stderr)
    count = len(reading.entries)
    write(
        f"{folder.name}: {count} entries, each following the one before, none missing; last line {reading.head}\n"
        "This finds damage, a cut or a careless edit. It is no proof against the owner of the files, who can write "
        "them all anew.\n"
    )
    return 0
