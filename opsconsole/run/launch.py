"""Starting a holder."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import opsconsole
from opsconsole.model.text import one_line
from opsconsole.model.trouble import Trouble, TroubleError

LOG = "holder.log"


async def launch_holder(folder: Path, idle: float | None = None) -> None:
    """A holder for the run in `folder`, ready when this returns. TroubleError where it cannot start.

    `idle` is how many seconds it stays with nothing to do and nobody connected.
    """
    answer = await asyncio.to_thread(_launch, folder, idle)
    if answer.strip() != "ready":
        said = one_line(answer) or _last_line(folder / LOG)
        raise TroubleError(Trouble(said or "the holder of this run did not start", str(folder), f"see {LOG} there"))


def _launch(folder: Path, idle: float | None) -> str:
    """What the holder says before it lets go of us."""
    command = [sys.executable, "-m", "opsconsole.run.holder", str(folder)]
    if idle is not None:
        command.append(str(idle))
    with (folder / LOG).open("ab") as log:
        # `-m` looks for us in its working folder: that from which we were imported, never the user's
        root = Path(opsconsole.__file__).parent.parent
        process = subprocess.Popen(
            command, cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True
        )
        answer, _ = process.communicate()
    return answer


def _last_line(path: Path) -> str:
    try:
        lines = path.read_text(errors="replace").split("\n")
    except OSError:
        return ""
    return next((one_line(line) for line in reversed(lines) if line.strip()), "")
