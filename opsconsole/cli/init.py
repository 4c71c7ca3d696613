"""`opsconsole init`: a first stack file from what runs on this box now. It writes that one file and no other."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from opsconsole.cli.exits import Exit
from opsconsole.model.text import one_line
from opsconsole.model.trouble import Trouble, TroubleError

FILE = "opsconsole.toml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--project", metavar="NAME", help="of several compose projects only this one")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path(FILE),
        metavar="FILE",
        help=f"where to write it (default: ./{FILE}); - prints it",
    )


def main(args: argparse.Namespace) -> int:
    """0 when the file is written. What is there already is never written over."""
    there = str(args.output) != "-"
    if there and args.output.exists():
        raise TroubleError(Trouble("there is a file already", str(args.output), "name another one with --output"))
    text = asyncio.run(_found(args))
    if not there:
        print(text, end="")
        return Exit.OK
    try:
        with args.output.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as fault:
        reason = one_line(fault.strerror or str(fault))
        raise TroubleError(Trouble(reason, str(args.output), "name another one with --output")) from None
    named = "" if args.output.name == FILE and args.output.parent == Path() else f" --stack {args.output}"
    print(
        f"{args.output}: written from what runs here now; look at it, then: opsconsole{named} status", file=sys.stderr
    )
    return Exit.OK


async def _found(args: argparse.Namespace) -> str:
    """The text of the file."""
    from opsconsole.cli.parts import discovered
    from opsconsole.stack.written import first_file, projects_of
    from opsconsole.watch.collector import look_once

    parts = await discovered(args)
    try:
        seen = await look_once(parts.stack, parts.world)
    finally:
        await parts.close()
    projects = projects_of(parts.stack, seen.latest)
    if args.project is not None and args.project not in projects:
        known = ", ".join(sorted(projects)) or "none"
        raise TroubleError(
            Trouble(f"no compose project {one_line(args.project, 60)} runs here", "--project", f"there are: {known}")
        )
    return first_file(parts.stack, seen.latest, args.project)
