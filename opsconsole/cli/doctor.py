"""`opsconsole doctor`: what of this box can be seen from here, what is missing, and the command that mends it."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from opsconsole.cli.exits import Exit
from opsconsole.cli.output import coloured, columns, write
from opsconsole.cli.parts import discovered, host, stack_file
from opsconsole.cli.status_text import Paper, folded
from opsconsole.doctor.found import Found, State
from opsconsole.model.text import one_line
from opsconsole.model.trouble import Trouble, TroubleError

if TYPE_CHECKING:
    from opsconsole.wiring import Parts

_COLOURS: Final = {State.GOOD: "32", State.LESS: "33", State.MISSING: "1;31", State.DENIED: "1;31"}
_NARROW: Final = 60
"""Columns under which what is so stands below its name."""
_EXITS: Final = {State.LESS: Exit.DEGRADED, State.MISSING: Exit.DOWN, State.DENIED: Exit.DOWN}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print it (default: text)")


def main(args: argparse.Namespace) -> int:
    """0 where nothing is missing that is wanted, 1 where something works less well, 2 where something is missing."""
    found = asyncio.run(_examined(args))
    if args.format == "json":
        write(json.dumps(as_data(found), ensure_ascii=False, indent=2) + "\n")
    else:
        write(render(found, Paper(columns(sys.stdout), coloured(sys.stdout, args.no_color))))
    return exit_of(found)


def exit_of(found: Sequence[Found]) -> Exit:
    """By the worst of all."""
    return _EXITS.get(max((one.state for one in found), default=State.GOOD), Exit.OK)


def render(found: Sequence[Found], paper: Paper) -> str:
    """A line for each, and below what is missing the command that mends it."""
    from opsconsole.doctor.examination import who

    width = max(len(one.name) for one in found)
    beside = paper.width is None or paper.width >= _NARROW
    indent = width + 5 if beside else 4
    lines = folded(_head(found, f"opsconsole on {host()} as {who()}"), paper, 0)
    for one in found:
        pieces = folded(one_line(one.what, 500), paper, indent)
        first = f"   {pieces.pop(0)}" if beside else ""
        lines.append(f"{_painted(one, paper)} {f'{one.name:{width}}{first}' if beside else one.name}")
        lines += [f"{'':{indent}}{piece}" for piece in pieces]
        # Never folded: it is to be copied as it is.
        lines += [f"{'':{indent}}$ {one.mend}"] if one.mend else []
    return "\n".join(lines) + "\n"


def as_data(found: Sequence[Found]) -> dict[str, Any]:
    """The same for programs."""
    from opsconsole import __version__
    from opsconsole.doctor.examination import who

    return {
        "version": __version__,
        "host": host(),
        "user": who(),
        "exit": int(exit_of(found)),
        "findings": [
            {"name": one.name, "state": one.state.word, "what": one_line(one.what, 500), "mend": one.mend or None}
            for one in found
        ],
    }


def _head(found: Sequence[Found], place: str) -> str:
    bad = sum(one.state in (State.MISSING, State.DENIED) for one in found)
    less = sum(one.state is State.LESS for one in found)
    told = [f"{bad} {'thing is' if bad == 1 else 'things are'} missing or closed to us"] if bad else []
    told += [f"{less} could be better"] if less else []
    return f"{place}: {', '.join(told) or 'nothing is missing'}"


def _painted(one: Found, paper: Paper) -> str:
    colour = _COLOURS.get(one.state)
    return f"\x1b[{colour}m{one.state.sign}\x1b[0m" if paper.colours and colour else one.state.sign


async def _examined(args: argparse.Namespace) -> list[Found]:
    from opsconsole.doctor.alerts import Rounds
    from opsconsole.doctor.examination import Patient, examine
    from opsconsole.stack.locate import folders
    from opsconsole.watch.threads import wait_for_no_thread

    wait_for_no_thread()
    parts, file, troubles = await _parts(args)
    try:
        places = tuple(folders(os.environ, Path.cwd()))
        rounds = Rounds(parts.last_watch(), parts.watch_claim)
        return await examine(Patient(parts.stack, parts.world, parts.state_folder, file, troubles, places, rounds))
    finally:
        await parts.close()


async def _parts(args: argparse.Namespace) -> tuple[Parts, Path | None, tuple[Trouble, ...]]:
    """The parts around what is sound of the stack file, that file, and what is wrong with it."""
    from opsconsole.stack.load import load_what_is_sound
    from opsconsole.wiring import Parts

    named = args.stack or (Path(os.environ["OPSCONSOLE_STACK"]) if os.environ.get("OPSCONSOLE_STACK") else None)
    file: Path | None = named
    try:
        file = stack_file(args)
        if file is None:
            return await discovered(args), None, ()
        stack, troubles = load_what_is_sound(file)
    except TroubleError as error:
        return await discovered(args), file, error.troubles
    return Parts(stack, read_only=True), file, troubles
