"""From the arguments to the stack and the parts around it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from opsconsole.model.stack import Stack
from opsconsole.model.trouble import Trouble
from opsconsole.wiring import Parts

_DISCOVERY: Final = 3.0  # seconds; what has not answered by then is not there for `status` either


def stack_file(args: argparse.Namespace) -> Path | None:
    """The stack file that is meant, or None where there is none. TroubleError if one was named that is not there."""
    from opsconsole.stack.locate import locate

    return locate(args.stack, os.environ, Path.cwd())


def parts_from(args: argparse.Namespace) -> Parts:
    """The parts around the stack file; without one, around an empty stack in the current folder.

    TroubleError with every fault of the file.
    """
    file = stack_file(args)
    return Parts(_loaded(file) if file else _bare(), read_only=args.read_only)


async def parts_here(args: argparse.Namespace) -> Parts:
    """The parts around the stack file; without one, around what discovery finds on this box."""
    file = stack_file(args)
    if file:
        return Parts(_loaded(file), read_only=args.read_only)
    return await discovered(args)


async def parts_in_spite(args: argparse.Namespace) -> Parts:
    """For the console, which has to come up: the parts around what is sound of the stack file.

    Where nothing of it can be read, or there is none: around what discovery finds. Faults stand among the checks, and
    with any of them the parts are read-only: rules of the guard may be missing.
    """
    from opsconsole.model.trouble import TroubleError
    from opsconsole.stack.load import load_what_is_sound

    file: Path | None = args.stack
    try:
        file = stack_file(args)
        if file is None:
            return await discovered(args)
        stack, troubles = load_what_is_sound(file)
    except TroubleError as error:
        return await discovered(args, error.troubles, file)
    if not troubles:
        return Parts(stack, read_only=args.read_only)
    from opsconsole.stack.blemish import with_faults

    return Parts(with_faults(stack, troubles), read_only=True)


async def discovered(args: argparse.Namespace, troubles: Sequence[Trouble] = (), file: Path | None = None) -> Parts:
    """The parts around what discovery finds on this box; read-only where it stands in for a `file` with `troubles`."""
    from opsconsole.probes.base import World
    from opsconsole.stack.discover import discover

    world = World()
    try:
        stack = await discover(world, _DISCOVERY)
    except BaseException:
        await world.close()
        raise
    if troubles:
        from opsconsole.stack.blemish import with_faults

        stack = with_faults(stack, troubles)
    return Parts(stack, read_only=args.read_only or bool(troubles), world=world, file=file)


def host() -> str:
    """The name of this box, as people on it know it."""
    from opsconsole.model.text import one_line

    return one_line(os.uname().nodename.split(".")[0]) or "this box"


def _loaded(file: Path) -> Stack:
    from opsconsole.stack.load import load

    return load(file)


def _bare() -> Stack:
    return Stack(host(), Path.cwd())
