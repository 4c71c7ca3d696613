"""Finding the holder of a run, or starting one."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import opsconsole
from opsconsole.model.text import one_line
from opsconsole.model.trouble import Trouble, TroubleError
from opsconsole.run import wire
from opsconsole.run.link import HolderGone, Link
from opsconsole.run.scope import WITHOUT, scope_here
from opsconsole.run.sharing import settle

LOG = "holder.log"


async def launch_holder(folder: Path, idle: float | None = None) -> str:
    """A holder for the run in `folder`, ready when this returns. TroubleError where it cannot start.

    `idle` is how many seconds it stays with nothing to do and nobody connected. Given back is what may end it before
    its time, in one line; mostly nothing.
    """
    scope = await asyncio.to_thread(scope_here)
    warning = scope.warning
    try:
        answer = await asyncio.to_thread(_launch, folder, idle, scope.prefix)
        if scope.prefix and not answer.strip():
            answer, warning = await asyncio.to_thread(_launch, folder, idle, ()), WITHOUT
    except OSError as error:
        remedy = "make it writable or make room; runs show and runs report work without"
        what = f"its holder cannot be started: {error.strerror}"
        raise TroubleError(Trouble(what, str(error.filename or folder), remedy)) from None
    if answer.strip() != "ready":
        said = one_line(answer) or _last_line(folder / LOG)
        raise TroubleError(Trouble(said or "the holder of this run did not start", str(folder), f"see {LOG} there"))
    return warning


def _launch(folder: Path, idle: float | None, prefix: tuple[str, ...]) -> str:
    """What the holder says before it lets go of us; empty where it, or what `prefix` names, did not even start."""
    command = [*prefix, sys.executable, "-m", "opsconsole.run.holder", str(folder)]
    if idle is not None:
        command.append(str(idle))
    known = (folder / LOG).exists()
    with (folder / LOG).open("ab") as log:
        if not known:
            settle(folder / LOG)
        # `-m` looks for us in its working folder: that from which we were imported, never the user's
        root = Path(opsconsole.__file__).parent.parent
        try:
            process = subprocess.Popen(
                command, cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True
            )
        except FileNotFoundError:
            return ""
        answer, _ = process.communicate()
    return answer


def _last_line(path: Path) -> str:
    try:
        lines = path.read_text(errors="replace").split("\n")
    except OSError:
        return ""
    return next((one_line(line) for line in reversed(lines) if line.strip()), "")


async def reach(folder: Path, on_event: Callable[[dict[str, Any] | None], None]) -> Link:
    """A link with the holder of the run in `folder`, which is started where there is none.

    TroubleError where none starts or answers.
    """
    warning = ""
    for last in (False, False, True):
        if wire.holder_of(folder) is None:
            try:
                warning = await launch_holder(folder)
            except TroubleError:
                if last or wire.holder_of(folder) is None:  # another console may have been quicker
                    raise
        try:
            link = await Link.open(folder, on_event)
            await link.ask("hello")
        except HolderGone:
            await asyncio.sleep(0.05)  # it may be about to begin, or to leave
        else:
            link.warning = warning
            return link
    raise TroubleError(Trouble("its holder does not answer", str(folder), f"see {LOG} there"))
