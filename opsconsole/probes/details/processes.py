"""Plain processes, closely: the main one's command, folder, user and files, and who started it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from opsconsole.model.detail import About
from opsconsole.model.readings import Process, ProcessReading
from opsconsole.model.sample import Problem
from opsconsole.model.service import ProcessesRef
from opsconsole.model.text import one_line
from opsconsole.model.units import duration
from opsconsole.probes.base import World
from opsconsole.probes.details.ports import listening
from opsconsole.probes.proc import reading_of
from opsconsole.probes.resident import size_of

_LIMITS = ("Max open files",)
_MOST = 100
"""Processes whose memory is read: the kernel walks all pages of each."""


def about(world: World, ref: ProcessesRef) -> About | Problem:
    """The facts of the main process, and the ports of all."""
    reading = reading_of(world, ref)
    if isinstance(reading, Problem):
        return reading
    pids = [one.pid for one in reading.processes]
    return About(tuple(facts(world, reading)), listening(world.proc, pids))


def facts(world: World, reading: ProcessReading) -> Iterator[tuple[str, str]]:
    """What `/proc` says of the main process. What may not be seen is left out, and said to be."""
    main = reading.main
    yield "command", one_line(" ".join(main.argv), 2000)
    yield "started", moment(main.started_at, world.clock())
    yield "user", main.user
    yield "main pid", f"{main.pid}, of {len(reading.processes)}"
    for name, link in (("program", "exe"), ("folder", "cwd")):
        yield name, _link(world, main, link)
    if above := _above(world, main):
        yield "started by", above
    if files := _open_files(world, main):
        yield "open files", files


def moment(at: float, now: float) -> str:
    """`2026-01-07 14:02:11 UTC, 6 d ago`."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC, {duration(max(now - at, 0))} ago"


def sizes(proc: Path, pids: Sequence[int]) -> dict[int, int]:
    """The memory of each process that is there, counted as in the memory pane (`probes/resident.py`)."""
    return {pid: size for pid in pids[:_MOST] if (size := size_of(proc, pid)) is not None}


def _link(world: World, main: Process, name: str) -> str:
    try:
        return one_line(str((world.proc / str(main.pid) / name).readlink()))
    except PermissionError:
        return f"may not be seen; run as {main.user} or as root"
    except OSError:
        return "gone"


def _above(world: World, main: Process) -> str:
    """Who started it, unless that is the first process of the box."""
    every = world.processes.everything()
    parent = every.get(main.ppid)
    if parent is None or parent.pid <= 1:
        return "the first process of the box" if main.ppid == 1 else ""
    return f"{one_line(parent.comm, 40)} (pid {parent.pid})"


def _open_files(world: World, main: Process) -> str:
    try:
        count = len(os.listdir(world.proc / str(main.pid) / "fd"))  # noqa: PTH208
        limits = (world.proc / str(main.pid) / "limits").read_text()
    except OSError:
        return ""
    soft = next((row.split()[3] for row in limits.splitlines() if row.startswith(_LIMITS)), "")
    return f"{count} of {soft}" if soft else str(count)
