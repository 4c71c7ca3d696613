"""What a part or a shell has left running, also where it has gone away into a session of its own.

It is told by its process group, and by a label in its environment, which whatever it starts inherits. Who clears the
environment and leaves the group cannot be told from anybody else. Standard library only: the holder looks.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

LABEL: Final = "OPSCONSOLE_PART"
"""The variable; its value is the run and the output file, so that no two parts have the same."""
MOST: Final = 10
"""So many are named at most."""
SHORT: Final = 10.0
"""Seconds in which a box does not go through all of its process numbers: only the newest have to be looked at."""


def label_for(output: Path) -> str:
    """The value for the part whose output goes to this file of its run's folder."""
    return f"{output.parent.parent.name}/{output.stem}"


SHELLS: Final = ("bash", "sh")
"""What a process of the step is called between its fork and its own program."""
SETTLING: Final = 0.02
"""Seconds that such a one is given to become what it is, before it is named."""


def left_running(
    group: int, label: str, since: int, took: float, *, session: int | None = None
) -> list[list[int | str]]:
    """Pairs of pid and name, of processes that began at `since` (in ticks since boot) or later, `took` seconds ago.

    `group` is that of the part, and the number of its process. `session` is ours where all that began in it counts, as
    in a shell, whose jobs are groups of their own.
    """
    found: list[list[int | str]] = []
    for pid, name, fields in _processes(*(_newer_than(group) if took < SHORT else ())):
        if int(fields[19]) < since or fields[0] in "ZX" or pid == os.getpid():
            continue
        if int(fields[2]) == group or int(fields[3]) == session or _is_labelled(pid, label):
            found.append([pid, name])
            if len(found) >= MOST:
                break
    return _settled(found)


def _settled(found: list[list[int | str]]) -> list[list[int | str]]:
    """The same, named a moment later: a shell may end before what it began is more than a fork."""
    until = time.monotonic() + SETTLING
    while any(name in SHELLS for _, name in found) and time.monotonic() < until:
        time.sleep(SETTLING / 10)
        found = [[pid, _name(pid) or name] for pid, name in found]
    return found


def _name(pid: int | str) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text(errors="replace").rstrip("\n")
    except OSError:
        return ""


def _newer_than(pid: int) -> tuple[int, int] | tuple[()]:
    """The numbers given since `pid`, from and to; nothing where they have begun anew."""
    try:
        newest = int(Path("/proc/loadavg").read_text().split()[-1])
    except (OSError, ValueError, IndexError):
        return ()
    return (pid, newest) if newest >= pid else ()


def _processes(lowest: int = 0, highest: int = 1 << 32) -> Iterator[tuple[int, str, list[str]]]:
    """Pid, name and what stands after it in `stat`: state, parent, group, session and so on."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and lowest <= int(entry.name) <= highest:
            try:
                said = (entry / "stat").read_text(errors="replace")
            except OSError:
                continue
            name, _, rest = said.partition("(")[2].rpartition(")")
            yield int(entry.name), name, rest.split()


def _is_labelled(pid: int, label: str) -> bool:
    try:
        return f"{LABEL}={label}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
