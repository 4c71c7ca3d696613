"""`opsconsole lately`: what changed on this box, before somebody asks what is wrong with it."""

from __future__ import annotations

import argparse
import asyncio
import sys

from opsconsole.cli.output import coloured, columns, write
from opsconsole.cli.parts import host, parts_here
from opsconsole.model.lately import SPAN
from opsconsole.model.units import parse_duration


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--within", metavar="TIME", type=_span, default=SPAN, help="how far back: 2h, 7d (default: 1d)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print it (default: text)")


def _span(text: str) -> float:
    try:
        return parse_duration(text)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from None


def main(args: argparse.Namespace) -> int:
    """Look, print; 0 whatever has changed."""
    return asyncio.run(_tell(args))


async def _tell(args: argparse.Namespace) -> int:
    from opsconsole.cli import lately_text

    parts = await parts_here(args)
    try:
        seen = await parts.lately(span=args.within)
    finally:
        await parts.close()
    if args.format == "json":
        write(lately_text.as_json(seen, parts.stack.name, host()))
    else:
        from opsconsole.cli.status_text import Paper

        paper = Paper(columns(sys.stdout), coloured(sys.stdout, args.no_color))
        write(lately_text.render(seen, parts.stack.name, host(), paper))
    return 0
