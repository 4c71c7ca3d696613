"""`opsconsole status`: one look at everything, or at a few checks; it changes nothing."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

from opsconsole.cli.exits import exit_of
from opsconsole.cli.names import meant
from opsconsole.cli.output import coloured, columns, write
from opsconsole.cli.parts import host, parts_here
from opsconsole.model.snapshot import Snapshot
from opsconsole.watch.collector import look_once


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "checks", nargs="*", metavar="CHECK", help="only these; a service's name means all of its checks"
    )
    parser.add_argument(
        "--format",
        choices=("text", "json", "nagios", "prometheus"),
        default="text",
        help="how to print it (default: text); nagios: as a plugin of it; prometheus: its text format",
    )
    parser.add_argument("--all", action="store_true", help="a line for each check, also where it is OK")
    parser.add_argument(
        "--matrix", action="store_true", help="which check sees which invariant and which row of the failure matrix"
    )


def main(args: argparse.Namespace) -> int:
    """Look, print, and leave with the code that says how bad it is."""
    snapshot, asked = asyncio.run(look(args, args.checks))
    if args.format == "json":
        from opsconsole.cli.status_json import as_json

        write(as_json(snapshot, host(), asked, matrix=args.matrix))
    elif args.format == "nagios":
        from opsconsole.cli import status_nagios

        write(status_nagios.render(snapshot, asked))
    elif args.format == "prometheus":
        from opsconsole.watch.exposition import exposition

        write(exposition(snapshot, asked))
    else:
        from opsconsole.cli.status_text import Paper, render

        paper = Paper(columns(sys.stdout), coloured(sys.stdout, args.no_color))
        text = render(snapshot, host(), paper, asked=asked, everything=args.all)
        if args.matrix:
            from opsconsole.cli import status_matrix

            text += "\n" + status_matrix.render(snapshot, paper)
        write(text)
    return exit_of(s for s in snapshot.standings.values() if asked is None or s.check.name in asked)


async def look(args: argparse.Namespace, names: Sequence[str]) -> tuple[Snapshot, list[str] | None]:
    """One look at the checks that `names` mean and what they need, and their full names; with no names at all checks.

    TroubleError where there is a fault in the stack file, or no check of a name.
    """
    parts = await parts_here(args)
    try:
        asked = meant(parts.stack, names) if names else None
        return await look_once(parts.stack, parts.world, asked), asked
    finally:
        await parts.close()
