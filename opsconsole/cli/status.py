"""`opsconsole status`: one look at everything, or at a few checks; it changes nothing."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from typing import Final

from opsconsole.cli.exits import TROUBLE, exit_of
from opsconsole.cli.names import meant
from opsconsole.cli.output import coloured, columns, write
from opsconsole.cli.parts import host, parts_here
from opsconsole.cli.patience import for_targets, patiently
from opsconsole.model.sample import Target
from opsconsole.model.snapshot import Snapshot
from opsconsole.model.trouble import TroubleError
from opsconsole.watch.collector import look_once

_EVERY: Final = 5.0  # seconds between the beginnings of two looks


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "checks", nargs="*", metavar="CHECK", help="only these; a service's name means all of its checks"
    )
    parser.add_argument(
        "--format",
        choices=("text", "json", "markdown", "nagios", "prometheus"),
        default="text",
        help="how to print it (default: text); markdown: for a chat; nagios and prometheus: for those",
    )
    parser.add_argument(
        "--watch",
        nargs="?",
        type=_seconds,
        const=_EVERY,
        metavar="SECONDS",
        help=f"look again and again, every {_EVERY:g} seconds or as told; on a terminal in place; q or Ctrl-C ends it",
    )
    parser.add_argument("--all", action="store_true", help="a line for each check, also where it is OK")
    parser.add_argument(
        "--matrix", action="store_true", help="which check sees which invariant and which row of the failure matrix"
    )


def main(args: argparse.Namespace) -> int:
    """Look, print, and leave with the code that says how bad it is."""
    if args.watch is not None:
        from opsconsole.cli.status_watch import watch

        return watch(args, lambda snapshot, asked: rendered(args, snapshot, asked))
    try:
        snapshot, asked = asyncio.run(look(args, args.checks))
    except TroubleError as error:
        if args.format != "nagios":
            raise
        from opsconsole.cli.status_nagios import unknown

        write(unknown(error.troubles))  # a plugin's errors are not seen by those who run it
        return TROUBLE
    write(rendered(args, snapshot, asked))
    return exit_of(s for s in snapshot.standings.values() if asked is None or s.check.name in asked)


def rendered(args: argparse.Namespace, snapshot: Snapshot, asked: list[str] | None) -> str:
    """One look in the format that is asked for."""
    if args.format == "json":
        from opsconsole.cli.status_json import as_json

        return as_json(snapshot, host(), asked, matrix=args.matrix)
    if args.format == "markdown":
        from opsconsole.watch.chat import as_markdown

        return as_markdown(snapshot, host(), asked)
    if args.format == "nagios":
        from opsconsole.cli import status_nagios

        return status_nagios.render(snapshot, asked)
    if args.format == "prometheus":
        from opsconsole.watch.exposition import exposition

        return exposition(snapshot, asked)
    from opsconsole.cli.status_text import Paper, render

    paper = Paper(columns(sys.stdout), coloured(sys.stdout, args.no_color))
    text = render(snapshot, host(), paper, asked=asked, everything=args.all)
    if args.matrix:
        from opsconsole.cli import status_matrix

        text += "\n" + status_matrix.render(snapshot, paper)
    return text


async def look(args: argparse.Namespace, names: Sequence[str]) -> tuple[Snapshot, list[str] | None]:
    """One look at the checks that `names` mean and what they need, and their full names; with no names at all checks.

    TroubleError where there is a fault in the stack file, or no check of a name.
    """
    parts = await patiently(parts_here(args), lambda: "looking at what is here")
    try:
        asked = meant(parts.stack, names) if names else None
        waiting: dict[Target, None] = {}
        look = look_once(parts.stack, parts.world, asked, waiting=waiting)
        return await patiently(look, lambda: for_targets(waiting)), asked
    finally:
        await parts.close()


def _seconds(text: str) -> float:
    """An interval as people write it: `5`, `10s`, `1m`. argparse makes a sentence of the ValueError."""
    from opsconsole.model.units import parse_duration

    try:
        value = float(text) if text.replace(".", "", 1).isdigit() else parse_duration(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if value < 1:
        raise argparse.ArgumentTypeError("the box is sick already: no more often than every second")
    return value
