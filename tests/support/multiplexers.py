"""The console in the real tmux and the real GNU screen."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.console import RealConsole, real_console
from tests.support.parts import lack

LITTLE = """
name = "little"
[box]
enabled = false
[[check]]
name = "missing"
kind = "file"
path = "%s/nothing"
"""


@contextmanager
def inside(program: str, folder: Path) -> Iterator[RealConsole]:
    """The console in a session of tmux or screen of its own, which is gone afterwards."""
    if shutil.which(program) is None:
        lack(program, "not on PATH")
    stack = folder / "stack.toml"
    stack.write_text(LITTLE % folder)
    sockets = folder / "sockets"
    sockets.mkdir(mode=0o700)
    ours = (sys.executable, "-m", "opsconsole", "--stack", str(stack))
    env = {"TMUX_TMPDIR": str(sockets), "SCREENDIR": str(sockets), "PYTHONPATH": str(Path(__file__).parents[2])}
    if program == "tmux":
        command = ("tmux", "-f", "/dev/null", "new-session", *ours)
        end = ["tmux", "kill-server"]
    else:
        command = ("screen", "-c", "/dev/null", "-U", "-S", "ours", *ours)
        end = ["screen", "-S", "ours", "-X", "quit"]
    with real_console(command=command, env=env) as real:
        try:
            yield real
        finally:
            subprocess.run(end, env={**os.environ, **env}, capture_output=True, check=False)
