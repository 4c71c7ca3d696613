"""`opsconsole check`: one check or a few, for scripts, health checks and systemd."""

from __future__ import annotations

import argparse
import asyncio
import sys

from opsconsole.cli.exits import exit_of
from opsconsole.cli.output import coloured, columns, write
from opsconsole.cli.parts import host
from opsconsole.cli.status import look
from opsconsole.cli.status_text import Paper, render


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("checks", nargs="+", metavar="NAME", help="a check; a service's name means all of its checks")
    parser.add_argument("-q", "--quiet", action="store_true", help="print nothing: the exit code says it all")
    parser.add_argument(
        "--systemd", action="store_true", help="for ExecCondition=: UNKNOWN and faults of ours leave with 255, not 3"
    )


def main(args: argparse.Namespace) -> int:
    """Look, print, and leave as `status` does. What `--systemd` asks for is seen to where all faults end."""
    snapshot, asked = asyncio.run(look(args, args.checks))
    if not args.quiet:
        paper = Paper(columns(sys.stdout), coloured(sys.stdout, args.no_color))
        write(render(snapshot, host(), paper, asked=asked))
    return exit_of(s for s in snapshot.standings.values() if s.check.name in (asked or ()))
